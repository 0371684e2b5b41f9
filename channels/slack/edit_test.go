package slack

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// posted is a message that is there.
func posted(t *testing.T, b *channeltest.Bench, at message.Conversation) (channels.Outgoing, string) {
	t.Helper()
	out := channels.Outgoing{Conversation: at, Messages: []message.Message{message.Text("처음")}}
	receipt, err := send(t, b, out)
	if err != nil {
		t.Fatal(err)
	}
	return channels.Outgoing{Conversation: at}, receipt.MessageIDs[0]
}

func editor(b *channeltest.Bench) channels.Editor { return b.Adapter.(channels.Editor) }

func TestAMessageIsChangedLikeItsGoldenFile(t *testing.T) {
	for name, m := range map[string]message.Message{
		"edit_text":    message.Text("A & B <비교> <!channel> 고침"),
		"edit_buttons": {Type: message.TypeButtons, Text: "다시 고르세요", Actions: []message.Action{action(message.ActionPostback, "예약", "room=a")}},
	} {
		t.Run(name, func(t *testing.T) {
			b := kit(t).Open(t)
			out, id := posted(t, b, thread)
			if err := editor(b).Edit(context.Background(), out, id, m); err != nil {
				t.Fatal(err)
			}
			golden(t, name, requests(t, b.Platform)[1:])
		})
	}
}

func TestAMessageIsWithdrawnLikeItsGoldenFile(t *testing.T) {
	b := kit(t).Open(t)
	out, id := posted(t, b, direct)
	if err := editor(b).Withdraw(context.Background(), out, id); err != nil {
		t.Fatal(err)
	}
	golden(t, "withdraw", requests(t, b.Platform)[1:])
	err := editor(b).Edit(context.Background(), out, id, message.Text("늦음"))
	if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected || se.Code != "message_not_found" {
		t.Errorf("a withdrawn message is changed: %v", err)
	}
}

func TestTheChannelOfAPersonIsLookedUp(t *testing.T) {
	b := kit(t).Open(t)
	_, id := posted(t, b, direct)
	out := channels.Outgoing{Conversation: message.Conversation{ID: "U06MINA81PQ", Kind: message.Direct}}
	if err := editor(b).Edit(context.Background(), out, id, message.Text("고침")); err != nil {
		t.Fatal(err)
	}
	if args := sent(t, b.Platform, "/api/chat.update"); args["channel"] != channeltest.SlackDirect {
		t.Errorf("changed in %v", args["channel"])
	}
}

// A text may be longer when it is sent than when it is changed.
func TestTheLongestTextCanTakeTheOthersPlace(t *testing.T) {
	b := kit(t).Open(t)
	out, id := posted(t, b, room)
	if err := editor(b).Edit(context.Background(), out, id, message.Text(strings.Repeat("&가 ", maxText/3))); err != nil {
		t.Fatal(err)
	}
	withinLimits(t, sent(t, b.Platform, "/api/chat.update"), true)
}

func TestAChangeThatSlackDoesNotTakeSaysWhy(t *testing.T) {
	answer := func(code string) channeltest.Fault {
		return channeltest.Fault{Status: http.StatusOK, Header: jsonHeader, Body: `{"ok":false,"error":"` + code + `"}`}
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
		says  string
	}{
		{"a message that is gone", answer("message_not_found"), channels.Rejected, "message_not_found", "is gone"},
		{"somebody else's message", answer("cant_update_message"), channels.Rejected, "cant_update_message", "its own messages only"},
		{"somebody else's message to delete", answer("cant_delete_message"), channels.Rejected, "cant_delete_message", "its own messages only"},
		{"an old message", answer("edit_window_closed"), channels.Rejected, "edit_window_closed", "of that age"},
		{"a token that is revoked", refused(t, "token_revoked"), channels.Auth, "token_revoked", "install the app again"},
		{"too many calls", channeltest.Fault{Status: 429, Header: http.Header{"Retry-After": {"5"}}}, channels.RateLimited, "ratelimited", "too many"},
		{"Slack in trouble, which leaves it safe to try again", channeltest.Fault{Status: 500}, channels.Temporary, "http_500", "500"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			out, id := posted(t, b, room)
			b.Platform.FailNext("/api/chat.update", row.fault)
			b.Platform.FailNext("/api/chat.delete", row.fault)
			for _, err := range []error{
				editor(b).Edit(context.Background(), out, id, message.Text("고침")),
				editor(b).Withdraw(context.Background(), out, id),
			} {
				if err == nil {
					t.Fatal("no error")
				}
				if se := channels.AsSendError(err); se.Kind != row.kind || se.Code != row.code || !strings.Contains(err.Error(), row.says) {
					t.Errorf("got %v", err)
				}
				b.NoSecret(t, kit(t), "the error", err.Error())
			}
		})
	}
}

func TestWhatCannotBeChangedIsRejectedBeforeAnyCall(t *testing.T) {
	const id = "1793100000.000001"
	for _, row := range []struct {
		name    string
		to      message.Conversation
		id      string
		message message.Message
		says    string
	}{
		{"an id of another messenger", room, "m1", message.Text("a"), "message_id"},
		{"no id", room, "", message.Text("a"), "message_id"},
		{"no conversation", message.Conversation{}, id, message.Text("a"), "conversation"},
		{"a message without a text", room, id, message.Text(""), "text"},
		{"a file", room, id, message.Message{Type: message.TypeFile, URL: "https://www.example.com/a.pdf"}, "type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			err := editor(b).Edit(context.Background(), channels.Outgoing{Conversation: row.to}, row.id, row.message)
			if row.message.Text != "" { // the others are about the message
				if err := editor(b).Withdraw(context.Background(), channels.Outgoing{Conversation: row.to}, row.id); !strings.Contains(fmt.Sprint(err), row.says) {
					t.Errorf("withdrawing: %v", err)
				}
			}
			if err == nil || channels.AsSendError(err).Kind != channels.Rejected || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v", err)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}
