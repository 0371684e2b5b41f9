package scenario

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dari/dialog/scenario/entity"
)

// found is a value in a sentence.
type found struct {
	value
	until *value
}

// extract finds values of the given entities, by the entity's name. All are looked for at once, so that
// the longest reading wins: the 12 of a room called "12층" is no number.
func (r *run) extract(text string, entities []string) map[string][]found {
	if len(entities) == 0 {
		return nil
	}
	o := entity.Options{Locale: r.locale, Now: r.now, BusinessFrom: r.p.bot.hoursFrom, BusinessTo: r.p.bot.hoursTo, Kinds: []entity.Kind{}}
	byKind := map[entity.Kind][]string{}
	for _, name := range entities {
		kind := entity.Kind(r.p.kindOf(name))
		switch kind {
		case entity.KindEnum:
			o.Enums = append(o.Enums, r.p.nlu.enums[name])
		case entity.KindPattern:
			o.Patterns = append(o.Patterns, r.p.nlu.patEnts[name])
		case entity.KindText, "file", "":
			continue
		}
		if !slices.Contains(o.Kinds, kind) {
			o.Kinds = append(o.Kinds, kind)
		}
		byKind[kind] = append(byKind[kind], name)
	}
	if len(o.Kinds) == 0 {
		return nil
	}
	out := map[string][]found{}
	for _, m := range entity.Extract(clip(text, maxUnderstood), o) {
		names := byKind[m.Kind]
		if m.Name != "" {
			names = []string{m.Name}
		}
		for _, name := range names {
			if v, ok := r.fromMatch(name, m.Kind, m.Value, m); ok {
				f := found{value: v}
				if m.Until != nil {
					if u, ok := r.fromMatch(name, m.Kind, m.Until, m); ok {
						f.until = &u
					}
				}
				out[name] = append(out[name], f)
			}
		}
	}
	return out
}

// fromMatch is a found value in the form that a slot keeps.
func (r *run) fromMatch(name string, kind entity.Kind, raw any, m entity.Match) (value, bool) {
	v := value{Kind: string(kind), Grain: m.Grain, Text: clip(m.Text, 200), Unsure: m.Ambiguous}
	zone := r.p.bot.zone
	switch x := raw.(type) {
	case entity.EnumValue:
		v.Entity, v.V = name, x.ID
		v.Unsure = m.Ambiguous
	case entity.Date:
		v.V = x.In(zone).Format(time.RFC3339)
	case entity.Time:
		y, mo, d := r.now.Date()
		v.V = time.Date(y, mo, d, x.Hour, x.Minute, x.Second, 0, zone).Format(time.RFC3339)
	case entity.Moment:
		v.V = x.Time.Format(time.RFC3339)
	case entity.Span:
		v.V = x.Length()
	case entity.Money:
		v.V = map[string]any{"amount": x.Amount, "currency": x.Currency, "text": m.Text}
	case entity.Answer:
		if x != entity.Yes && x != entity.No {
			return value{}, false
		}
		v.V = x == entity.Yes
	case float64:
		v.V = x
	case string:
		v.V = x
	default:
		return value{}, false
	}
	return v, true
}

// acceptText is the value of one entity in the answer to its question.
func (r *run) acceptText(name, text string) (value, bool) {
	text = strings.TrimSpace(text)
	spec := r.p.entities[name]
	switch r.p.kindOf(name) {
	case "text":
		limit := maxText
		if spec != nil && spec.maxLen > 0 {
			limit = spec.maxLen
		}
		return value{Kind: "text", V: text, Text: clip(text, 200)}, text != "" && utf8.RuneCountInString(text) <= limit
	case "file", "":
		return value{}, false
	case "pattern":
		s := norm.NFKC.String(text)
		if m := spec.pattern.FindString(s); m != "" {
			return value{Kind: "pattern", V: clip(m, maxText), Text: clip(text, 200)}, true
		}
		return value{}, false
	}
	list := r.extract(text, []string{name})[name]
	if len(list) == 0 {
		return value{}, false
	}
	if len(list) > 1 && notThat.MatchString(text) { // "A 말고 B": the last one is meant
		return list[len(list)-1].value, true
	}
	return list[0].value, true
}

var notThat = regexp.MustCompile(`말고|아니라|じゃなくて|ではなく|(?i)\bnot\b|\brather\b`)

func (r *run) yesNo(text string) (yes, clear bool) {
	v, ok := r.acceptText("yesno", text)
	yes, _ = v.V.(bool)
	return yes, ok
}

// entitiesOf lists the entities of the flow's asks whose slots are filled, or empty.
func (r *run) entitiesOf(f *frame, filled bool) (out []string) {
	for _, a := range r.flowOf(f).asks {
		_, is := f.Slots[a.slot.v]
		kind := r.p.kindOf(a.entity.v)
		if is == filled && kind != "text" && kind != "file" && kind != "yesno" && !slices.Contains(out, a.entity.v) {
			out = append(out, a.entity.v)
		}
	}
	return out
}

// fillFrom fills empty slots of the flow from a sentence, where it is clear which value is which. When
// the sentence answered a question (of entity used), the value that did so is spent. It returns whether
// anything was filled.
func (r *run) fillFrom(f *frame, text, used string) bool {
	entities := r.entitiesOf(f, false)
	if used != "" && !slices.Contains(entities, used) {
		entities = append(entities, used) // so that its words are not taken for something else
	}
	values := r.extract(text, entities)
	if spent := values[used]; len(spent) > 0 {
		values[used] = spent[1:]
		if u := spent[0].until; u != nil {
			values[used] = append([]found{{value: *u}}, spent[1:]...)
		}
		if notThat.MatchString(text) {
			delete(values, used)
		}
	}
	filled := false
	for _, name := range sortedKeys(values) {
		var empty []string
		for _, a := range r.flowOf(f).asks {
			if _, is := f.Slots[a.slot.v]; !is && a.entity.v == name && !slices.Contains(empty, a.slot.v) {
				empty = append(empty, a.slot.v)
			}
		}
		for slot, v := range share(empty, values[name]) {
			r.setSlot(f, slot, v)
			filled = true
		}
	}
	return filled
}

// share gives values to slots of one entity: a range to two slots, as many values as slots in their
// order, one value to the first slot. Anything else is unclear and left for the questions.
func share(slots []string, values []found) map[string]value {
	out := map[string]value{}
	switch {
	case len(slots) == 0 || len(values) == 0:
	case len(values) == 1:
		out[slots[0]] = values[0].value
		if values[0].until != nil && len(slots) > 1 {
			out[slots[1]] = *values[0].until
		}
	case len(values) <= len(slots):
		for i, v := range values {
			out[slots[i]] = v.value
		}
	}
	return out
}

// fill sets the parameters of a flow that is started.
func (r *run) fill(f *frame, to *flow, args map[string]any) {
	r.changed()
	for name, v := range args {
		spec := to.slots[name]
		if spec == nil {
			continue
		}
		if v != nil {
			r.setSlot(f, name, r.p.typed(spec.entity, v, r.p.bot.zone))
		}
	}
	for _, p := range to.params {
		if _, given := f.Slots[p.v]; !given && p.def != nil {
			if v := r.eval(p.def, nil); v != nil {
				r.setSlot(f, p.v, r.p.typed(p.entity.v, v, r.p.bot.zone))
			}
		}
	}
}
