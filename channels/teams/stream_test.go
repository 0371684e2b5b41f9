package teams

import (
	"context"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/quick"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

func streamFault(t *testing.T, words string) channeltest.Fault {
	t.Helper()
	if strings.HasSuffix(words, ".json") {
		raw, err := os.ReadFile("testdata/" + words)
		if err != nil {
			t.Fatal(err)
		}
		return channeltest.Fault{Status: http.StatusForbidden, Body: string(raw)}
	}
	return channeltest.Fault{Status: http.StatusForbidden, Body: text(map[string]any{"error": map[string]string{"code": "ContentStreamNotAllowed", "message": words}})}
}

// spoken tells what went out, one word or two per call.
func spoken(calls []sent) []string {
	var out []string
	for _, c := range calls {
		switch {
		case c.Method == http.MethodPut:
			out = append(out, "PUT")
		case strings.Contains(string(c.Body), `"streamType":"final"`):
			out = append(out, "final")
		case strings.Contains(string(c.Body), `"streaminfo"`):
			out = append(out, "part")
		default:
			out = append(out, "message")
		}
	}
	return out
}

func TestAStreamEndsAsTeamsWantsIt(t *testing.T) {
	const id, second = "1741051354001", "1741051354002"
	whole := message.Text("하나 둘 셋")
	buttons := message.Message{Type: message.TypeButtons, Text: "하나 둘 셋", Actions: []message.Action{tapYes}}
	cards := message.Message{Type: message.TypeCards, Cards: twoCards}
	fine := channeltest.Fault{Status: 0}
	for _, row := range []struct {
		name   string
		faults []channeltest.Fault // of the calls in turn; Status 0 means none
		finish message.Message
		calls  []string
		route  string
		ids    []string
	}{
		{"with the whole text", nil, whole, []string{"part", "part", "final"}, "stream", []string{id}},
		{"with buttons", nil, buttons, []string{"part", "part", "final"}, "stream", []string{id}},
		{"with another text, which takes its place", nil, message.Text("미안해요"), []string{"part", "part", "final", "PUT"}, "update", []string{id}},
		{"with cards, which follow it", nil, cards, []string{"part", "part", "final", "message"}, "", []string{id, second}},
		{"when its time is over, by an update", []channeltest.Fault{fine, streamFault(t, "error_403_stream_time_exceeded.json")}, whole, []string{"part", "part", "PUT"}, "update", []string{id}},
		{"when its time is over at the very end", []channeltest.Fault{fine, fine, streamFault(t, "error_403_stream_time_exceeded.json")}, whole, []string{"part", "part", "final", "PUT"}, "update", []string{id}},
		{"when its time is over and cards are due", []channeltest.Fault{fine, streamFault(t, "error_403_stream_time_exceeded.json")}, cards, []string{"part", "part", "message"}, "", []string{id, second}},
		{"when Teams takes it for complete", []channeltest.Fault{fine, fine, streamFault(t, "Content stream is not allowed on an already completed streamed message")}, whole, []string{"part", "part", "final", "PUT"}, "update", []string{id}},
		{"silently when the person stopped it", []channeltest.Fault{fine, streamFault(t, "error_403_stream_cancelled.json")}, whole, []string{"part", "part"}, "cancelled", []string{id}},
		{"silently when the person stopped it at the very end", []channeltest.Fault{fine, fine, streamFault(t, "Content stream was cancelled by user.")}, cards, []string{"part", "part", "final"}, "cancelled", []string{id}},
		{"as one message where it is not allowed", []channeltest.Fault{streamFault(t, "Content stream is not allowed.")}, whole, []string{"part", "message"}, "", []string{id}},
		{"as one message when another stream is over", []channeltest.Fault{streamFault(t, "error_403_stream_time_exceeded.json")}, whole, []string{"part", "message"}, "", []string{id}},
		{"as one message when Teams tells no id", []channeltest.Fault{{Status: http.StatusCreated, Body: "{}"}}, whole, []string{"part", "message"}, "", []string{id}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, w, a := abroad(t)
			s, err := a.Stream(context.Background(), to(chat))
			if err != nil {
				t.Fatal(err)
			}
			prepare := func(i int) {
				if i < len(row.faults) && row.faults[i].Status != 0 {
					b.Platform.FailNext("/apac/", row.faults[i])
				}
			}
			for i, part := range []string{"하나", "하나 둘"} {
				prepare(i)
				if err := s.Update(context.Background(), part); err != nil {
					t.Fatal(err)
				}
			}
			prepare(2)
			receipt, err := s.Finish(context.Background(), row.finish)
			if err != nil || receipt.Route != row.route || !slices.Equal(receipt.MessageIDs, row.ids) {
				t.Errorf("got %+v, %v", receipt, err)
			}
			if got := spoken(w.out()); !slices.Equal(got, row.calls) {
				t.Errorf("calls %v, want %v", got, row.calls)
			}
			for _, c := range w.out() {
				if c.Method == http.MethodPut && !strings.HasSuffix(c.Path, "/activities/"+id) {
					t.Errorf("updated %s", c.Path)
				}
			}
		})
	}
}

