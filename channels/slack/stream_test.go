package slack

import (
	"context"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

const (
	startPath, appendPath, stopPath = "/api/chat.startStream", "/api/chat.appendStream", "/api/chat.stopStream"
	updatePath                      = "/api/chat.update"
)

// asked is a delivery that answers a person in the conversation.
func asked(at message.Conversation) channels.Outgoing {
	return channels.Outgoing{Conversation: at, Address: replyTo(at, "", "U06MINA81PQ", channeltest.SlackTeam).raw()}
}

// streamed shows the texts and then the finished message.
func streamed(t *testing.T, b *channeltest.Bench, out channels.Outgoing, m message.Message, texts ...string) (channels.Receipt, error) {
	t.Helper()
	s, err := b.Adapter.(channels.Streamer).Stream(context.Background(), out)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		if err := s.Update(context.Background(), text); err != nil {
			b.NoSecret(t, kit(t), "the error", err.Error())
		}
	}
	receipt, err := s.Finish(context.Background(), m)
	if err != nil {
		b.NoSecret(t, kit(t), "the error", err.Error())
	}
	return receipt, err
}

func markdown(text string) message.Message {
	return message.Message{Type: message.TypeText, Format: "markdown", Text: text}
}

// steps are the calls in short: the method, the message and the text that it adds or shows.
func steps(t *testing.T, p *channeltest.Platform) string {
	t.Helper()
	var out []string
	for _, r := range requests(t, p) {
		args := r.Body.(map[string]any)
		step := strings.TrimPrefix(r.Path, "/api/chat.")
		if ts, _ := args["ts"].(string); ts != "" {
			step += " " + strings.TrimLeft(strings.TrimPrefix(ts, "1793100000."), "0")
		}
		if text, ok := args["markdown_text"].(string); ok {
			step += " +" + text
		}
		blocks, _ := args["blocks"].([]any)
		for _, b := range blocks {
			switch b := b.(map[string]any); b["type"] {
			case "markdown":
				step += " =" + b["text"].(string)
			case "section":
				step += " ~" + b["text"].(map[string]any)["text"].(string)
			default:
				step += " " + b["type"].(string)
			}
		}
		if text, ok := args["text"].(string); ok && len(blocks) == 0 {
			step += " ~" + text
		}
		out = append(out, step)
	}
	return strings.Join(out, " | ")
}

func TestAGrowingTextOnTheWire(t *testing.T) {
	quick := markdown("**배송 중**입니다 <!here>.")
	quick.QuickReplies = []message.Action{action(message.ActionMessage, "처음으로", "처음으로")}
	for name, out := range map[string]channels.Outgoing{
		"stream_thread": asked(thread), "stream_agent": asked(agent), "stream_direct": asked(direct),
	} {
		t.Run(name, func(t *testing.T) {
			b := kit(t).Open(t)
			receipt, err := streamed(t, b, out, quick, "**배송", "**배송 중**입니다 <!he", "**배송 중**입니다 <!here>.")
			if err != nil || len(receipt.MessageIDs) != 1 || receipt.MessageIDs[0] != "1793100000.000001" || receipt.Route != "stream" {
				t.Fatalf("got %+v, %v", receipt, err)
			}
			got := requests(t, b.Platform)
			golden(t, name, got)
			for _, r := range got {
				withinLimits(t, r.Body.(map[string]any), true)
			}
		})
	}
}

