package scenario

import (
	"fmt"

	"dari/bot/message"
	"dari/dialog"
)

// rest lets the engine that took over answer. Commands of this bot still work.
func (r *run) rest(text string) {
	if c := r.commandOf(text); c != "" {
		r.endRest()
		r.command(c)
		return
	}
	name := r.s.Rest
	r.tr.By = "engine"
	_, ended, err := r.askEngine(name, r.t.Inbound, false)
	switch {
	case r.err != nil:
	case err != nil:
		st := r.restStep()
		if e, ok := actOf(op{step: st}).(*engineStep); ok && e.onError != nil {
			f := r.s.top()
			r.s.Rest, f.Wait, f.PC = "", false, e.onError.pc
			return
		}
		r.fail(st, fmt.Errorf("engine %q: %w", name, err))
	case ended:
		r.endRest()
	}
}

// restStep is the step that handed the turns over.
func (r *run) restStep() *step {
	if f := r.s.top(); f != nil && f.Wait {
		return r.stepOf(f)
	}
	return &step{kind: "engine"}
}

// endRest takes the turns back; the flow goes on behind its engine step.
func (r *run) endRest() {
	r.s.Rest = ""
	if f := r.s.top(); f != nil && f.Wait {
		f.Wait, f.PC = false, r.stepOf(f).next
	}
}

// handOver asks for people when the bot has no flow for that.
func (r *run) handOver() {
	r.handoff = &dialog.Handoff{}
	r.say(message.Text(r.word("agent")))
}
