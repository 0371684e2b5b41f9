package scenario

import (
	"strings"

	"dari/bot/message"
	"dari/dialog/scenario/intent"
)

// band is how sure the engine is of an intent.
type band int

const (
	nothing band = iota
	weak         // between confirm_threshold and match_threshold: ask
	tied         // several above match_threshold, too close to each other: let choose
	strong       // run it
)

// decision is what a sentence seems to mean.
type decision struct {
	band band
	list []candidate // best first; for weak and tied those to offer
	faq  *faqSpec    // an answer of the FAQ that fits better than any intent
}

// decide weighs intents and FAQ. It changes nothing, so that a question may ask first.
func (r *run) decide(text string) decision {
	if r.decided != nil && r.decidedOn == text {
		return *r.decided
	}
	d := r.weigh(text)
	r.decided, r.decidedOn = &d, text
	return d
}

func (r *run) weigh(text string) decision {
	b := &r.p.bot
	u := r.p.nlu.understand(text)
	d := decision{list: u.intents}
	if u.refused {
		r.note("the sentence is most like the examples of %q", intent.OutOfScope)
	}
	r.tr.Candidates, r.tr.FAQ = u.intents, nil
	r.tr.Thresholds = &intent.Thresholds{Match: b.match, Confirm: b.confirm, Margin: b.margin}
	if u.faq != nil {
		r.tr.FAQ = []candidate{u.near}
	}
	top := 0.0
	if len(d.list) > 0 {
		top = d.list[0].Score
	}
	switch {
	case top >= b.match && (len(d.list) == 1 || top-d.list[1].Score >= b.margin || r.prefers(d.list[0], d.list[1])):
		d.band = strong
	case top >= b.match:
		d.band = tied
		d.list = r.within(d.list, top-b.margin, b.confirm)
		if len(d.list) == 1 {
			d.band = strong
		}
	case top >= b.confirm:
		d.band = weak
		d.list = r.within(d.list, b.confirm, 0)
	}
	if u.faq != nil && u.near.Score >= b.match && (d.band < tied || u.near.Score > top) {
		d.faq, d.band = u.faq, nothing
	}
	return d
}

// prefers tells whether the first of two close intents wins by its priority.
func (r *run) prefers(a, b candidate) bool {
	x, y := r.p.intents[a.Intent], r.p.intents[b.Intent]
	return x != nil && y != nil && x.priority > y.priority
}

// within keeps the candidates worth offering.
func (r *run) within(list []candidate, floor, floor2 float64) (out []candidate) {
	for i, c := range list {
		spec := r.p.intents[c.Intent]
		if c.Score < floor || c.Score < floor2 || spec == nil || i > 0 && !spec.disambiguate || r.flowFor(c.Intent) == nil && i > 0 {
			continue
		}
		if out = append(out, c); len(out) == r.p.bot.maxChoices {
			break
		}
	}
	return out
}

// flowFor is the flow that an intent starts now.
func (r *run) flowFor(name string) *flow {
	return r.first(func(f *flow) bool { return hasWord(f.intents, name) })
}

// understand answers a sentence that no question and no command took.
func (r *run) understand(text string) {
	d := r.decide(text)
	waiting := r.s.top() != nil && r.s.top().Wait
	var to *flow
	if len(d.list) > 0 && d.band != nothing {
		to = r.flowFor(d.list[0].Intent)
		if to == nil {
			r.note("the intent %q has no flow", d.list[0].Intent)
		}
	}
	switch {
	case d.faq != nil:
		r.answerFAQ(d.faq)
	case waiting && (d.band != strong || to == nil) && r.answersOther(text):
	case d.band == strong && to != nil:
		r.tr.By, r.tr.Intent, r.tr.Score = "intent", d.list[0].Intent, d.list[0].Score
		r.enterOrAsk(to, text)
	case d.band == tied && !waiting, d.band == weak && !waiting && to != nil:
		r.offerIntents(d, text)
	default:
		r.missed()
	}
}

// answersOther takes an answer to a question that comes later: "3개요" while the size is asked. The open question
// is asked again, and this was no failed try.
func (r *run) answersOther(text string) bool {
	f := r.s.top()
	s := r.read(f, text)
	if f.Check || r.bare(s.text) || !s.mostlyValue() && !s.onlyWith(r.light(f)...) {
		return false
	}
	took := r.fillFrom(f, text)
	if len(took) == 0 {
		return false
	}
	r.tr.By = "question"
	r.success()
	var said []string
	for _, v := range took {
		said = append(said, show(r.people(v)))
	}
	r.say(message.Text(r.wordf("noted", strings.Join(said, ", "))))
	f.Wait = false
	return true
}

// enterOrAsk starts the intent's flow. When that flow is the one that asks, the sentence may still fill
// a slot; if not, it was no answer.
func (r *run) enterOrAsk(to *flow, text string) {
	if f := r.s.top(); f != nil && f.Wait && f.Flow == to.name {
		if len(r.fillFrom(f, text)) > 0 {
			f.Wait, f.Check = false, false
			r.success()
			return
		}
		r.reprompt(f)
		return
	}
	r.enter(to, text, nil)
}

// answerFAQ answers, and asks the open question again.
func (r *run) answerFAQ(q *faqSpec) {
	r.tr.By = "faq"
	r.success()
	r.s.Offer = nil
	r.say(message.Text(r.sayText(q.a, r.seed())))
	if f := r.s.top(); f != nil && f.Wait {
		r.show(f)
	}
}

// missed answers what was not understood: an open question is asked again; else the fallback of the
// count of misses in a row.
func (r *run) missed() {
	if f := r.s.top(); f != nil && f.Wait {
		r.tr.By = "reprompt"
		r.reprompt(f)
		return
	}
	if r.t.New && r.s.Misses == 0 && r.welcome() {
		return
	}
	r.tr.By = "fallback"
	r.s.Misses++
	list := r.p.bot.fallback
	if len(list) == 0 {
		r.say(message.Text(r.word("fallback_" + string(rune('0'+min(r.s.Misses, 2))))))
		return
	}
	r.push(&frame{Flow: list[min(r.s.Misses, len(list))-1].name})
}
