package naverworks

import (
	"context"
	"strings"
	"testing"

	"dari/bot/check"
	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// setter is what the console finds by type assertion.
type setter interface {
	SetWebhook(ctx context.Context, url string) error
}

var _ setter = (*adapter)(nil)

func TestTheWebhookIsSetAndTheRestOfTheBotStays(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{Bot: map[string]any{"enableCallback": false, "callbackUrl": ""}}, nil)
	if got := line(b.Adapter.Check(context.Background()), "callback"); got.Status != check.Fail {
		t.Fatalf("got %+v", got)
	}
	if err := b.Adapter.(setter).SetWebhook(context.Background(), "https://bot.example.com/naverworks/test-channel/webhook"); err != nil {
		t.Fatal(err)
	}
	var patches []string
	for _, c := range b.Platform.Calls(channeltest.NaverWorksBotPath) {
		if c.Method == "PATCH" {
			patches = append(patches, strings.TrimSpace(string(c.Body)))
		}
	}
	if want := `{"callbackUrl":"https://bot.example.com/naverworks/test-channel/webhook","enableCallback":true}`; len(patches) != 1 || patches[0] != want {
		t.Errorf("got %q", patches)
	}
	if got := line(b.Adapter.Check(context.Background()), "callback"); got.Status != check.Pass {
		t.Errorf("got %+v", got)
	}
}

func TestTheWebhookCannotBeSet(t *testing.T) {
	const good = "https://bot.example.com/naverworks/test-channel/webhook"
	for _, row := range []struct {
		name, url, scopes string
		fault             channeltest.Fault
		kind              channels.Kind
		scope, says       string
		calls             int // that change the bot
	}{
		{name: "over plain http", url: "http://bot.example.com/x", kind: channels.Rejected, says: "url must be an https address"},
		{name: "to no address", url: "webhook", kind: channels.Rejected, says: "url must be an https address"},
		{name: "to a long address", url: good + strings.Repeat("a", 1000), kind: channels.Rejected, says: "1000"},
		{name: "without the permission", url: good, scopes: "bot.message bot.read", kind: channels.Auth, scope: "bot", says: "tick bot in the Developer Console"},
		{name: "when the platform refuses", url: good, fault: channeltest.Fault{Status: 400, Body: read(t, "error_400_invalid_parameter.json")}, kind: channels.Rejected, says: "INVALID_PARAMETER", calls: 1},
		{name: "when the platform fails, which leaves it safe to try again", url: good, fault: channeltest.Fault{Status: 500}, kind: channels.Temporary, calls: 1},
		{name: "for a bot that is gone", url: good, fault: channeltest.Fault{Status: 404}, kind: channels.Rejected, says: "compare bot_id", calls: 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			change := map[string]string{}
			if row.scopes != "" {
				change["scopes"] = row.scopes
			}
			b := open(t, channeltest.NaverWorksOptions{}, change)
			if row.fault.Status != 0 {
				b.Platform.FailNext(channeltest.NaverWorksBotPath, row.fault)
			}
			err := b.Adapter.(setter).SetWebhook(context.Background(), row.url)
			if err == nil {
				t.Fatal("set")
			}
			if se := channels.AsSendError(err); se.Kind != row.kind || se.Scope != row.scope || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v, scope %q", err, se.Scope)
			}
			if n := len(b.Platform.Calls(channeltest.NaverWorksBotPath)); n != row.calls {
				t.Errorf("%d calls", n)
			}
			b.NoSecret(t, kit(), "the error", err.Error())
		})
	}
}

func TestAPersonIsWrittenToByIDOrEMail(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	opener := b.Adapter.(channels.Opener)
	for _, user := range []string{member, "kim@example.com"} {
		conv, reference, err := opener.Open(context.Background(), user)
		if err != nil || conv != (message.Conversation{ID: user, Kind: message.Direct}) || reference != nil {
			t.Errorf("got %+v, %s, %v", conv, reference, err)
		}
		if _, err := b.Adapter.Send(context.Background(), channels.Outgoing{Conversation: conv, Messages: []message.Message{message.Text("hi")}}); err != nil {
			t.Error(err)
		}
	}
	for _, user := range []string{"", ".", ".."} {
		if _, _, err := opener.Open(context.Background(), user); err == nil || channels.AsSendError(err).Kind != channels.Rejected {
			t.Errorf("%q: got %v", user, err)
		}
	}
	if calls := b.Platform.Calls(channeltest.NaverWorksUsersPath); len(calls) != 2 || !strings.Contains(calls[1].Path, "kim@example.com") {
		t.Errorf("calls %v", calls)
	}
}
