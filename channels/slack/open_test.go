package slack

import (
	"context"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

func TestADirectChatIsOpened(t *testing.T) {
	b := kit(t).Open(t)
	conv, _, err := b.Adapter.(channels.Opener).Open(context.Background(), "U06MINA81PQ")
	if err != nil || conv != (message.Conversation{ID: channeltest.SlackDirect, Kind: message.Direct}) {
		t.Fatalf("got %+v, %v", conv, err)
	}
	if got := sent(t, b.Platform, "/api/conversations.open"); got["users"] != "U06MINA81PQ" {
		t.Errorf("got %v", got)
	}
}

func TestADirectChatThatCannotBeOpened(t *testing.T) {
	answer := func(body string) channeltest.Fault {
		return channeltest.Fault{Status: 200, Header: jsonHeader, Body: body}
	}
	for _, row := range []struct {
		name, user string
		fault      channeltest.Fault
		kind       channels.Kind
		scope      string
	}{
		{"nobody", "", channeltest.Fault{}, channels.Rejected, ""},
		{"somebody unknown", "U1", answer(`{"ok":false,"error":"user_not_found"}`), channels.Rejected, ""},
		{"another bot", "U1", answer(`{"ok":false,"error":"cannot_dm_bot"}`), channels.Rejected, ""},
		{"a bot that may not", "U1", answer(`{"ok":false,"error":"missing_scope"}`), channels.Auth, "im:write"},
		{"trouble inside Slack", "U1", refused(t, "internal_error"), channels.Temporary, ""},
		{"an answer without a chat", "U1", answer(`{"ok":true}`), channels.Temporary, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			if row.fault.Status != 0 {
				b.Platform.FailNext("/api/conversations.open", row.fault)
			}
			_, _, err := b.Adapter.(channels.Opener).Open(context.Background(), row.user)
			if e := channels.AsSendError(err); err == nil || e.Kind != row.kind || e.Scope != row.scope {
				t.Errorf("got %v (scope %q), want %s", err, e.Scope, row.kind)
			}
		})
	}
}
