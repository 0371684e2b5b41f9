package kakaoskill

import (
	"encoding/json"
	"slices"
	"strconv"

	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// memo is a context: what a skill wants to hear again, for as many turns as its LifeSpan says.
type memo struct {
	Name     foreign.Text    `json:"name"`
	LifeSpan foreign.Text    `json:"lifeSpan"`
	Params   json.RawMessage `json:"params"`
}

// MarshalJSON implements json.Marshaler.
func (m memo) MarshalJSON() ([]byte, error) {
	if len(m.Params) == 0 {
		m.Params = json.RawMessage("{}")
	}
	return remote.JSON(struct {
		Name     string          `json:"name"`
		LifeSpan int             `json:"lifeSpan"`
		Params   json.RawMessage `json:"params"`
	}{string(m.Name), m.turns(), m.Params})
}

// turns is how many more turns the context lives.
func (m memo) turns() int {
	n, err := strconv.ParseFloat(string(m.LifeSpan), 64)
	if err != nil || !(n >= 0) {
		return 0
	}
	return int(min(n, 1000))
}

// contexts are the live ones, in the order in which they were first set.
type contexts []memo

// recall reads the state. One that cannot be read was written by another engine.
func recall(s dialog.State) contexts {
	live := contexts{}
	if json.Unmarshal([]byte(s.Token), &live) != nil {
		return contexts{}
	}
	return live
}

// after are the contexts after a turn in which the skill heard live ones and set others. A context that
// it sets with no life is deleted.
func (live contexts) after(set contexts, n *foreign.Notes) contexts {
	next := contexts{}
	for _, m := range live {
		m.LifeSpan = foreign.Text(strconv.Itoa(m.turns() - 1))
		next = append(next, m)
	}
	for _, m := range set {
		if m.Name == "" {
			n.Add("context.values: one has no name; it was left out")
			continue
		}
		at := slices.IndexFunc(next, func(old memo) bool { return old.Name == m.Name })
		if at < 0 {
			next = append(next, m)
		} else {
			next[at] = m
		}
	}
	return slices.DeleteFunc(next, func(m memo) bool { return m.turns() == 0 })
}

// keep is the state that holds the contexts. Those that have no room are given up, the oldest first.
func keep(live contexts, n *foreign.Notes) *dialog.State {
	for len(live) > 0 {
		token, err := remote.JSON(live)
		if err == nil && len(token) <= dialog.MaxState {
			return &dialog.State{Token: string(token)}
		}
		n.Add("context %q: there is no room to keep it", live[0].Name)
		live = live[1:]
	}
	return &dialog.State{}
}

func (live contexts) names() []string {
	var out []string
	for _, m := range live {
		out = append(out, string(m.Name))
	}
	return out
}
