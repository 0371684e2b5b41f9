package scenario

import (
	"fmt"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"dari/dialog"
)

// handoffStep asks people to take the conversation over.
type handoffStep struct {
	leaf
	queue string
	note  *text
	lines int // of the transcript
	until time.Duration
}

func readHandoff(r *reader, n, _ *yaml.Node) action {
	h := &handoffStep{}
	if t := resolve(n); t.Kind == yaml.ScalarNode {
		if t.Value != "true" {
			r.str("handoff", &h.queue)(n)
		}
		return h
	}
	r.object(n, "handoff", fields{
		"queue": r.str("queue", &h.queue), "note": r.text("note", &h.note),
		"transcript": func(v *yaml.Node) {
			var s string
			if r.str("transcript", &s)(v); s == "" {
				return
			}
			if _, err := fmt.Sscanf(s, "last_%d", &h.lines); err != nil || h.lines < 1 || h.lines > maxTranscript {
				r.problem(v, "bad_value", "", "transcript must be last_1 to last_%d", maxTranscript)
			}
		},
		"until": func(v *yaml.Node) {
			if t := resolve(v); t.Value != "agent_closes" {
				r.duration("until", &h.until, time.Minute, 30*24*time.Hour)(v)
			}
		},
	})
	return h
}

func (h *handoffStep) do(r *run, _ *frame, _ *step) {
	note := r.sayText(h.note, 0)
	if h.lines > 0 {
		lines := r.s.Said[max(0, len(r.s.Said)-h.lines):]
		note = strings.TrimSpace(note + "\n" + strings.Join(lines, "\n"))
	}
	r.handoff = &dialog.Handoff{Queue: h.queue, Note: note, For: h.until}
}

// eventStep starts the flow that listens to an event, and comes back.
type eventStep struct {
	leaf
	name word
	args map[string]*expression
}

func readEvent(r *reader, n, _ *yaml.Node) action {
	e := &eventStep{}
	if resolve(n).Kind == yaml.ScalarNode {
		r.name("event", &e.name)(n)
		return e
	}
	r.object(n, "event", fields{"name": r.name("name", &e.name), "args": r.args("args", &e.args)})
	if e.name.v == "" {
		r.problem(n, "missing_key", "", "event needs the key \"name\"")
	}
	return e
}

func (e *eventStep) do(r *run, _ *frame, st *step) {
	args := r.evalArgs(e.args)
	to := r.listener(e.name.v)
	if to == nil {
		r.tr.warn("%s: no flow listens to the event %q now", st.where(), e.name.v)
		return
	}
	child := &frame{Flow: to.name, Ret: st.pc + 1}
	if !r.push(child) {
		r.fail(st, fmt.Errorf("flows run inside each other more than %d deep", maxStack))
		return
	}
	r.give(child, to, args)
	r.defaults(child, to)
}
