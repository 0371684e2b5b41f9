package scenario

import "strings"

// yesOrNo lets a question take a sentence as yes or no; then tells whether the answer was of use. A yes with
// another value than one that is filled changes that value, and the question is asked again: whoever says
// "네 근데 4시로요" has not agreed to three o'clock.
func (r *run) yesOrNo(f *frame, text string, then func(yes bool) bool) bool {
	yes, clear := r.yesNo(text)
	if r.elsewhere(f, text) && !(clear && r.readAs("yesno", text).onlyWith(asking, opening)) {
		return false
	}
	if w, before := r.commandWord(text); w.name != "" {
		if _, itself := r.yesNo(w.word); !itself {
			return w.name == "cancel" && r.cancelling(f) && then(!r.saysNo(before))
		}
	}
	s := r.read(f, text)
	if r.correct(f, s, differing) {
		return true
	}
	if !clear {
		return false
	}
	if changes, unclear := r.changesIn(f, s, differing); yes && (len(changes)+len(unclear) > 0 || s.counting()) {
		r.note("the yes came with another value, and it is not clear what that is to change")
		r.reprompt(f)
		return true
	}
	return then(yes)
}

func (r *run) saysNo(text string) bool {
	yes, clear := r.yesNo(text)
	return clear && !yes
}

// cancelling tells whether the running flow is called a cancellation: in "예약 취소" the word 취소 is no command but
// what the person came for.
func (r *run) cancelling(f *frame) bool {
	for _, w := range r.p.nlu.spoken {
		if w.name != "cancel" {
			continue
		}
		for _, words := range r.flowOf(f).called {
			for _, called := range words {
				if strings.Contains(called, w.word) {
					return true
				}
			}
		}
	}
	return false
}
