package console

import (
	"context"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/words"
)

// trialFault is something that goes wrong on purpose, so that one sees what people would see.
type trialFault struct {
	Name   string
	engine string // the code with which the engine fails; "" if it does not
	unsent bool   // the answer is there, and the messenger does not show it (yet)
	reason reason
}

// trialFaults are all of them, in the order of the form.
var trialFaults = []trialFault{
	{Name: "engine_slow", engine: "timeout", reason: failedReasons["timeout"]},
	{Name: "engine_down", engine: "unreachable", reason: failedReasons["unreachable"]},
	{Name: "rate", unsent: true, reason: deliveryReasons["rate_limited"]},
	{Name: "lost", unsent: true, reason: deliveryReasons["uncertain"]},
	{Name: "blocked", unsent: true, reason: deliveryReasons["blocked"]},
	{Name: "twice", reason: duplicateWhy},
}

func trialFaultOf(name string) (trialFault, bool) {
	for _, f := range trialFaults {
		if f.Name == name {
			return f, true
		}
	}
	return trialFault{}, false
}

// run asks the bot, or pretends what the fault is about. What fails leaves the conversation as it was; a
// callback that comes twice is not answered twice.
func (t *trial) run(ctx context.Context, r *bot.Runtime, in message.Inbound) (bot.DryRun, error) {
	f, _ := trialFaultOf(t.Fault)
	switch {
	case f.engine != "":
		return r.TryFailing(ctx, t.Bot, t.As, in, t.Conversation, f.engine)
	case f.reason == duplicateWhy:
		return bot.DryRun{Inbound: &in}, nil
	}
	run, conv, err := r.Try(ctx, t.Bot, t.As, in, t.Conversation)
	if err == nil {
		t.Conversation = conv
	}
	return run, err
}

// Unsent tells whether the messenger has not shown the answer.
func (t trialTurn) Unsent() bool {
	f, _ := trialFaultOf(t.Fault)
	return f.unsent
}

// simulated says what the fault of the last turn would mean.
func (t trial) simulated(w words.Words) *why {
	f, ok := trialFaultOf(t.Turns[len(t.Turns)-1].Fault)
	if !ok {
		return nil
	}
	v := f.reason.in(w, "", "engine", t.Last.Engine)
	return &v
}
