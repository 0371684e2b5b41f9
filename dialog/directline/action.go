package directline

import (
	"encoding/json"
	"strings"

	"dari/bot/message"
)

// actions are those that can be shown.
func (a *answer) actions(in []cardAction) []message.Action {
	var out []message.Action
	for _, c := range in {
		action := a.action(c)
		if err := action.Validate(); err != nil {
			a.note("a button of type %q was left out: %v", c.Type, err)
			continue
		}
		out = append(out, action)
	}
	return out
}

// action is what a button does:
// https://learn.microsoft.com/en-us/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference#cardaction-object
func (a *answer) action(c cardAction) message.Action {
	value, isText := text(c.Value)
	label := first(c.Title, c.Text, value)
	switch c.Type {
	case "imBack":
		return message.Action{Kind: message.ActionMessage, Label: label, Text: value}
	case "postBack":
		if isText && !strings.HasPrefix(value, tapPrefix) {
			return message.Action{Kind: message.ActionPostback, Label: label, Data: value, Text: c.Title}
		}
		return tapping(label, tap{Text: value, Value: object(c.Value, isText)})
	case "messageBack":
		return tapping(label, tap{Text: c.Text, Value: c.Value, MessageBack: true, Display: c.Display})
	case "openUrl", "signin", "showImage", "playAudio", "playVideo", "downloadFile":
		return message.Action{Kind: message.ActionURL, Label: label, URL: webAddress(value)}
	case "call":
		return message.Action{Kind: message.ActionPhone, Label: label, Number: strings.TrimPrefix(value, "tel:")}
	}
	return message.Action{Kind: message.ActionKind(c.Type), Label: label}
}

// text reads a value that is a string; anything else is an object of the bot's own.
func text(raw json.RawMessage) (s string, ok bool) {
	ok = json.Unmarshal(raw, &s) == nil && len(raw) > 0 && string(raw) != "null"
	return s, ok
}

func object(raw json.RawMessage, isText bool) json.RawMessage {
	if isText || string(raw) == "null" {
		return nil
	}
	return raw
}

// tapping is a button that sends more than a text.
func tapping(label string, t tap) message.Action {
	b, err := json.Marshal(t)
	if err != nil {
		b = nil // a value that is no JSON cannot have come from JSON
	}
	return message.Action{Kind: message.ActionPostback, Label: label, Data: tapPrefix + string(b), Text: first(t.Display, label)}
}
