package slack

import (
	"context"
	"net/http"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

const statusPath = "/api/assistant.threads.setStatus"

// agent is a thread of the direct chat, as agent apps have them.
var agent = message.Conversation{ID: "D07DMCHN2V8:1793001702.817534", Kind: message.Direct, Room: "D07DMCHN2V8"}

func typing(b *channeltest.Bench, c message.Conversation) error {
	return b.Adapter.(channels.Typist).Typing(context.Background(), channels.Outgoing{Conversation: c})
}

func TestTypingIsTheStatusOfAThread(t *testing.T) {
	for _, row := range []struct {
		name string
		at   message.Conversation
		want map[string]any
	}{
		{"in a channel", thread, map[string]any{"channel_id": "C06GENRL7T3", "thread_ts": "1793000481.361477", "status": "…"}},
		{"in an agent's chat", agent, map[string]any{"channel_id": "D07DMCHN2V8", "thread_ts": "1793001702.817534", "status": "…"}},
		{"not outside of threads", direct, nil},
		{"not in a whole channel", room, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			if err := typing(b, row.at); err != nil {
				t.Fatal(err)
			}
			if row.want == nil {
				if n := len(b.Platform.Calls("/")); n != 0 {
					t.Errorf("%d calls", n)
				}
				return
			}
			got := sent(t, b.Platform, statusPath)
			for key, v := range row.want {
				if got[key] != v || len(got) != len(row.want) {
					t.Errorf("got %v, want %v", got, row.want)
				}
			}
		})
	}
}

func TestTypingThatIsRefused(t *testing.T) {
	code := func(c string) channeltest.Fault {
		return channeltest.Fault{Status: http.StatusOK, Header: jsonHeader, Body: `{"ok":false,"error":"` + c + `"}`}
	}
	for _, row := range []struct {
		name  string
		fault channeltest.Fault
		kind  channels.Kind // "" for no error
		again bool          // the next one is tried
	}{
		{"a workspace without it is not asked again", code("not_allowed"), "", false},
		{"nor one with a code of tomorrow", code("some_plan_needed"), "", false},
		{"nor an app without the scope", code("missing_scope"), "", false},
		{"a thread that is not there says nothing about others", code("invalid_thread_ts"), "", true},
		{"nor does a channel the bot is not in", code("not_in_channel"), "", true},
		{"a token that is refused is told", code("token_revoked"), channels.Auth, true},
		{"a limit is told", refused(t, "ratelimited_429"), channels.RateLimited, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			b.Platform.FailNext(statusPath, row.fault)
			err := typing(b, thread)
			if row.kind == "" && err != nil || row.kind != "" && (err == nil || channels.AsSendError(err).Kind != row.kind) {
				t.Errorf("got %v, want %q", err, row.kind)
			}
			if err := typing(b, agent); err != nil {
				t.Error(err)
			}
			if again := len(b.Platform.Calls(statusPath)) == 2; again != row.again {
				t.Errorf("tried again: %v", again)
			}
			b.Clock.Advance(time.Hour)
			before := len(b.Platform.Calls(statusPath))
			if err := typing(b, thread); err != nil || len(b.Platform.Calls(statusPath)) != before+1 {
				t.Errorf("not tried after an hour: %v", err)
			}
		})
	}
}
