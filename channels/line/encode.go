package line

import (
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
	"dari/channels"
)

// encode turns messages into LINE's message objects. LINE shows quick replies only on the last message
// of a call, so that is where they go.
// https://developers.line.biz/en/reference/messaging-api/#message-objects
func encode(messages []message.Message) ([]messaging_api.MessageInterface, error) {
	if len(messages) == 0 {
		return nil, channels.Failf(channels.Rejected, "empty", "line: there is no message to send")
	}
	var quick []message.Action
	for _, m := range messages {
		if len(m.QuickReplies) > 0 {
			quick = m.QuickReplies
		}
	}
	out := make([]messaging_api.MessageInterface, len(messages))
	for i, m := range messages {
		var reply *messaging_api.QuickReply
		if i == len(messages)-1 {
			reply = quickReply(quick)
		}
		switch m.Type {
		case message.TypeText:
			out[i] = &messaging_api.TextMessage{Text: m.Text, QuickReply: reply}
		case message.TypeButtons:
			out[i] = &messaging_api.TemplateMessage{AltText: m.Text, Template: buttons(m), QuickReply: reply}
		default:
			return nil, channels.Failf(channels.Rejected, "unsupported", "line: messages[%d]: the type %q cannot be sent", i, m.Type)
		}
	}
	return out, nil
}

func buttons(m message.Message) *messaging_api.ButtonsTemplate {
	t := &messaging_api.ButtonsTemplate{Text: m.Text}
	for _, a := range m.Actions {
		t.Actions = append(t.Actions, action(a))
	}
	return t
}

func quickReply(actions []message.Action) *messaging_api.QuickReply {
	if len(actions) == 0 {
		return nil
	}
	q := &messaging_api.QuickReply{}
	for _, a := range actions {
		q.Items = append(q.Items, messaging_api.QuickReplyItem{Type: "action", Action: action(a)})
	}
	return q
}

// action makes LINE's form of a button.
// https://developers.line.biz/en/reference/messaging-api/#action-objects
func action(a message.Action) messaging_api.ActionInterface {
	switch a.Kind {
	case message.ActionPostback:
		return &messaging_api.PostbackAction{Label: a.Label, Data: a.Data, DisplayText: a.Says()}
	case message.ActionURL:
		return &messaging_api.UriAction{Label: a.Label, Uri: a.URL}
	case message.ActionPhone:
		return &messaging_api.UriAction{Label: a.Label, Uri: "tel:" + strings.ReplaceAll(a.Number, " ", "")}
	case message.ActionCopy:
		return &messaging_api.ClipboardAction{Label: a.Label, ClipboardText: a.Text}
	}
	return &messaging_api.MessageAction{Label: a.Label, Text: a.Says()}
}
