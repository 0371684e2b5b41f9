package scenario

import (
	"slices"
	"strings"
)

// answerLoosely takes what the extractor does not know as a value: a bare number, or a choice by its number or a
// part of its name. The number is spent then: "두 번째" is not two people.
func (r *run) answerLoosely(f *frame, q *askStep, s *reading, text string) bool {
	e := r.p.entities[q.entity.v]
	if e == nil || e.kind != "enum" {
		v, ok := r.bareValue(q.entity.v, text)
		if ok {
			r.take(f, q, v)
		}
		return ok
	}
	c := choosing{r: r, text: text, options: r.p.nlu.options[q.entity.v]}
	if i := c.any(); i >= 0 {
		r.take(f, q, r.enumValue(q.entity.v, e.values[i].id, text))
		return true
	}
	if len(s.values) == 0 {
		return false
	}
	c.text = strings.Join(s.rest, " ") // "라테 2잔": a part of a name beside another value
	if i := c.part(); i >= 0 {
		r.take(f, q, r.enumValue(q.entity.v, e.values[i].id, text))
		r.fillRest(f, s.without(q.entity.v, found{}), q.entity.v, nil)
		return true
	}
	return false
}

func (r *run) enumValue(entity, id, text string) value {
	return value{Kind: "enum", Entity: entity, V: id, Text: text}
}

// pick takes an option by its label, value or number, and those with the values yes and no by a yes or no.
func (r *run) pick(f *frame, q *choiceStep, st *step, text string) bool {
	open := q.open(r)
	c := choosing{r: r, text: text}
	for _, o := range open {
		names := append(o.label.spellings(), r.sayText(o.label, 0))
		if o.value != "" {
			names = append(names, o.value)
		}
		c.options = append(c.options, squeezed(names...))
	}
	if i := c.whole(); i >= 0 {
		q.take(r, f, st, open[i])
		return true
	}
	if r.elsewhere(f, text) {
		return false
	}
	took := r.yesOrNo(f, text, func(yes bool) bool {
		i := slices.IndexFunc(open, func(o *option) bool { return o.means(yes) })
		if i >= 0 {
			q.take(r, f, st, open[i])
		}
		return i >= 0
	})
	if took {
		return true
	}
	if w, _ := r.commandWord(text); w.name != "" && !c.has(w.word) {
		return false
	}
	if i := c.any(); i >= 0 {
		q.take(r, f, st, open[i])
		return true
	}
	return false
}

// means tells whether an option is the yes or the no of its question.
func (o *option) means(yes bool) bool {
	if yes {
		return o.value == "yes" || o.value == "true"
	}
	return o.value == "no" || o.value == "false"
}
