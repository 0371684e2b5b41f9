package llm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"dari/dialog"
	"dari/dialog/remote"
)

// Turn implements dialog.Engine. Events that nobody waits to have answered are passed over.
func (e *Engine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	ctx, cancel := Within(ctx, t, e.now(), e.timeout)
	defer cancel()
	if err := ctx.Err(); err != nil {
		return dialog.Result{}, remote.Ended(err)
	}
	if !t.Inbound.Kind.FromUser() {
		return dialog.Result{}, nil
	}
	talk := &talk{Engine: e, turn: t, emit: emit}
	res, err := talk.run(ctx)
	res.Trace, res.Usage = e.Scrub.Trace(talk.trace.json()), talk.trace.used()
	return res, err
}

// talk is one turn.
type talk struct {
	*Engine
	turn  dialog.Turn
	emit  dialog.Emit
	trace trace
	usage Usage
	said  []string // every message of the answer
}

func (k *talk) run(ctx context.Context) (dialog.Result, error) {
	past, err := recall(k.turn.State)
	if err != nil {
		k.trace.note(err.Error())
	}
	past = past[max(0, len(past)-k.history):] // it may have been longer when the state was written
	images, shown := k.pictures(ctx)
	question := Question(k.turn.Inbound, shown)
	if question == "" {
		k.trace.note("there is nothing in the event to ask the model")
		return dialog.Result{}, nil
	}
	tools, notes := k.tools.offer(ctx)
	for _, n := range notes {
		k.trace.note(n)
	}
	r := Request{System: k.prompts.of(k.turn, k.now(), k.zone), Tools: tools, MayCall: true, Person: k.person()}
	for _, x := range past {
		r.Messages = append(r.Messages, Message{Role: User, Text: x[0]}, Message{Role: Assistant, Text: x[1]})
	}
	r.Messages = append(r.Messages, Message{Role: User, Text: question, Images: images})
	if err := k.answer(ctx, r); err != nil {
		return dialog.Result{}, err
	}
	if k.history == 0 {
		return dialog.Result{}, nil
	}
	state := remember(append(past, exchange{question, strings.Join(k.said, "\n\n")}), k.history)
	return dialog.Result{State: &state}, nil
}

// answer lets the model speak and use its tools until it is done.
func (k *talk) answer(ctx context.Context, r Request) error {
	for {
		a, err := k.model.Next(ctx, r, k.delta)
		k.count(a)
		if err != nil {
			return err
		}
		a.Calls = tidy(a.Calls, k.trace.Rounds)
		text := strings.TrimSpace(a.Text)
		switch {
		case a.End == Filtered:
			return remote.Failf("content_filter", "the server or the model refused to answer this")
		case text == "" && len(a.Calls) == 0:
			return silent(a)
		}
		if text != "" {
			if err := k.say(text); err != nil {
				return err
			}
		}
		if len(a.Calls) == 0 {
			return nil
		}
		if !r.MayCall {
			return k.loop(text, a.Calls)
		}
		results := k.call(ctx, r.Tools, a.Calls)
		if ctx.Err() != nil {
			return remote.Ended(ctx.Err())
		}
		if k.trace.Rounds >= k.rounds {
			r.MayCall = false
			results[len(results)-1].Text += "\n\n(No more tools can be used for this question. Answer with what is known now.)"
		}
		r.Messages = append(r.Messages,
			Message{Role: Assistant, Text: text, Calls: a.Calls}, Message{Role: Results, Results: results})
	}
}

// keptCalls bounds the calls of a round that are answered at all.
const keptCalls = 64

// tidy gives every call a name that servers take back and an id of its own.
func tidy(calls []Call, round int) []Call {
	calls = calls[:min(len(calls), keptCalls)]
	seen := map[string]bool{}
	for i := range calls {
		c := &calls[i]
		if c.Name = nameOf(c.Name); c.Name == "" {
			c.Name = "unknown"
		}
		if c.ID == "" || seen[c.ID] {
			c.ID = fmt.Sprintf("call_%d_%d", round, i)
		}
		seen[c.ID] = true
	}
	return calls
}

// loop ends a turn in which the model does not stop calling tools. What it said on the way is no answer,
// unless it said something with the last call.
func (k *talk) loop(text string, calls []Call) error {
	if text != "" {
		k.trace.note("the model wanted to use tools without end; its last words were taken as the answer")
		return nil
	}
	var names []string
	for _, c := range calls {
		names = append(names, remote.Clip(c.Name, 64))
	}
	return remote.Failf("tool_loop", "the model used tools in %d rounds and still wants to use %s; raise tool_rounds or make the tools' descriptions clearer",
		k.rounds, strings.Join(names, ", "))
}

// silent is the failure of a model that said nothing.
func silent(a Answer) error {
	if a.End == Cut {
		return remote.Failf("bad_answer", "the model used up all its tokens before it said anything; raise max_tokens")
	}
	return remote.Failf("bad_answer", "the model said nothing")
}

// count adds what a round took to the trace, a failed round too.
func (k *talk) count(a Answer) {
	k.trace.Rounds++
	k.usage = k.usage.plus(a.Usage)
	if a.Model != "" {
		k.trace.Model = remote.Clip(a.Model, 100)
	}
	k.trace.Finish = a.End
	if k.usage != (Usage{}) {
		k.trace.Usage, k.trace.Cost = &k.usage, k.prices.of(k.usage)
	}
	if a.End == Cut && strings.TrimSpace(a.Text) != "" {
		k.trace.note("the answer was cut at the limit of tokens; raise max_tokens")
	}
}

// delta hands a piece of text over.
func (k *talk) delta(piece string) error {
	if k.emit == nil || !k.Stream {
		return nil
	}
	if err := k.emit(dialog.Output{Delta: piece}); err != nil {
		return NotTaken(err)
	}
	return nil
}

// say hands a finished message over. Words before the use of a tool are a message of their own, so that
// the person reads them while the tool works.
func (k *talk) say(text string) error {
	k.said = append(k.said, text)
	if k.emit == nil {
		return nil
	}
	if err := k.emit(dialog.Say(Markdown(text))); err != nil {
		return NotTaken(err)
	}
	return nil
}

// person is a pseudonym that stays the same for a person of a bot.
func (k *talk) person() string {
	if !k.sendUser || k.turn.Inbound.Sender.ID == "" {
		return ""
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%s", k.turn.Bot.ID, k.turn.Channel.ID, k.turn.Inbound.Sender.ID))
	return hex.EncodeToString(sum[:])
}
