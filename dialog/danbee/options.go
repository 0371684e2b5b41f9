package danbee

import (
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// option is a button: https://doc.danbee.ai/chatflow_speak.html
type option struct {
	Type  foreign.Text `json:"type"`
	Label foreign.Text `json:"label"`
	Value foreign.Text `json:"value"`
}

// tap is what a button of ours brings back.
type tap struct {
	Kind  string `json:"danbee"`
	Label string `json:"label,omitempty"`
	Value string `json:"value,omitempty"`
}

// offer is a button that is on screen. Whoever types its label means it.
type offer struct {
	Typed string `json:"typed"`
	tap
}

// tapIntent is the tap on one of several intents that all fit.
const tapIntent = "intent"

func readTap(p *message.Postback) (tap, bool) {
	var got tap
	if p == nil || json.Unmarshal([]byte(p.Data), &got) != nil || got.Kind == "" {
		return tap{}, false
	}
	return got, true
}

// typed finds the button whose label was typed. Of several with one label it is the first, as in the
// vendor's window.
func typed(offers []offer, text string) (tap, bool) {
	for _, o := range offers {
		if o.Typed == strings.TrimSpace(text) {
			return o.tap, true
		}
	}
	return tap{}, false
}

// tap makes the question that a tapped button asks.
func (q *question) tap(t tap) {
	q.InputSentence = t.Value
	if t.Value == "" {
		q.InputSentence = t.Label
	}
	switch t.Kind {
	case "callFlow": // another flow begins: where the bot stood in the old one is of no matter
		q.cursor = cursor{IntentID: text(t.Value)}
		q.InputSentence = t.Label
	case tapIntent:
		q.IntentID = text(t.Value)
		q.InputSentence = t.Label
	case "callNode", "callKnowledge":
		q.PostBackFlag = "true"
	}
}

func text(s string) foreign.ID {
	quoted, _ := remote.JSON(s)
	return foreign.ID(quoted)
}

// buttons are what a list of options becomes.
type buttons struct {
	actions, quick []message.Action
	spelled        []string // what is no button anywhere else
	offers         []offer
}

func readOptions(list []option, n *foreign.Notes) buttons {
	var b buttons
	for _, o := range list {
		b.add(o, n)
	}
	return b
}

func (b *buttons) add(o option, n *foreign.Notes) {
	label, value := strings.TrimSpace(string(o.Label)), strings.TrimSpace(string(o.Value))
	if label == "" {
		n.Add("a button of type %q has no label; it was left out", o.Type)
		return
	}
	switch o.Type {
	case "link":
		b.actions = append(b.actions, foreign.Browse(label, value, n)...)
	case "inApp", "outApp": // addresses of apps open nothing in a messenger
		if foreign.Web(value) {
			b.actions = append(b.actions, foreign.Browse(label, value, n)...)
		} else {
			b.spelled = append(b.spelled, label+": "+value)
		}
	case "call":
		b.actions = append(b.actions, message.Action{Kind: message.ActionPhone, Label: label, Number: value})
	case "action": // a script for a browser
		n.Add("button %q runs a script in the vendor's window; it was left out", label)
	default:
		b.answer(tap{string(o.Type), label, value}, n)
	}
}

// answer adds a button that says something to the bot.
func (b *buttons) answer(t tap, n *foreign.Notes) {
	if strings.HasPrefix(t.Value, "javascript:") {
		n.Add("button %q runs a script in the vendor's window; it was left out", t.Label)
		return
	}
	if t.Kind == "" {
		t.Kind = "btn"
	}
	a := say(t)
	if t.Kind == "quick" {
		b.quick = append(b.quick, a)
	} else {
		b.actions = append(b.actions, a)
	}
	// A label that is typed says the same as the tap unless the button means something else.
	if t.Kind != "btn" && t.Kind != "quick" || t.Value != "" && t.Value != t.Label {
		b.offers = append(b.offers, offer{t.Label, t})
	}
}

// say is a button that brings a tap back.
func say(t tap) message.Action {
	data, _ := remote.JSON(t)
	return message.Action{Kind: message.ActionPostback, Label: t.Label, Text: t.Label, Data: string(data)}
}
