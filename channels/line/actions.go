package line

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
)

// quickReply makes the quick replies of a call, which are those of the last message that has any.
func quickReply(messages []message.Message) (*messaging_api.QuickReply, error) {
	var path string
	var quick []message.Action
	for i, m := range messages {
		if len(m.QuickReplies) > 0 {
			path, quick = fmt.Sprintf("messages[%d].quick_replies", i), m.QuickReplies
		}
	}
	if len(quick) == 0 {
		return nil, nil
	}
	if n := len(quick); n > maxQuickReplies {
		return nil, rejected(path, "there are %d; LINE shows %d", n, maxQuickReplies)
	}
	made, err := actions(path, quick, labelMax)
	if err != nil {
		return nil, err
	}
	q := &messaging_api.QuickReply{}
	for _, a := range made {
		q.Items = append(q.Items, messaging_api.QuickReplyItem{Type: "action", Action: a})
	}
	return q, nil
}

// actions makes LINE's form of buttons whose labels may have limit graphemes.
func actions(path string, in []message.Action, limit int) ([]messaging_api.ActionInterface, error) {
	out := make([]messaging_api.ActionInterface, len(in))
	for i, a := range in {
		made, err := labelled(fmt.Sprintf("%s[%d]", path, i), a, limit)
		if err != nil {
			return nil, err
		}
		out[i] = made
	}
	return out, nil
}

// labelled makes LINE's form of a button whose label may have limit graphemes.
func labelled(path string, a message.Action, limit int) (messaging_api.ActionInterface, error) {
	if err := a.Validate(); err != nil {
		return nil, rejected(path, "%v", err)
	}
	if n := graphemes(a.Label); n > limit {
		return nil, rejected(path+".label", "it has %d characters; LINE takes %d", n, limit)
	}
	return action(path, a)
}

// action makes LINE's form of a button.
// https://developers.line.biz/en/reference/messaging-api/#action-objects
func action(path string, a message.Action) (messaging_api.ActionInterface, error) {
	switch a.Kind {
	case message.ActionPostback:
		if n := units(a.Data); n > dataMax {
			return nil, rejected(path+".data", "it has %d characters; LINE takes %d", n, dataMax)
		}
		text, err := says(path, a)
		return &messaging_api.PostbackAction{Label: a.Label, Data: a.Data, DisplayText: text}, err
	case message.ActionURL:
		link, err := uri(path+".url", a.URL, linkMax, "https", "http", "line", "tel")
		return &messaging_api.UriAction{Label: a.Label, Uri: link}, err
	case message.ActionPhone:
		number, err := phone(path+".number", a.Number)
		return &messaging_api.UriAction{Label: a.Label, Uri: "tel:" + number}, err
	case message.ActionCopy:
		if n := units(a.Text); n > clipboardMax {
			return nil, rejected(path+".text", "it has %d characters; LINE copies %d", n, clipboardMax)
		}
		return &messaging_api.ClipboardAction{Label: a.Label, ClipboardText: a.Text}, nil
	}
	text, err := says(path, a)
	return &messaging_api.MessageAction{Label: a.Label, Text: text}, err
}

// says is what tapping the button puts in the user's mouth.
func says(path string, a message.Action) (string, error) {
	if n := graphemes(a.Says()); n > saysMax {
		return "", rejected(path+".text", "it has %d characters; LINE takes %d", n, saysMax)
	}
	return a.Says(), nil
}

var (
	separators  = strings.NewReplacer(" ", "", "-", "", ".", "", "(", "", ")", "")
	phoneNumber = regexp.MustCompile(`^\+?[0-9*#]+$`)
)

// phone is a number as a tel address has it, without the separators people write.
func phone(field, number string) (string, error) {
	number = separators.Replace(number)
	if !phoneNumber.MatchString(number) || len(number) > linkMax/4 {
		return "", rejected(field, "it is no phone number; write it like +82 2 123 4567")
	}
	return strings.ReplaceAll(number, "#", "%23"), nil
}