func TestHowATextGrows(t *testing.T) {
	code := func(c string) channeltest.Fault {
		return channeltest.Fault{Status: 200, Header: jsonHeader, Body: `{"ok":false,"error":"` + c + `"}`}
	}
	lost := channeltest.Fault{Status: 500}
	buttons := message.Message{Type: message.TypeButtons, Text: "가나다", Actions: []message.Action{action(message.ActionPostback, "예", "y")}}
	for _, row := range []struct {
		name   string
		at     message.Conversation
		path   string
		fault  channeltest.Fault
		texts  []string
		finish message.Message
		want   string
		ids    int
		kind   channels.Kind
	}{
		{
			name: "word by word", at: thread, texts: []string{"가", "가나", "가나"}, finish: markdown("가나다"),
			want: "startStream +가 | appendStream 1 +나 | appendStream 1 +다 | stopStream 1", ids: 1,
		},
		{
			name: "with buttons at the end", at: agent, texts: []string{"가"}, finish: buttons,
			want: "startStream +가 | appendStream 1 +나다 | stopStream 1 actions", ids: 1,
		},
		{
			name: "outside of threads by changes", at: direct, texts: []string{"가", "가나", "가나"}, finish: buttons,
			want: "postMessage =가 | update 1 =가나 | update 1 =가나다 | update 1 =가나다 actions", ids: 1,
		},
		{
			name: "not at all when nothing was shown", at: thread, finish: message.Text("가나다"),
			want: "postMessage ~가나다", ids: 1,
		},
		{
			name: "not before there is a text", at: thread, texts: []string{"", "<"}, finish: markdown("<나"),
			want: "postMessage =<나", ids: 1,
		},
		{
			name: "by changes where streams are not allowed", at: thread, path: startPath, fault: code("not_allowed"),
			texts: []string{"가", "가나"}, finish: markdown("가나다"),
			want: "startStream +가 | postMessage =가 | update 1 =가나 | update 1 =가나다", ids: 1,
		},
		{
			name: "by changes when too many streams begin", at: thread, path: startPath, fault: refused(t, "ratelimited_429"),
			texts: []string{"가"}, finish: markdown("가"), want: "startStream +가 | postMessage =가", ids: 1,
		},
		{
			name: "in another message when the stream has died", at: thread, path: appendPath, fault: code("message_not_in_streaming_state"),
			texts: []string{"가", "가나", "가나다"}, finish: markdown("가나다라"),
			want: "startStream +가 | appendStream 1 +나 | postMessage =나 | update 2 =나다 | update 2 =나다라 | stopStream 1", ids: 2,
		},
		{
			name: "in another message when the stream is full", at: agent, path: appendPath, fault: code("msg_too_long"),
			texts: []string{"가"}, finish: buttons,
			want: "startStream +가 | appendStream 1 +나다 | postMessage =나다 | update 2 =나다 actions | stopStream 1", ids: 2,
		},
		{
			name: "whole when the end is another text", at: thread, texts: []string{"가나"}, finish: markdown("다시"),
			want: "startStream +가나 | stopStream 1 | update 1 =다시", ids: 1,
		},
		{
			name: "whole when the end is shorter", at: direct, texts: []string{"가나다"}, finish: message.Text("가"),
			want: "postMessage =가나다 | update 1 ~가", ids: 1,
		},
		{
			name: "whole when it is not known what has arrived", at: thread, path: appendPath, fault: lost,
			texts: []string{"가", "가나", "가나다"}, finish: markdown("가나다"),
			want: "startStream +가 | appendStream 1 +나 | stopStream 1 | update 1 =가나다", ids: 1,
		},
		{
			name: "with its buttons in doubt when the end is lost", at: thread, path: stopPath, fault: lost,
			texts: []string{"가나다"}, finish: buttons, want: "startStream +가나다 | stopStream 1 actions", kind: channels.Uncertain,
		},
		{
			name: "with buttons that cannot be shown refused", at: thread, texts: []string{"가나다"},
			finish: message.Message{Type: message.TypeButtons, Text: "가나다", Actions: []message.Action{action(message.ActionPostback, "예", strings.Repeat("y", 2001))}},
			want:   "startStream +가나다 | stopStream 1", kind: channels.Rejected,
		},
		{
			name: "by the finished text when it went back", at: thread, texts: []string{"가나", "다"}, finish: markdown("가나"),
			want: "startStream +가나 | stopStream 1", ids: 1,
		},
		{
			name: "complete though it is not stopped", at: thread, path: stopPath, fault: lost,
			texts: []string{"가"}, finish: markdown("가"), want: "startStream +가 | stopStream 1", ids: 1,
		},
		{
			name: "and a picture comes behind it", at: thread, texts: []string{"가"},
			finish: message.Message{Type: message.TypeImage, URL: "https://www.example.com/a.png"},
			want:   "startStream +가 | stopStream 1 | postMessage image", ids: 2,
		},
		{
			name: "not twice when its beginning may be there", at: thread, path: startPath, fault: lost,
			texts: []string{"가", "가나"}, finish: markdown("가나"), want: "startStream +가", kind: channels.Uncertain,
		},
		{
			name: "not twice when its first message may be there", at: direct, path: channeltest.SlackPostPath, fault: lost,
			texts: []string{"가", "가나"}, finish: markdown("가나"), want: "postMessage =가", kind: channels.Uncertain,
		},
		{
			name: "on after a limit", at: thread, path: appendPath, fault: refused(t, "ratelimited_429"),
			texts: []string{"가", "가나", "가나다"}, finish: markdown("가나다"),
			want: "startStream +가 | appendStream 1 +나 | appendStream 1 +나다 | stopStream 1", ids: 1,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			if row.path != "" {
				b.Platform.FailNext(row.path, row.fault)
			}
			receipt, err := streamed(t, b, asked(row.at), row.finish, row.texts...)
			if row.kind == "" && err != nil || row.kind != "" && (err == nil || channels.AsSendError(err).Kind != row.kind) {
				t.Errorf("got %v, want %q", err, row.kind)
			}
			if len(receipt.MessageIDs) != row.ids {
				t.Errorf("messages %v, want %d", receipt.MessageIDs, row.ids)
			}
			if got := steps(t, b.Platform); got != row.want {
				t.Errorf("calls %s\nwant  %s", got, row.want)
			}
		})
	}
}

