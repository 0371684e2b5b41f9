package scenario

import (
	"slices"

	"dari/bot/message"
)

// offerIntents asks which intent is meant.
func (r *run) offerIntents(d decision, text string) {
	r.tr.By = "confirm"
	o := &offer{Kind: "intent", Text: clip(text, maxText)}
	var buttons []message.Action
	for _, c := range d.list[:min(len(d.list), r.p.bot.maxChoices)] {
		if r.flowFor(c.Intent) == nil {
			continue
		}
		o.Intents = append(o.Intents, c.Intent)
		label := r.intentLabel(c.Intent)
		buttons = append(buttons, message.Action{Kind: message.ActionPostback, Label: label, Text: label, Data: tap{kind: tapIntent, flow: c.Intent}.encode()})
	}
	if len(buttons) == 0 {
		r.missed()
		return
	}
	none := r.word("none")
	buttons = append(buttons, message.Action{Kind: message.ActionPostback, Label: none, Text: none, Data: tap{kind: tapNone}.encode()})
	r.s.Offer = o
	r.sayButtons(r.word("did_you_mean"), false, buttons)
}

func (r *run) intentLabel(name string) string {
	if spec := r.p.intents[name]; spec != nil {
		if s := oneLine(r.sayText(spec.label, 0)); s != "" {
			return s
		}
	}
	return name
}

// flowLabel is what people read for a flow.
func (r *run) flowLabel(f *flow) string {
	if s := oneLine(r.sayText(f.label, 0)); s != "" {
		return s
	}
	for _, w := range f.intents {
		if spec := r.p.intents[w.v]; spec != nil && spec.label != nil {
			return r.intentLabel(w.v)
		}
	}
	return f.name
}

// offered takes the answer to an offer; false when the sentence is none.
func (r *run) offered(text string) bool {
	o := r.s.Offer
	yes, clear := r.yesNo(text)
	if o.Kind == "resume" {
		if clear {
			r.tr.By = "question"
			r.resumeIf(yes)
			return true
		}
		r.s.Offer = nil // the sentence may answer the question itself
		return false
	}
	if o.Kind == "slot" {
		r.s.Offer = nil
		return r.whichOffered(o, text)
	}
	want := normalize(text)
	for i, name := range o.Intents {
		spellings := append(r.p.intents[name].label.spellings(), name)
		named := slices.ContainsFunc(spellings, func(s string) bool { return normalize(s) == want })
		if named || ordinalOf(text, len(o.Intents)) == i+1 || clear && yes && len(o.Intents) == 1 {
			r.tr.By = "question"
			r.chose(name, o.Text)
			return true
		}
	}
	r.s.Offer = nil
	if clear && !yes || want == normalize(r.word("none")) {
		r.tr.By = "question"
		r.missed()
		return true
	}
	return false
}

// chose starts the intent that was picked, with what the first sentence said.
func (r *run) chose(intent, text string) {
	r.s.Offer = nil
	r.tr.Intent = intent
	to := r.flowFor(intent)
	if to == nil {
		r.stale()
		return
	}
	r.enterOrAsk(to, text)
}

// askResume asks whether to go on with a flow that was interrupted.
func (r *run) askResume(f *frame) {
	button := func(word string) message.Action {
		return message.Action{Kind: message.ActionPostback, Label: r.word(word), Text: r.word(word), Data: tap{kind: tapResume, value: word}.encode()}
	}
	r.sayButtons(r.wordf("resume", r.flowLabel(r.flowOf(r.s.root(f)))), false, []message.Action{button("yes"), button("no")})
}

// root is the frame that people know a flow by: the one they started, not one that it runs.
func (s *session) root(f *frame) *frame {
	i := slices.Index(s.Stack, f)
	for i > 0 && s.Stack[i].Ret > 0 {
		i--
	}
	return s.Stack[max(i, 0)]
}

func (r *run) resumeIf(yes bool) {
	r.s.Offer = nil
	r.success()
	f := r.s.top()
	switch {
	case f == nil || !f.Wait:
	case yes:
		r.show(f)
	default:
		r.say(message.Text(r.wordf("dropped", r.flowLabel(r.flowOf(r.s.root(f))))))
		r.drop()
	}
}
