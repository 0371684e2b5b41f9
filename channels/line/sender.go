package line

import (
	"strings"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
)

// sender is the name and the picture that a message is shown under, nil for the account's own. What LINE
// would refuse of it is left out or shortened: the words matter more than who seems to say them.
// https://developers.line.biz/en/reference/messaging-api/#icon-nickname-switch
func sender(s *message.Sender) *messaging_api.Sender {
	if s == nil {
		return nil
	}
	var out messaging_api.Sender
	if name := strings.TrimSpace(s.Name); !strings.Contains(name, "LINE") { // a word that nobody may use
		out.Name = clip(name, senderNameMax)
	}
	if icon, err := uri("sender.icon_url", s.IconURL, mediaURLMax, "https"); err == nil {
		out.IconUrl = icon
	}
	if out == (messaging_api.Sender{}) {
		return nil
	}
	return &out
}