func TestAnEndThatSlackRefusesForNowIsShownLater(t *testing.T) {
	buttons := message.Message{Type: message.TypeButtons, Text: "가나", Actions: []message.Action{action(message.ActionPostback, "예", "y")}}
	for _, row := range []struct {
		name   string
		at     message.Conversation
		path   string
		shown  string
		finish message.Message
		want   string
	}{
		{"the last words of a stream", thread, appendPath, "가", markdown("가나"), "startStream +가 | appendStream 1 +나 | appendStream 1 +나 | stopStream 1"},
		{"the last change", direct, updatePath, "가", markdown("가나"), "postMessage =가 | update 1 =가나 | update 1 =가나"},
		{"the buttons", thread, stopPath, "가나", buttons, "startStream +가나 | stopStream 1 actions | stopStream 1 actions"},
		{"another text", direct, updatePath, "가", markdown("다"), "postMessage =가 | update 1 =다 | update 1 =다"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			s, err := b.Adapter.(channels.Streamer).Stream(t.Context(), asked(row.at))
			if err != nil {
				t.Fatal(err)
			}
			if err := s.Update(t.Context(), row.shown); err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext(row.path, refused(t, "ratelimited_429"))
			if _, err := s.Finish(t.Context(), row.finish); err == nil || channels.AsSendError(err).Kind != channels.RateLimited {
				t.Fatalf("got %v", err)
			}
			if receipt, err := s.Finish(t.Context(), row.finish); err != nil || len(receipt.MessageIDs) != 1 {
				t.Errorf("got %+v, %v", receipt, err)
			}
			if got := steps(t, b.Platform); got != row.want {
				t.Errorf("calls %s\nwant  %s", got, row.want)
			}
		})
	}
}

// A stream that has expired can be changed like any message.
func TestButtonsReachAnExpiredStream(t *testing.T) {
	k := kit(t)
	var fake *channeltest.SlackSocket
	k.Platform = func() *channeltest.Platform {
		fake = channeltest.NewSlackSocket()
		return fake.Platform
	}
	b := k.Open(t)
	s, err := b.Adapter.(channels.Streamer).Stream(context.Background(), asked(thread))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Update(context.Background(), "가나다"); err != nil {
		t.Fatal(err)
	}
	fake.ExpireStreams()
	buttons := message.Message{Type: message.TypeButtons, Text: "가나다", Actions: []message.Action{action(message.ActionPostback, "예", "y")}}
	if receipt, err := s.Finish(context.Background(), buttons); err != nil || len(receipt.MessageIDs) != 1 {
		t.Errorf("got %+v, %v", receipt, err)
	}
	if got := steps(t, b.Platform); got != "startStream +가나다 | stopStream 1 actions | update 1 =가나다 actions" {
		t.Errorf("calls %s", got)
	}
}

