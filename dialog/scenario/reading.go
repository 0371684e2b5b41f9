package scenario

import (
	"regexp"
	"slices"
)

// reading is a sentence as a running flow reads it: the values that it brings, and what it says besides.
type reading struct {
	text   string             // behind the words that begin a correction ("아니,", "no,")
	marked bool               // there were such words
	values map[string][]found // by entity, in their order; what the sentence itself takes back is not here
	back   map[string][]found // what it takes back ("내일 말고 모레", "3명 아니 4명")
	rest   []string           // squeezed, the pieces around the values
}

// read reads a sentence with all entities of the running flow at once, so that the longest reading wins: the
// 12 of a room called "12층" is no number.
func (r *run) read(f *frame, text string) *reading {
	if r.lately != nil && r.latelyOn == [2]string{f.Flow, text} {
		return r.lately
	}
	s := &reading{}
	s.text, s.marked = correction(clip(text, maxUnderstood))
	s.values = r.extract(s.text, r.entitiesOf(f))
	s.takeBack()
	s.remains()
	r.lately, r.latelyOn = s, [2]string{f.Flow, text}
	return s
}

// readAs reads a sentence as a value of one entity.
func (r *run) readAs(entity, text string) *reading {
	s := &reading{text: clip(text, maxUnderstood)}
	s.values = r.extract(s.text, []string{entity})
	s.takeBack()
	s.remains()
	return s
}

// entitiesOf lists the entities whose values can be found in a sentence of the flow.
func (r *run) entitiesOf(f *frame) (out []string) {
	add := func(entity string) {
		if kind := r.p.kindOf(entity); kind != "" && kind != "text" && kind != "file" && kind != "yesno" && !slices.Contains(out, entity) {
			out = append(out, entity)
		}
	}
	for _, a := range r.flowOf(f).asks {
		add(a.entity.v)
	}
	for _, p := range r.flowOf(f).params {
		add(p.entity.v)
	}
	return out
}

// What takes a value back: behind it ("A 말고", "Aじゃなくて"), before it ("not A"), or between it and a better
// one ("A 아니 B", "A, no wait, B").
var (
	backBehind  = regexp.MustCompile(`^\s*(?:은|는|이|가|을|를|로|으로|요|이요)?[\s,]*(?:말고|말구|아니라|아니고|아닌|대신)|^\s*[はがで]?(?:じゃなくて|じゃなく|ではなくて|ではなく|はなくて|はなく|なくて|の代わりに)`)
	backBefore  = regexp.MustCompile(`(?i)\b(?:not|instead of|rather than)(?:\s+(?:on|at|for|the|in))*\s*$`)
	backBetween = regexp.MustCompile(`아니|아뇨|아냐|잠깐|잠시만|정정|いや|いいえ|いえ|違|ちが|やっぱ|やはり|間違|ごめん|すみません|(?i)\b(?:no|nope|wait|sorry|actually|i mean|i meant|make that|make it|scratch that|correction|rather)\b`)
)

// takeBack lets the value behind such words win over the one before.
func (s *reading) takeBack() {
	for name, list := range s.values {
		var kept, back []found
		for i, v := range list {
			if backBehind.MatchString(s.text[v.end:]) || backBefore.MatchString(s.text[:v.start]) {
				back = append(back, v)
				continue
			}
			if i > 0 && backBetween.MatchString(s.text[list[i-1].end:v.start]) {
				back, kept = append(back, kept...), nil
			}
			kept = append(kept, v)
		}
		if len(back) > 0 {
			if s.back == nil {
				s.back = map[string][]found{}
			}
			s.values[name], s.back[name] = kept, back
		}
	}
}

// remains cuts the values out.
func (s *reading) remains() {
	var all []found
	for _, of := range []map[string][]found{s.values, s.back} {
		for _, list := range of {
			all = append(all, list...)
		}
	}
	slices.SortFunc(all, func(a, b found) int { return a.start - b.start })
	at := 0
	for _, v := range all {
		if v.start > at {
			s.rest = append(s.rest, squeeze(s.text[at:v.start]))
		}
		at = max(at, v.end)
	}
	s.rest = append(s.rest, squeeze(s.text[at:]))
}

// onlyWith tells whether the sentence says nothing besides its values but phrases of these sets.
func (s *reading) onlyWith(sets ...phrases) bool {
	return !slices.ContainsFunc(s.rest, func(piece string) bool { return !consists(piece, sets...) })
}

// holds tells whether a phrase stands beside the values.
func (s *reading) holds(sets ...phrases) bool {
	return slices.ContainsFunc(s.rest, func(piece string) bool {
		return slices.ContainsFunc(sets, func(set phrases) bool { return hasPhrase(piece, set) })
	})
}

// without is the reading with neither the values of an entity nor those that lie in one that was taken.
func (s *reading) without(entity string, taken found) *reading {
	out := *s
	out.values = map[string][]found{}
	for name, list := range s.values {
		if name == entity {
			continue
		}
		for _, v := range list {
			if v.end <= taken.start || v.start >= taken.end {
				out.values[name] = append(out.values[name], v)
			}
		}
	}
	return &out
}
