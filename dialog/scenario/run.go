package scenario

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

// maxSteps ends a turn that goes in circles.
const maxSteps = 100

// run is one turn while it is worked on.
type run struct {
	ctx  context.Context
	e    *engine
	p    *program
	t    dialog.Turn
	s    *session
	tr   *trace
	emit dialog.Emit

	now    time.Time
	locale string
	event  map[string]any
	user   map[string]any // what is kept of the person
	row    any            // the element that a card is made for
	args   map[string]any // values that a form or a command brought

	out   []message.Message
	quick []message.Action
	pause time.Duration

	steps, calls int
	last         *frame // the frame that ran last, for the trace and for tests
	handoff      *dialog.Handoff
	userChanged  bool
	err          error // ends the turn
	failing      bool  // the error block runs
	decided      *decision
	decidedOn    string // the sentence that decided is about
	lately       *reading
	latelyOn     [2]string // the flow and the sentence that lately is about
	views        [2]map[string]any
	mocks        map[string]mock
	shown        map[string]string // labels and data of the buttons that this turn shows
}

// question is a step that waits for an answer.
type question interface {
	show(r *run, f *frame)
}

// show prints the open question of a frame.
func (r *run) show(f *frame) {
	if f.Check {
		r.askConfirm(r.stepOf(f).act.(*askStep), f)
		return
	}
	if q, ok := r.stepOf(f).act.(question); ok {
		q.show(r, f)
	}
}

func (r *run) flowOf(f *frame) *flow { return r.p.flows[f.Flow] }

func (r *run) stepOf(f *frame) *step { return r.flowOf(f).code[f.PC].step }

// loop runs steps until a question is open, all flows have ended, or something stops the turn.
func (r *run) loop() {
	for r.err == nil {
		f := r.s.top()
		if f == nil || f.Wait {
			return
		}
		r.last = f
		code := r.flowOf(f).code
		if f.PC >= len(code) {
			r.finish()
			continue
		}
		st := code[f.PC].step
		if st == nil {
			if f.PC = code[f.PC].to; f.PC == endOfFlow {
				f.PC = len(code)
			}
			continue
		}
		r.tr.step(f, st)
		if r.steps++; r.steps >= maxSteps {
			r.fail(st, fmt.Errorf("more than %d steps in one turn, the circle is %s", maxSteps, r.tr.cycle()))
			return
		}
		f.PC = st.next
		if st.when == nil || r.truth(st.when) {
			st.act.do(r, f, st)
		}
	}
}

// push puts a frame on top.
func (r *run) push(f *frame) bool {
	if len(r.s.Stack) >= maxStack {
		return false
	}
	r.s.Stack = append(r.s.Stack, f)
	r.changed()
	return true
}

// finish takes the ended flow off and goes back to the one below.
func (r *run) finish() {
	f := r.s.pop()
	r.changed()
	below := r.s.top()
	switch {
	case below == nil:
	case f.Ret > 0:
		r.back(below, f)
	case below.Wait:
		r.resume(below, f)
	}
}

// back saves what a flow gave to the one that ran it.
func (r *run) back(below, f *frame) {
	st := r.flowOf(below).code[f.Ret-1].step
	s, ok := st.act.(*runStep)
	if !ok || len(s.save) == 0 {
		return
	}
	result := map[string]any{}
	for name, v := range f.Slots {
		result[name] = r.p.inExpr(v, r.locale, r.p.bot.zone)
	}
	r.saveAll(below, s.save, map[string]any{"result": result})
}

// halt ends the turn with an error of the outside: the context, or emit.
func (r *run) halt(err error) {
	if r.err == nil {
		r.err = err
	}
}

// fail ends the running flows because a step cannot go on, and says so.
func (r *run) fail(st *step, err error) {
	r.tr.warn("%s: %v", st.where(), err)
	r.e.deps.Log.Warn("scenario: a step failed", "turn", r.t.ID, "step", st.where(), "error", r.e.scrub.Text(err.Error()))
	r.s.Stack, r.s.Offer, r.s.Rest = nil, nil, ""
	r.changed()
	if r.failing {
		return
	}
	r.failing = true
	if block := r.p.bot.onError; block != nil && r.steps < maxSteps-10 {
		r.push(&frame{Flow: block.name})
		return
	}
	if block := r.p.bot.onError; block != nil {
		r.sayFirst(block)
		return
	}
	r.say(message.Text(r.word("error")))
}

// sayFirst says the first text of a block without running it, for a turn that has no steps left.
func (r *run) sayFirst(f *flow) {
	for _, o := range f.code {
		if s, ok := actOf(o).(*sayStep); ok && s.text != nil {
			r.say(message.Text(r.sayText(s.text, 0)))
			return
		}
	}
	r.say(message.Text(r.word("error")))
}

// note adds to the trace what happened.
func (r *run) note(format string, args ...any) { r.tr.note(format, args...) }

// seed picks variants: the same turn, run again, says the same.
func (r *run) seed() int {
	h := fnv.New32a()
	fmt.Fprintf(h, "%s/%d", r.t.ID, r.steps)
	return int(h.Sum32() & 0x7fffffff)
}
