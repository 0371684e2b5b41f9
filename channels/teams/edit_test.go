package teams

import (
	"context"
	"net/http"
	"os"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// posted is a message that is there: where it is, and its id.
func (r rig) posted(t *testing.T, c message.Conversation) (channels.Outgoing, string) {
	t.Helper()
	receipt, err := r.send(to(c, message.Text("처음")))
	if err != nil {
		t.Fatal(err)
	}
	return to(c), receipt.MessageIDs[0]
}

func TestAMessageIsChangedLikeItsGoldenFile(t *testing.T) {
	thread := message.Conversation{ID: room + ";messageid=1741051400222", Kind: message.Thread, Room: room}
	for name, row := range map[string]struct {
		at message.Conversation
		m  message.Message
	}{
		"edit_text":    {thread, message.Message{Type: message.TypeText, Format: "markdown", Text: "**고침** <at>Kim</at>"}},
		"edit_buttons": {chat, message.Message{Type: message.TypeButtons, Text: "다시 고르세요", Actions: []message.Action{tapTrack}}},
	} {
		t.Run(name, func(t *testing.T) {
			b, w, a := abroad(t)
			out, id := b.posted(t, row.at)
			out.Address = []byte(`{"activity_id":"1741051353456"}`) // a change replies to nothing
			if err := a.Edit(context.Background(), out, id, row.m); err != nil {
				t.Fatal(err)
			}
			golden(t, name, w.out()[1:])
		})
	}
}

func TestAMessageIsWithdrawnLikeItsGoldenFile(t *testing.T) {
	b, w, a := abroad(t)
	out, id := b.posted(t, chat)
	if err := a.Withdraw(context.Background(), out, id); err != nil {
		t.Fatal(err)
	}
	golden(t, "withdraw", w.out()[1:])
	err := a.Edit(context.Background(), out, id, message.Text("늦음"))
	if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected || se.Code != "ActivityNotFoundInConversation" {
		t.Errorf("a withdrawn message is changed: %v", err)
	}
}

func TestAChangeThatTeamsDoesNotTakeSaysWhy(t *testing.T) {
	file := func(name string) string {
		raw, err := os.ReadFile("testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return string(raw)
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
	}{
		{"a message that is gone", channeltest.Fault{Status: 404, Body: file("error_404_activity_not_found.json")}, channels.Rejected, "ActivityNotFoundInConversation"},
		{"a chat that the bot has left", channeltest.Fault{Status: 403, Body: file("error_403_bot_not_in_conversation_roster.json")}, channels.Blocked, "BotNotInConversationRoster"},
		{"a message that is too large", channeltest.Fault{Status: 413, Body: file("error_413_message_size_too_big.json")}, channels.Rejected, "MessageSizeTooBig"},
		{"too many calls", channeltest.Fault{Status: 429, Body: file("error_429_throttled.json"), Header: http.Header{"Retry-After": {"5"}}}, channels.RateLimited, "Throttled"},
		{"two at once", channeltest.Fault{Status: 412, Body: file("error_412_precondition_failed.json")}, channels.Temporary, "PreconditionFailed"},
		{"Teams in trouble, which leaves it safe to try again", channeltest.Fault{Status: 500}, channels.Temporary, "500"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, _, a := abroad(t)
			out, id := b.posted(t, chat)
			b.Platform.FailNext("/apac/", row.fault, row.fault)
			for _, err := range []error{a.Edit(context.Background(), out, id, message.Text("고침")), a.Withdraw(context.Background(), out, id)} {
				if err == nil {
					t.Fatal("no error")
				}
				if se := channels.AsSendError(err); se.Kind != row.kind || se.Code != row.code {
					t.Errorf("got %v", err)
				}
				b.NoSecret(t, kit, "the error", err.Error())
			}
		})
	}
}

func TestWhatCannotBeChangedIsRejectedBeforeAnyCall(t *testing.T) {
	b, w, a := abroad(t)
	out, id := to(chat), "1741051354001"
	for _, row := range []struct {
		name   string
		change func(*channels.Outgoing)
		id     string
		m      message.Message
		code   string
	}{
		{"no id", nil, "", message.Text("a"), "message_id"},
		{"an id that leads elsewhere", nil, "..", message.Text("a"), "message_id"},
		{"no conversation", func(o *channels.Outgoing) { o.Conversation = message.Conversation{} }, id, message.Text("a"), "no_conversation"},
		{"no reference", func(o *channels.Outgoing) { o.Reference = nil }, id, message.Text("a"), "no_reference"},
		{"a message without a text", nil, id, message.Text(""), "message"},
		{"a sticker", nil, id, message.Message{Type: message.TypeSticker, Set: "446", ID: "1988"}, "type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			out := out
			if row.change != nil {
				row.change(&out)
			}
			err := a.Edit(context.Background(), out, row.id, row.m)
			if row.m.Text != "" { // the others are about the message
				if err := a.Withdraw(context.Background(), out, row.id); err == nil || channels.AsSendError(err).Code != row.code {
					t.Errorf("withdrawing: %v", err)
				}
			}
			if err == nil || channels.AsSendError(err).Kind != channels.Rejected || channels.AsSendError(err).Code != row.code {
				t.Errorf("got %v", err)
			}
		})
	}
	if n := len(w.out()) + len(b.Platform.Calls("/v3/")); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestAnIDOfAMessageStaysOnePathSegment(t *testing.T) {
	_, w, a := abroad(t)
	// There is no such message, which is what the fake says.
	if err := a.Withdraw(context.Background(), to(chat), "1/../2?x"); err == nil || !strings.Contains(err.Error(), "404") {
		t.Errorf("got %v", err)
	}
	if calls := w.out(); len(calls) != 1 || !strings.HasSuffix(calls[0].Path, "/activities/1%2F..%2F2%3Fx") {
		t.Errorf("called %+v", calls)
	}
}
