package naverworks

import (
	"bytes"
	"encoding/json"
	"regexp"

	"dari/bot/message"
	"dari/channels"
)

// sayPrefix marks the postback of a message action whose text differs from its label. A button
// template sends the label as the member's words, whatever text stands beside it, so the text travels
// in the postback and Parse puts it back: https://developers.worksmobile.com/en/docs/bot-actionobject
const sayPrefix = "dari.say:"

// outContent is the content of a text or button_template message.
type outContent struct {
	Type        string      `json:"type"`
	Text        string      `json:"text,omitempty"`
	ContentText string      `json:"contentText,omitempty"`
	Actions     []outAction `json:"actions,omitempty"`
	QuickReply  *quickReply `json:"quickReply,omitempty"`
}

type quickReply struct {
	Items []quickItem `json:"items"`
}

type quickItem struct {
	Action outAction `json:"action"`
}

type outAction struct {
	Type     string `json:"type"`
	Label    string `json:"label"`
	Text     string `json:"text,omitempty"`
	Postback string `json:"postback,omitempty"`
	URI      string `json:"uri,omitempty"`
	CopyText string `json:"copyText,omitempty"`
}

// render makes the body of the send call.
func render(m message.Message) (string, *channels.SendError) {
	var c outContent
	switch m.Type {
	case message.TypeText:
		c = outContent{Type: "text", Text: unmention(m.Text)}
	case message.TypeButtons:
		c = outContent{Type: "button_template", ContentText: unmention(m.Text)}
		for _, act := range m.Actions {
			c.Actions = append(c.Actions, button(act))
		}
	default:
		return "", channels.Failf(channels.Rejected, "type", "a message of type %q cannot be sent to NAVER WORKS; send text or buttons", m.Type)
	}
	if len(m.QuickReplies) > 0 {
		c.QuickReply = &quickReply{}
		for _, act := range m.QuickReplies {
			c.QuickReply.Items = append(c.QuickReply.Items, quickItem{quick(act)})
		}
	}
	return encode(map[string]outContent{"content": c})
}

func encode(v any) (string, *channels.SendError) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return "", channels.Failf(channels.Rejected, "encode", "the message cannot be written as JSON: %w", err)
	}
	return b.String(), nil
}

// button is an action of a button template, which takes message, uri and copy only:
// https://developers.worksmobile.com/en/docs/bot-send-button
func button(act message.Action) outAction {
	switch act.Kind {
	case message.ActionPostback:
		return outAction{Type: "message", Label: act.Label, Postback: act.Data}
	case message.ActionMessage:
		out := outAction{Type: "message", Label: act.Label}
		if act.Says() != act.Label {
			out.Postback = sayPrefix + act.Text
		}
		return out
	}
	return link(act)
}

// quick is an action of a quick reply: https://developers.worksmobile.com/en/docs/bot-quickreply
func quick(act message.Action) outAction {
	switch act.Kind {
	case message.ActionPostback:
		// Not a postback action: whether its displayText arrives as a message of its own besides is not
		// documented, and its event may hide that the chat is a 1:1 one. A message action says both at once.
		return outAction{Type: "message", Label: act.Label, Text: act.Says(), Postback: act.Data}
	case message.ActionMessage:
		return outAction{Type: "message", Label: act.Label, Text: act.Says()}
	}
	return link(act)
}

// link is an action that says nothing to the bot. There is none for telephone numbers, so those are
// copied.
func link(act message.Action) outAction {
	switch act.Kind {
	case message.ActionURL:
		return outAction{Type: "uri", Label: act.Label, URI: act.URL}
	case message.ActionPhone:
		return outAction{Type: "copy", Label: act.Label, CopyText: act.Number}
	default:
		return outAction{Type: "copy", Label: act.Label, CopyText: act.Text}
	}
}

var mention = regexp.MustCompile(`(?i)<([\pZ\pC]*m[\pZ\pC/])`)

// unmention makes mention tags harmless, so that a text from a user or from data cannot ping a whole
// room: https://developers.worksmobile.com/en/docs/bot-mention. The replacement is as long as the
// original, so that a text at the limit stays inside it.
func unmention(text string) string { return mention.ReplaceAllString(text, "‹$1") }
