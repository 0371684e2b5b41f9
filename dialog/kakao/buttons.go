package kakaoskill

import (
	"cmp"
	"encoding/json"
	"strings"

	"dari/bot/message"
	"dari/dialog/foreign"
)

// button is a button, a quick reply, or an item of a list that can be tapped.
type button struct {
	Label       foreign.Text    `json:"label"`
	Action      foreign.Text    `json:"action"`
	WebLinkURL  foreign.Text    `json:"webLinkUrl"`
	MessageText foreign.Text    `json:"messageText"`
	PhoneNumber foreign.Text    `json:"phoneNumber"`
	BlockID     foreign.Text    `json:"blockId"`
	Extra       json.RawMessage `json:"extra"`
	OSLink      link            `json:"osLink"`
}

// link is an address per device. The one for browsers is meant for all others.
type link struct {
	Web     foreign.Text `json:"web"`
	Mobile  foreign.Text `json:"mobile"`
	PC      foreign.Text `json:"pc"`
	WebLink foreign.Text `json:"webLink"`
	Android foreign.Text `json:"android"`
	IOS     foreign.Text `json:"ios"`
}

// address is the first that a browser can open.
func (l link) address() string {
	for _, a := range []foreign.Text{l.Web, l.WebLink, l.PC, l.Mobile, l.Android, l.IOS} {
		if foreign.Web(string(a)) {
			return string(a)
		}
	}
	return string(cmp.Or(l.Web, l.WebLink, l.PC, l.Mobile, l.Android, l.IOS))
}

func buttons(list []button, n *foreign.Notes) []message.Action {
	var out []message.Action
	for _, b := range list {
		out = append(out, b.actions(n)...)
	}
	return out
}

// actions is the button, unless it has no meaning outside of KakaoTalk.
func (b button) actions(n *foreign.Notes) []message.Action {
	label := strings.TrimSpace(string(cmp.Or(b.Label, b.MessageText)))
	if label == "" {
		n.Add("a button of action %q has no label; it was left out", b.Action)
		return nil
	}
	said := string(cmp.Or(b.MessageText, b.Label))
	if string(b.Extra) == "null" {
		b.Extra = nil
	}
	switch b.Action {
	case "webLink":
		return foreign.Browse(label, string(b.WebLinkURL), n)
	case "osLink":
		return foreign.Browse(label, cmp.Or(b.OSLink.address(), string(b.WebLinkURL)), n)
	case "phone":
		return []message.Action{{Kind: message.ActionPhone, Label: label, Number: string(b.PhoneNumber)}}
	case "share":
		n.Add("button %q shares the message in KakaoTalk; it was left out", label)
		return nil
	case "operator":
		return []message.Action{tap{Kind: tapOperator, Text: said}.action(label)}
	case "", "message", "block":
		return []message.Action{tap{Kind: tapSay, Text: said, Label: label, Block: string(b.BlockID), Extra: b.Extra}.action(label)}
	}
	n.Add("button %q: action %q is not known; it was left out", label, b.Action)
	return nil
}