func TestAStreamIsStoppedWhenTimeIsUp(t *testing.T) {
	b := kit(t).Open(t)
	s, err := b.Adapter.(channels.Streamer).Stream(context.Background(), asked(thread))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if err := s.Update(ctx, "가"); err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := s.Finish(ctx, markdown("가나")); err == nil {
		t.Error("finished")
	}
	if n := len(b.Platform.Calls(stopPath)); n != 1 {
		t.Errorf("%d stops", n)
	}
}

func TestATextThatIsTooLongForOneMessageGrowsIntoTheNext(t *testing.T) {
	long := strings.Repeat("가", 12000)
	b := kit(t).Open(t)
	receipt, err := streamed(t, b, asked(direct), markdown(long+"나다"), long[:3*11999], long+"나")
	if err != nil || len(receipt.MessageIDs) != 2 {
		t.Fatalf("got %+v, %v", receipt, err)
	}
	got := strings.ReplaceAll(steps(t, b.Platform), long, "L")
	if want := "postMessage =" + long[:3*11999] + " | update 1 =L | postMessage =나 | update 2 =나다"; got != want {
		t.Errorf("%d bytes of calls, want %d", len(got), len(want))
	}
	for _, r := range requests(t, b.Platform) {
		withinLimits(t, r.Body.(map[string]any), true)
	}
	b = kit(t).Open(t)
	if _, err = streamed(t, b, asked(thread), markdown(long+"나"), long+"나"); err != nil {
		t.Fatal(err)
	}
	if got := strings.ReplaceAll(steps(t, b.Platform), long, "L"); got != "startStream +L | appendStream 1 +나 | stopStream 1" {
		t.Errorf("calls %s", got)
	}
}

func TestAWorkspaceWithoutStreamsIsNotAskedAgain(t *testing.T) {
	b := kit(t).Open(t)
	b.Platform.FailNext(startPath, channeltest.Fault{Status: 200, Body: `{"ok":false,"error":"not_allowed"}`})
	for range 2 {
		if _, err := streamed(t, b, asked(thread), markdown("가"), "가"); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(b.Platform.Calls(startPath)); n != 1 {
		t.Errorf("asked %d times", n)
	}
	b.Clock.Advance(time.Hour)
	if _, err := streamed(t, b, asked(thread), markdown("가"), "가"); err != nil || len(b.Platform.Calls(startPath)) != 2 {
		t.Errorf("not asked after an hour: %v", err)
	}
}

// In a channel Slack wants to know for whom the text is written.
func TestWithoutAPersonATextGrowsByChanges(t *testing.T) {
	b := kit(t).Open(t)
	if _, err := streamed(t, b, channels.Outgoing{Conversation: thread}, markdown("가나"), "가"); err != nil {
		t.Fatal(err)
	}
	if got := steps(t, b.Platform); got != "postMessage =가 | update 1 =가나" {
		t.Errorf("calls %s", got)
	}
}

func TestWhereTheBotIsNoMemberTheFinishedTextTakesTheResponseURL(t *testing.T) {
	b := kit(t).Open(t)
	b.Platform.FailNext(channeltest.SlackPostPath, refused(t, "not_in_channel"), refused(t, "not_in_channel"))
	out := channels.Outgoing{Conversation: room, Address: reply{ResponseURL: b.Platform.URL + "/response/1"}.raw()}
	receipt, err := streamed(t, b, out, message.Text("가나"), "가")
	if err != nil || receipt.Route != "response_url" {
		t.Errorf("got %+v, %v", receipt, err)
	}
}

func TestAStreamNeedsAConversation(t *testing.T) {
	_, err := kit(t).Open(t).Adapter.(channels.Streamer).Stream(context.Background(), channels.Outgoing{})
	if err == nil || channels.AsSendError(err).Kind != channels.Rejected {
		t.Errorf("got %v", err)
	}
}
