package console

import (
	"slices"
	"strings"

	"dari/bot/words"
	"dari/store"
)

// filter is what a list is narrowed to: "channel:line status:failed refund".
type filter struct {
	keys [][2]string // name and value, in the order of writing
	text []string    // what else was written, in lower case
}

// filterNames are the filters by all their names.
var filterNames = map[string]string{
	"channel": "channel", "status": "status", "state": "status", "kind": "kind", "person": "person", "user": "person",
}

func parseFilter(q string) filter {
	var f filter
	for _, word := range strings.Fields(q[:min(len(q), 500)]) {
		name, value, ok := strings.Cut(word, ":")
		if known := filterNames[strings.ToLower(name)]; ok && known != "" && value != "" {
			f.keys = append(f.keys, [2]string{known, value})
			continue
		}
		f.text = append(f.text, strings.ToLower(strings.ToValidUTF8(word, "")))
	}
	if f.unsent() != "" { // asked for alone
		f = f.only("status", f.unsentName())
	}
	return f
}

// unknown are the words that look like filters and are none: a state or kind that does not exist, or another name.
func (f filter) unknown() (all []string) {
	for _, k := range f.keys {
		_, kind := kindKeys[strings.ToLower(k[1])]
		if k[0] == "kind" && !kind || k[0] == "status" && !slices.Contains(filterStates, strings.ToLower(k[1])) {
			all = append(all, k[0]+":"+k[1])
		}
	}
	for _, word := range f.text {
		if name, value, ok := strings.Cut(word, ":"); ok && name != "" && !strings.HasPrefix(value, "//") {
			all = append(all, word)
		}
	}
	return all
}

// filterStates are what may be asked for as a status.
var filterStates = []string{
	string(store.Failed), string(store.Rejected), string(store.Ignored), string(store.Duplicate), string(store.Waiting), string(store.Handled), stateUndelivered, stateUncertain,
}

// String is the filter as people write it.
func (f filter) String() string {
	var all []string
	for _, k := range f.keys {
		all = append(all, k[0]+":"+k[1])
	}
	return strings.Join(append(all, f.text...), " ")
}

// values are those of one filter; a thing fits if it has any of them.
func (f filter) values(name string) []string {
	var all []string
	for _, k := range f.keys {
		if k[0] == name {
			all = append(all, strings.ToLower(k[1]))
		}
	}
	return all
}

// takes tells whether any of the values fits the filter, or there is no such filter.
func (f filter) takes(name string, values ...string) bool {
	wanted := f.values(name)
	return len(wanted) == 0 || slices.ContainsFunc(values, func(v string) bool { return slices.Contains(wanted, strings.ToLower(v)) })
}

// takesState tells whether the filter takes events of that state. What has become of the answers is another
// question, which is answered from the list of the deliveries.
func (f filter) takesState(s store.EventState) bool {
	return f.unsent() != "" || f.takes("status", string(s))
}

// unsent is the state of deliveries that is asked for; "" for none.
func (f filter) unsent() store.DeliveryStatus {
	switch {
	case f.has("status", stateUndelivered):
		return store.Undelivered
	case f.has("status", stateUncertain):
		return store.Uncertain
	}
	return ""
}

func (f filter) unsentName() string { return unsentStates[f.unsent()].state }

// rare is the state that is asked for alone, if it is one that the store finds by itself; else "". The others are
// looked for here, where the time is bounded.
func (f filter) rare() string {
	all := f.values("status")
	if len(all) == 1 && slices.Contains([]string{string(store.Failed), string(store.Rejected), string(store.Duplicate)}, all[0]) {
		return all[0]
	}
	return ""
}

func (f filter) has(name, value string) bool { return slices.Contains(f.values(name), value) }

// with is the filter with one more, without one less.
func (f filter) with(name, value string) filter {
	return filter{append(slices.Clone(f.keys), [2]string{name, value}), f.text}
}

func (f filter) without(name, value string) filter {
	keys := slices.DeleteFunc(slices.Clone(f.keys), func(k [2]string) bool { return k[0] == name && strings.ToLower(k[1]) == value })
	return filter{keys, f.text}
}

// toggle is a chip that puts a filter on, or takes it off again.
func (f filter) toggle(base, name, value, text string) chip {
	if f.has(name, value) {
		return chip{text, listURL(base, f.without(name, value).String(), ""), true}
	}
	return chip{text, listURL(base, f.with(name, value).String(), ""), false}
}

// chips are the filters that have no chip of their own elsewhere on the page.
func (f filter) chips(base string, w words.Words) []chip {
	var all []chip
	for _, k := range f.keys {
		if k[0] == "kind" || k[0] == "person" {
			text := k[1]
			if key := kindKeys[k[1]]; k[0] == "kind" && key != "" {
				text = w[key]
			}
			all = append(all, f.toggle(base, k[0], strings.ToLower(k[1]), text))
		}
	}
	return all
}

// stateChips are those of the states, the troublesome ones first.
func (f filter) stateChips(base string, w words.Words) []chip {
	var all []chip
	for _, s := range []store.EventState{store.Failed, store.Rejected, store.Ignored, store.Duplicate, store.Waiting, store.Handled} {
		all = append(all, f.without("status", f.unsentName()).toggle(base, "status", string(s), w["event."+string(s)]))
	}
	for _, s := range []store.DeliveryStatus{store.Undelivered, store.Uncertain} {
		unsent := unsentStates[s]
		c := chip{w[unsent.key], listURL(base, f.only("status", unsent.state).String(), ""), false}
		if f.has("status", unsent.state) {
			c.URL, c.On = listURL(base, f.without("status", unsent.state).String(), ""), true
		}
		all = append(all, c)
	}
	return all
}

// only is the filter with this value of a name alone.
func (f filter) only(name, value string) filter {
	keys := slices.DeleteFunc(slices.Clone(f.keys), func(k [2]string) bool { return k[0] == name })
	return filter{keys, f.text}.with(name, value)
}

func (f filter) channelChips(base string, r *viewer) []chip {
	var all []chip
	for _, ch := range r.channels {
		all = append(all, f.toggle(base, "channel", ch.ID, ch.Name))
	}
	return all
}

// kindKeys name the kinds of event.
var kindKeys = map[string]string{
	"text": "inspector.kind.text", "postback": "inspector.kind.postback", "image": "inspector.kind.image", "video": "inspector.kind.video",
	"audio": "inspector.kind.audio", "file": "inspector.kind.file", "location": "inspector.kind.location", "sticker": "inspector.kind.sticker",
	"reaction": "inspector.kind.reaction", "edit": "inspector.kind.edit", "delete": "inspector.kind.delete", "follow": "inspector.kind.follow",
	"unfollow": "inspector.kind.unfollow", "join": "inspector.kind.join", "leave": "inspector.kind.leave",
	"members_joined": "inspector.kind.members_joined", "members_left": "inspector.kind.members_left", "command": "inspector.kind.command",
	"form": "inspector.kind.form", "event": "inspector.kind.event", "late_reply": "inspector.kind.late_reply", "unknown": "inspector.kind.unknown",
	"": "inspector.kind.none",
}
