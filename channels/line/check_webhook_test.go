package line

import (
	"context"
	"testing"

	"dari/bot/check"
	"dari/channels/channeltest"
)

func TestTheWebhookURLIsComparedWithOurs(t *testing.T) {
	const ours = "https://bot.example.com/line/main/webhook"
	for _, row := range []struct {
		name, channel, ours, set string
		status                   check.Status
		code                     string
	}{
		{"it is ours", "main", ours, ours, check.Pass, "line.webhook_set"},
		{"it is ours with a query", "main", ours, ours + "?key=hidden", check.Pass, "line.webhook_set"},
		{"it is on another host", "main", ours, "https://old.example.com/line/main/webhook", check.Warn, "line.webhook_host"},
		{"it is another channel's", "main", ours, "https://bot.example.com/line/other/webhook", check.Warn, "line.webhook_other"},
		{"ours is not known yet", "", "", "https://bot.example.com/line/other/webhook", check.Pass, "line.webhook_set"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			b.Platform.FailNext(hookPath, fault(200, `{"endpoint":"`+row.set+`","active":true}`))
			deps := kit.Deps(b, channeltest.LocalClient(0))
			deps.ChannelID, deps.CallbackURL = row.channel, row.ours
			a, err := Type{}.New(b.Values, deps)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range a.Check(context.Background()).Checks {
				if c.ID == "webhook" && (c.Status != row.status || c.Code != row.code) {
					t.Errorf("got %+v", c)
				}
			}
		})
	}
}
