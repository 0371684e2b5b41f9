package line

import (
	"context"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
)

const loadingPath = "/v2/bot/chat/loading/start"

func TestTypingIsShownInOneToOneChatsOnly(t *testing.T) {
	for _, row := range []struct {
		name  string
		in    message.Conversation
		shown bool
	}{
		{"a 1:1 chat shows it", direct(mina), true},
		{"a group does not", inRoom(group), false},
		{"a room does not", inRoom(room), false},
		{"a module's user id does not", direct(moduleMina), false},
		{"no conversation does not", message.Conversation{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			if err := b.Adapter.(channels.Typist).Typing(context.Background(), channels.Outgoing{Conversation: row.in}); err != nil {
				t.Fatal(err)
			}
			calls := b.Platform.Calls("/")
			if !row.shown {
				if len(calls) != 0 {
					t.Errorf("calls %v", calls)
				}
				return
			}
			if len(calls) != 1 || calls[0].Path != loadingPath || canonical(t, string(calls[0].Body)) != canonical(t, `{"chatId":"`+mina+`","loadingSeconds":20}`) {
				t.Errorf("calls %v", calls)
			}
		})
	}
}

func TestTypingThatFailsIsSorted(t *testing.T) {
	for _, row := range []struct {
		name   string
		status int
		file   string
		want   channels.Kind
	}{
		{"an id that LINE refuses", 400, "error_400_loading_group_id.json", channels.Rejected},
		{"a bad token", 401, "error_401.json", channels.Auth},
		{"too many calls", 429, "error_429_rate_limit.json", channels.RateLimited},
		{"LINE out of order", 500, "error_404_not_found.json", channels.Temporary},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			b.Platform.FailNext(loadingPath, faultFile(t, row.status, row.file))
			err := b.Adapter.(channels.Typist).Typing(context.Background(), channels.Outgoing{Conversation: direct(mina)})
			if se := channels.AsSendError(err); err == nil || se.Kind != row.want || se.Doubt {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func TestOpenNamesTheChatOfAPerson(t *testing.T) {
	for _, row := range []struct {
		user string
		ok   bool
	}{
		{mina, true},
		{"", false},
		{group, false},
		{room, false},
		{moduleMina, false},
		{strings.ToUpper(mina), false},
		{mina + "\n", false},
		{"mina@example.com", false},
	} {
		t.Run(row.user, func(t *testing.T) {
			b := kit.Open(t)
			c, reference, err := b.Adapter.(channels.Opener).Open(context.Background(), row.user)
			if row.ok && (err != nil || c != direct(mina) || reference != nil) {
				t.Errorf("got %+v, %s, %v", c, reference, err)
			}
			if !row.ok && (err == nil || channels.AsSendError(err).Kind != channels.Rejected || !strings.Contains(err.Error(), "user")) {
				t.Errorf("got %+v, %v, want rejected", c, err)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}
