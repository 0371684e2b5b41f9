package scenario

import (
	"slices"
	"strings"
)

// proof is how clearly a sentence must be a correction before it is taken for one.
type proof int

const (
	// stated: it says that it changes something, and nothing else. The open question could take it otherwise.
	stated proof = iota
	// differing: it brings another value than the one that is about to be confirmed ("네 근데 4시로요").
	differing
	// likely: nothing else took it, and the value is most of it.
	likely
)

// correct sets slots again that are filled already ("아니, 소회의실", "날짜를 모레로 변경해 줘"). Where more than one
// could be meant it asks. It returns false when the sentence is no correction.
func (r *run) correct(f *frame, s *reading, need proof) bool {
	tells := s.marked || s.holds(changing) || len(s.back) > 0
	if !tells && r.bare(s.text) {
		return false // a number alone answers the open question, and nothing else
	}
	if s.counting() {
		return false
	}
	only := s.onlyWith(append(r.light(f), changing)...)
	switch need {
	case stated:
		if !only || !tells && !s.holds(deciding) {
			return false
		}
	case differing:
		if !only && !tells && !s.holds(deciding, but) {
			return false
		}
	case likely:
		if !only && !s.marked && !s.mostlyValue() {
			return false
		}
	}
	changes, unclear := r.changesIn(f, s, need)
	if len(changes) == 0 && (len(unclear) == 0 || !only) {
		return false
	}
	if len(changes) > 0 && !r.change(f, changes) {
		return true
	}
	if len(unclear) > 0 {
		r.askWhich(f, unclear)
		return true
	}
	r.again(f, changes)
	return true
}

// counting tells whether a number is said that counts on from another one. What it makes of it is not for us
// to guess.
func (s *reading) counting() bool {
	if !s.holds(relative) {
		return false
	}
	for _, list := range s.values {
		if slices.ContainsFunc(list, func(v found) bool { return v.Kind == "number" || v.Kind == "money" || v.Kind == "duration" }) {
			return true
		}
	}
	return false
}

// light are the phrases that say nothing beside a value: polite words, and what the flow's own questions say.
func (r *run) light(f *frame) []phrases {
	sets := []phrases{asking, opening, deciding, between, nearly}
	for _, a := range r.flowOf(f).asks {
		sets = append(sets, a.about)
	}
	return sets
}

// mostlyValue tells whether one value is at least half of the sentence.
func (s *reading) mostlyValue() bool {
	for _, list := range s.values {
		if slices.ContainsFunc(list, func(v found) bool { return mostly(s.text, v.Text) }) {
			return true
		}
	}
	return false
}

// mostly tells whether a found text is at least half of a sentence.
func mostly(sentence, found string) bool {
	return 2*len([]rune(strings.TrimSpace(found))) >= len([]rune(strings.TrimSpace(sentence)))
}

// but are the words that take a part of a yes back.
var but = newPhrases([]string{"근데", "그런데", "하지만", "다만", "대신", "맞는데", "맞는데요", "좋은데", "でも", "けど", "ですが", "ただ", "ただし", "しかし", "but", "except", "however", "only", "though"})

// which is a value that more than one slot could take.
type which struct {
	v     value
	slots []string
}

// changesIn lists what a sentence changes, and what it changes without saying where.
func (r *run) changesIn(f *frame, s *reading, need proof) (changes []change, unclear []which) {
	for _, name := range sortedKeys(s.values) {
		list := s.values[name]
		if len(list) == 0 {
			continue
		}
		slots := r.meant(f, s, name, list[0].value, need)
		switch {
		case len(slots) == 0:
		case len(list) == 1 && list[0].until != nil && len(slots) == 2:
			changes = append(changes, change{slots[0], list[0].value}, change{slots[1], *list[0].until})
		case len(list) > 1 && len(list) == len(slots):
			for i, v := range list {
				changes = append(changes, change{slots[i], v.single()})
			}
		case len(slots) == 1 && len(list) == 1:
			changes = append(changes, change{slots[0], list[0].single()})
		default:
			unclear = append(unclear, which{list[0].single(), slots})
		}
	}
	return changes, unclear
}

// meant are the slots of an entity that a sentence may mean to change: the one whose value it takes back, the
// one that it names, else all that are filled, and with them the open question when a word like "아니" leaves
// open what it is about.
func (r *run) meant(f *frame, s *reading, entity string, v value, need proof) []string {
	var filled []string
	for _, slot := range r.flowOf(f).slotsOf(entity) {
		if !f.empty(slot) {
			filled = append(filled, slot)
		}
	}
	open := r.openSlot(f, entity)
	tells := s.marked || s.holds(changing) || len(s.back[entity]) > 0
	if len(filled) == 0 || open != "" && !tells {
		return nil
	}
	for _, b := range s.back[entity] {
		if i := slices.IndexFunc(filled, func(slot string) bool { return b.same(f.Slots[slot]) }); i >= 0 {
			return filled[i : i+1]
		}
	}
	if named := r.named(f, s, entity); len(named) == 1 {
		filled = slices.DeleteFunc(filled, func(slot string) bool { return slot != named[0] })
		open = ""
	}
	if q, ok := r.stepOf(f).act.(*askStep); ok && f.Check && slices.Contains(filled, q.slot.v) {
		filled = []string{q.slot.v}
	}
	held := func(slot string) bool { return v.same(f.Slots[slot]) }
	switch {
	case tells && need == differing:
		filled = slices.DeleteFunc(filled, held)
	case !tells && slices.ContainsFunc(filled, held) && !(s.holds(but) && len(filled) > 1):
		return nil // it says again what stands there already
	}
	switch {
	case open == "" || s.holds(changing) || len(filled) == 0:
		return filled
	case !s.marked:
		return nil // what it takes back stands nowhere: it answers the question
	}
	return append(filled, open)
}

// openSlot is the slot of the open question, when it takes values of an entity and has none.
func (r *run) openSlot(f *frame, entity string) string {
	if q, ok := r.stepOf(f).act.(*askStep); ok && f.Wait && q.entity.v == entity && f.empty(q.slot.v) {
		return q.slot.v
	}
	return ""
}

// named are the slots of an entity that a sentence calls by a word of theirs alone.
func (r *run) named(f *frame, s *reading, entity string) (out []string) {
	for _, a := range r.flowOf(f).asks {
		if a.entity.v == entity && !slices.Contains(out, a.slot.v) && s.holds(a.called) {
			out = append(out, a.slot.v)
		}
	}
	return out
}
