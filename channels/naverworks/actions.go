package naverworks

import "dari/bot/message"

// sayPrefix marks the postback of a message action whose text differs from its label. A button
// template sends the label as the member's words, whatever text stands beside it, so the text travels
// in the postback and Parse puts it back: https://developers.worksmobile.com/en/docs/bot-actionobject
const sayPrefix = "dari.say:"

// labelled is an action where the label stands in for the member's words: in a button or list template
// and in the persistent menu. They take message, uri and copy only.
func labelled(act message.Action) outAction {
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
	return silent(act)
}

// spoken is an action that has the member's words besides the label: in a quick reply, a carousel, an
// image carousel and a flex message.
func spoken(act message.Action) outAction {
	switch act.Kind {
	case message.ActionPostback:
		// Not a postback action: whether its displayText arrives as a message of its own besides is not
		// documented, and its event may hide that the chat is a 1:1 one. A message action says both at once.
		return outAction{Type: "message", Label: act.Label, Text: act.Says(), Postback: act.Data}
	case message.ActionMessage:
		return outAction{Type: "message", Label: act.Label, Text: act.Says()}
	}
	return silent(act)
}

// silent is an action that says nothing to the bot. There is none for telephone numbers, so those are
// copied.
func silent(act message.Action) outAction {
	if act.Kind == message.ActionURL {
		return outAction{Type: "uri", Label: act.Label, URI: act.URL}
	}
	return outAction{Type: "copy", Label: act.Label, CopyText: copied(act)}
}

// copies tells whether the action puts something on the clipboard.
func copies(act message.Action) bool {
	return act.Kind == message.ActionCopy || act.Kind == message.ActionPhone
}

// copied is what a copy or phone action puts on the clipboard.
func copied(act message.Action) string {
	if act.Kind == message.ActionPhone {
		return act.Number
	}
	return act.Text
}

// each turns actions into their form at one place.
func each(list []message.Action, form func(message.Action) outAction) []outAction {
	var out []outAction
	for _, act := range list {
		out = append(out, form(act))
	}
	return out
}
