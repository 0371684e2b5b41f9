package teams

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// cardDone answers a card action without changing the card: the bot's own answer comes as a message.
// https://learn.microsoft.com/adaptive-cards/authoring-cards/universal-action-model
const cardDone = `{"statusCode":200,"type":"application/vnd.microsoft.activity.message","value":""}`

const tokenExchange = "signin/tokenExchange"

// invoke reads an activity whose HTTP answer is part of the protocol, and gives the neutral answer
// of its kind. An invoke that the app never declared is not ours to answer.
func (a *adapter) invoke(act activity, in *message.Inbound) channels.Answer {
	in.Name = cmp.Or(act.Name, act.Type)
	v := readValue(act.Value)
	switch act.Name {
	case "adaptiveCard/action":
		cardAction(v, in)
		return channels.Answer{ContentType: "application/json", Body: []byte(cardDone)}
	case fileConsent:
		// The upload address in the value opens a person's drive, so only the choice goes on; the
		// address is left to FileConsent.
		context := v.member("context")
		in.Kind = message.KindForm
		in.Form = &message.Form{ID: act.Name, Values: map[string]string{"action": v.string("action")}, Data: context.text}
		if name := context.member(ownMember).string("name"); name != "" {
			in.Form.Values["name"] = name
		}
	case "task/fetch": // an empty answer opens no dialog
		data := v.member("data")
		own, ok := data.postback()
		if !ok {
			own = data.text
		}
		tap(in, own, "", nil)
	case "task/submit": // an empty answer closes the dialog
		data := v.member("data")
		in.Kind, in.Form = message.KindForm, &message.Form{ID: act.Name, Values: data.inputs(), Data: data.text}
	case "message/submitAction":
		// A thumb up or down is worth keeping, not worth an answer.
		said := v.member("actionValue")
		in.Kind = message.KindEvent
		in.Form = &message.Form{ID: v.string("actionName"), Values: said.inputs(), Data: said.text}
	case "suggestedActions/submit", "suggestedAction/submit", "":
		own, ok := v.postback()
		if !ok {
			own = v.text
		}
		tap(in, own, "", v.inputs())
	case "signin/verifyState":
		in.Kind = message.KindEvent
	case tokenExchange:
		// Dari asks nobody to sign in, so there is no exchange that could succeed.
		in.Kind = message.KindEvent
		return channels.Answer{Status: http.StatusPreconditionFailed}
	default:
		return channels.Answer{Status: http.StatusNotImplemented}
	}
	return channels.Answer{}
}

// accepted reads where an accepted file goes, nil if the activity is about something else.
func accepted(act activity) *upload {
	if act.Type != "invoke" || act.Name != fileConsent {
		return nil
	}
	info := readValue(act.Value).member("uploadInfo")
	if info.string("uploadUrl") == "" {
		return nil
	}
	return &upload{
		ContentURL: info.string("contentUrl"), Name: info.string("name"), UploadURL: info.string("uploadUrl"),
		UniqueID: info.string("uniqueId"), FileType: info.string("fileType"),
	}
}

// cardAction reads a tapped Action.Execute. Any trigger but a tap is the card refreshing itself.
func cardAction(v value, in *message.Inbound) {
	if trigger := v.string("trigger"); trigger != "" && trigger != "manual" {
		in.Kind, in.Ignore = message.KindEvent, "a card refreshed itself"
		return
	}
	action := v.member("action")
	data := action.member("data")
	own, ok := data.postback()
	if !ok {
		own = cmp.Or(action.string("verb"), data.text)
	}
	tap(in, own, action.string("title"), data.inputs())
}

// withoutToken takes a person's sign-in token out of what is kept.
func withoutToken(body []byte, act activity) []byte {
	if act.Name != tokenExchange {
		return body
	}
	var kept map[string]json.RawMessage
	if json.Unmarshal(act.Value, &kept) != nil {
		return change(body, map[string]any{"value": nil})
	}
	found := false
	for name := range kept {
		if strings.EqualFold(name, "token") {
			delete(kept, name)
			found = true
		}
	}
	if !found {
		return body
	}
	return change(body, map[string]any{"value": kept})
}