func TestAStreamThatFailsOtherwiseSaysSo(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  channeltest.Fault
		kind   channels.Kind
		finish []string // the calls of Finish
	}{
		{"when there are too many", channeltest.Fault{Status: 429, Header: http.Header{"Retry-After": {"3"}}, Body: `{"error":{"code":"Throttled","message":"API calls quota exceeded"}}`}, channels.RateLimited, []string{"message"}},
		{"when Teams is down", channeltest.Fault{Status: 503}, channels.Temporary, []string{"message"}},
		{"when the text is too large", streamFault(t, "Message size too large"), channels.Rejected, []string{"message"}},
		{"when the person blocked the bot", channeltest.Fault{Status: 403, Body: `{"error":{"code":"ConversationBlockedByUser"}}`}, channels.Blocked, []string{"message"}},
		{"when nobody knows what happened", channeltest.Fault{Status: 500}, channels.Uncertain, []string{"message"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, w, a := abroad(t)
			s, err := a.Stream(context.Background(), to(chat))
			if err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext("/apac/", row.fault)
			err = s.Update(context.Background(), "하나")
			if se := channels.AsSendError(err); err == nil || se.Kind != row.kind {
				t.Fatalf("got %v", err)
			}
			if receipt, err := s.Finish(context.Background(), message.Text("하나 둘")); err != nil || len(receipt.MessageIDs) != 1 {
				t.Errorf("got %+v, %v", receipt, err)
			}
			if got := spoken(w.out()[1:]); !slices.Equal(got, row.finish) {
				t.Errorf("calls %v", got)
			}
		})
	}
}

func TestAStreamGoesOnAfterAPartThatWasNotTaken(t *testing.T) {
	b, w, a := abroad(t)
	s, err := a.Stream(context.Background(), to(chat))
	if err != nil {
		t.Fatal(err)
	}
	busy := channeltest.Fault{Status: 429}
	b.Platform.FailNext("/apac/", busy)
	if s.Update(context.Background(), "하나") == nil {
		t.Error("a refused start is no error")
	}
	for _, step := range []struct {
		text string
		bad  bool
	}{{"하나", false}, {"하나 둘", true}, {"하나 둘 셋", false}, {" ", false}, {"하나 둘", false}, {"하나 둘 셋", false}} {
		if step.bad {
			b.Platform.FailNext("/apac/", busy)
		}
		if err := s.Update(context.Background(), step.text); (err != nil) != step.bad {
			t.Errorf("%q: %v", step.text, err)
		}
	}
	var numbers []string
	for _, c := range w.out() {
		_, rest, _ := strings.Cut(string(c.Body), `"streamSequence":`)
		numbers = append(numbers, rest[:1])
	}
	// A blank text, a shorter one and the same one again are nothing to show.
	if want := []string{"1", "1", "2", "3"}; !slices.Equal(numbers, want) {
		t.Errorf("numbers %v, want %v", numbers, want)
	}
	if receipt, err := s.Finish(context.Background(), message.Text("하나 둘 셋")); err != nil || receipt.Route != "stream" {
		t.Errorf("got %+v, %v", receipt, err)
	}
}

func TestAStreamThatNeverBeganIsOneMessage(t *testing.T) {
	_, w, a := abroad(t)
	s, err := a.Stream(context.Background(), to(chat))
	if err != nil {
		t.Fatal(err)
	}
	receipt, err := s.Finish(context.Background(), message.Text("바로"))
	if err != nil || receipt.Route != "" || !slices.Equal(spoken(w.out()), []string{"message"}) {
		t.Errorf("got %+v, %v, %v", receipt, err, spoken(w.out()))
	}
}

func TestAStreamIsForPersonalChatsAlone(t *testing.T) {
	_, w, a := abroad(t)
	thread := message.Conversation{ID: room + ";messageid=1", Kind: message.Thread, Room: room}
	for _, c := range []message.Conversation{group, thread, {}} {
		_, err := a.Stream(context.Background(), to(c))
		if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected {
			t.Errorf("%s: got %v", c.Kind, err)
		}
	}
	s, err := a.Stream(context.Background(), to(chat))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Finish(context.Background(), message.Message{}); channels.AsSendError(err).Kind != channels.Rejected {
		t.Errorf("an empty message: got %v", err)
	}
	if n := len(w.out()); n != 0 {
		t.Errorf("%d calls", n)
	}
}

func TestGrowingTextBeginsWithWhatWasShown(t *testing.T) {
	grows := func(seed []byte) bool {
		var runes []rune // of what matters: ends of lines, blanks, letters
		for _, b := range seed {
			runes = append(runes, []rune("\n  \r가*")[b%6])
		}
		for i := range runes {
			if !strings.HasPrefix(streamText(string(runes)), streamText(string(runes[:i]))) {
				return false
			}
		}
		return true
	}
	if err := quick.Check(grows, &quick.Config{MaxCount: 500}); err != nil {
		t.Error(err)
	}
	if got := streamText("a\n\nb \nc  \nd   \n"); got != "a  \n\nb  \nc  \nd   \n" {
		t.Errorf("got %q", got)
	}
}

func TestTypingIsShownWhereTeamsHasAPlaceForIt(t *testing.T) {
	thread := message.Conversation{ID: room + ";messageid=1", Kind: message.Thread, Room: room}
	for _, row := range []struct {
		name  string
		to    message.Conversation
		calls int
	}{
		{"a personal chat", chat, 1},
		{"a group chat", group, 1},
		{"a thread of a channel", thread, 0},
		{"a channel", message.Conversation{ID: room, Kind: message.Group}, 0},
		{"an old channel", message.Conversation{ID: "19:abc@thread.skype", Kind: message.Group}, 0},
	} {
		_, w, a := abroad(t)
		if err := a.Typing(context.Background(), to(row.to)); err != nil || len(w.out()) != row.calls {
			t.Errorf("%s: %d calls, %v", row.name, len(w.out()), err)
		}
	}
	b, _, a := abroad(t)
	b.Platform.FailNext("/apac/", channeltest.Fault{Status: 500})
	if se := channels.AsSendError(a.Typing(context.Background(), to(chat))); se.Kind != channels.Temporary {
		t.Errorf("got %v", se)
	}
}
