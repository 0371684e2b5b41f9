package scenario

import "dari/bot/message"

// Limits of the buttons whose labels are remembered.
const (
	maxShown      = 40
	maxShownLabel = 60  // runes
	maxShownData  = 300 // bytes
)

// showed remembers the buttons of what was said. Those of open questions are left out: their questions know
// the labels, and more ways to choose.
func (r *run) showed(list []message.Message) {
	for _, m := range list {
		r.remind(m.Actions)
		r.remind(m.QuickReplies)
		for _, c := range m.Cards {
			r.remind(c.Actions)
		}
	}
}

func (r *run) remind(actions []message.Action) {
	for _, a := range actions {
		t, ours := parseTap(a.Data)
		answers := ours && t.kind != tapFlow && t.kind != tapEvent && t.kind != tapIntent
		if a.Kind != message.ActionPostback || a.Data == "" || answers || len(r.shown) >= maxShown || len(a.Data) > maxShownData || len([]rune(a.Label)) > maxShownLabel {
			continue
		}
		if r.shown == nil {
			r.shown = map[string]string{}
		}
		if key := squeeze(a.Label); key != "" && r.shown[key] == "" {
			r.shown[key] = a.Data
		}
	}
}

// typedButton takes a sentence that is the label of a button under the last answer for a tap on it.
func (r *run) typedButton(text string) bool {
	if len(r.s.Shown) == 0 || len(text) > maxCommand {
		return false
	}
	data := r.s.Shown[squeeze(text)]
	if data == "" || r.leadsThere(text, data) {
		return false
	}
	r.note("the sentence is the label of a button")
	r.s.Shown = nil // data that nothing knows comes back here as a sentence
	r.postback(message.Postback{Data: data, Label: text})
	return true
}

// leadsThere tells whether the sentence alone starts the flow of a button, so that it needs no help.
func (r *run) leadsThere(text, data string) bool {
	t, ours := parseTap(data)
	if f := r.s.top(); !ours || t.kind != tapFlow || len(t.args) > 0 || f != nil && f.Wait || r.commandOf(text) != "" {
		return false
	}
	to := r.flowFor(r.p.nlu.certain(text))
	return to != nil && to.name == t.flow
}
