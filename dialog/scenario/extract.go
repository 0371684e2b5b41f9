package scenario

import (
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
	until      *value
	start, end int // bytes of the sentence
}

// single is the value when it fills one slot: of a range, one end is not what was said.
func (f found) single() value {
	v := f.value
	v.Unsure = v.Unsure || f.until != nil
	return v
}

// extract finds values of the given entities, by the entity's name.
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
	for _, m := range entity.Extract(text, o) {
		names := byKind[m.Kind]
		if m.Name != "" {
			names = []string{m.Name}
		}
		for _, name := range names {
			if v, ok := r.fromMatch(name, m.Kind, m.Value, m); ok {
				f := found{value: v, start: m.Start, end: m.End}
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
	v := value{Kind: string(kind), Grain: m.Grain, Text: clip(m.Text, 200), Unsure: m.Ambiguous || vague(kind, m.Grain)}
	zone := r.p.bot.zone
	switch x := raw.(type) {
	case entity.EnumValue:
		v.Entity, v.V = name, x.ID
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

// vague tells whether a value was said less exactly than its kind holds it: a week for a day, "오전" for a
// time, a day for a moment.
func vague(kind entity.Kind, grain string) bool {
	switch grain {
	case entity.GrainYear, entity.GrainMonth, entity.GrainWeek:
		return true
	case entity.GrainPartOfDay:
		return kind == entity.KindTime || kind == entity.KindDateTime
	case entity.GrainDay:
		return kind == entity.KindDateTime
	}
	return false
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
	if list := r.readAs(name, text).values[name]; len(list) > 0 {
		return list[0].single(), true
	}
	return value{}, false
}

func (r *run) yesNo(text string) (yes, clear bool) {
	v, ok := r.acceptText("yesno", text)
	yes, _ = v.V.(bool)
	return yes, ok
}
