package slack

import (
	"strings"
	"testing"
	"time"

	"dari/channels/channeltest"
)

func TestTheAppFileIsTheManifestOfThisChannel(t *testing.T) {
	for address, holds := range map[string]string{
		"https://bot.example/slack/main/webhook": `"request_url":"https://bot.example/slack/main/webhook"`,
		"http://127.0.0.1:8080/slack/main":       `"socket_mode_enabled":true`,
		"":                                       `"socket_mode_enabled":true`,
	} {
		b := kit(t).Open(t)
		deps := kit(t).Deps(b, channeltest.LocalClient(time.Second))
		deps.CallbackURL = address
		file, err := Type{}.AppFile(b.Values, deps, "총무봇")
		if err != nil || !strings.Contains(string(file.Data), holds) || !strings.HasPrefix(file.Link, appsURL) {
			t.Errorf("%q: %v\n%s\n%s", address, err, file.Data, file.Link)
		}
	}
}
