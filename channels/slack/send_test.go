package slack

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

var (
	direct = message.Conversation{ID: "D07DMCHN2V8", Kind: message.Direct}
	room   = message.Conversation{ID: "C06GENRL7T3", Kind: message.Group}
	thread = message.Conversation{ID: "C06GENRL7T3:1793000481.361477", Kind: message.Thread, Room: "C06GENRL7T3"}
)

func send(t *testing.T, b *channeltest.Bench, out channels.Outgoing) (channels.Receipt, error) {
	t.Helper()
	receipt, err := b.Adapter.Send(context.Background(), out)
	if err != nil {
		b.NoSecret(t, kit(t), "the error", err.Error())
	}
	return receipt, err
}

// sent is the one call of the path, as the arguments that Slack reads from it.
func sent(t *testing.T, p *channeltest.Platform, path string) map[string]any {
	t.Helper()
	calls := p.Calls(path)
	if len(calls) != 1 {
		t.Fatalf("%d calls of %s, want 1", len(calls), path)
	}
	form, err := url.ParseQuery(string(calls[0].Body))
	if err != nil {
		t.Fatal(err)
	}
	args := map[string]any{}
	for key := range form {
		var nested any
		if args[key] = form.Get(key); json.Unmarshal([]byte(form.Get(key)), &nested) == nil && key == "blocks" {
			args[key] = nested
		}
	}
	delete(args, "token")
	return args
}

func action(kind message.ActionKind, label, value string) message.Action {
	return message.Action{Kind: kind, Label: label, Data: value, Text: value, URL: value, Number: value}
}

func TestMessagesOnTheWire(t *testing.T) {
	buttons := message.Message{Type: message.TypeButtons, Text: "주문 <A-1029> & 배송", Actions: []message.Action{
		action(message.ActionPostback, "배송 조회", "a=track"),
		action(message.ActionMessage, "도움말", "도움말 보기"),
		action(message.ActionURL, "상세", "https://www.example.com/r?a=1&b=2"),
		action(message.ActionPhone, "전화", "+82-2-000-0000"),
		action(message.ActionCopy, "번호", "A-1029"),
	}}
	quick := message.Text("무엇을 도와드릴까요?")
	quick.QuickReplies = []message.Action{{Kind: message.ActionMessage, Label: "처음으로"}, action(message.ActionPostback, "상담원", "a=agent")}
	both := buttons
	both.Actions, both.QuickReplies = buttons.Actions[:1], quick.QuickReplies

	for _, row := range []struct {
		golden  string
		to      message.Conversation
		user    string
		message message.Message
	}{
		{"out_text.json", direct, "", message.Text("A & B <비교> <!channel> @channel")},
		{"out_thread.json", thread, "", message.Text("스레드 답변입니다.")},
		{"out_user.json", message.Conversation{}, "U06MINA81PQ", message.Text("안녕하세요")},
		{"out_buttons.json", direct, "", buttons},
		{"out_quick_replies.json", direct, "", quick},
		{"out_buttons_quick_replies.json", thread, "", both},
	} {
		t.Run(row.golden, func(t *testing.T) {
			b := kit(t).Open(t)
			receipt, err := send(t, b, channels.Outgoing{Conversation: row.to, User: row.user, Messages: []message.Message{row.message}})
			if err != nil || len(receipt.MessageIDs) != 1 || receipt.MessageIDs[0] != "1793100000.000001" {
				t.Fatalf("got %+v, %v", receipt, err)
			}
			args := sent(t, b.Platform, channeltest.SlackPostPath)
			if *update {
				writeJSON(t, "testdata/"+row.golden, args)
			}
			sameJSON(t, args, load(t, row.golden))
		})
	}
}

// A button that was sent must come back as what it is.
func TestSentButtonsComeBack(t *testing.T) {
	p, err := compose([]message.Message{{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{
		action(message.ActionPostback, "배송", "a=track"), action(message.ActionMessage, "도움말", "도움말 보기"), action(message.ActionURL, "상세", "https://www.example.com/"),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(p.blocks[1])
	if err != nil {
		t.Fatal(err)
	}
	var row struct{ Elements []json.RawMessage }
	if err := json.Unmarshal(raw, &row); err != nil {
		t.Fatal(err)
	}
	for i, check := range []func(in message.Inbound) bool{
		func(in message.Inbound) bool { return in.Postback != nil && in.Postback.Data == "a=track" },
		func(in message.Inbound) bool { return in.Kind == message.KindText && in.Text == "도움말 보기" },
		func(in message.Inbound) bool { return in.Kind == message.KindEvent && in.Ignore != "" },
	} {
		if in := tap(t, string(row.Elements[i])); !check(in) {
			t.Errorf("%s comes back as %+v", row.Elements[i], in)
		}
	}
}

func TestTheFullestMessageFitsSlack(t *testing.T) {
	family := "👨‍👩‍👧‍👦" // one grapheme of eleven UTF-16 units
	m := message.Message{Type: message.TypeButtons, Text: strings.Repeat("&<가 ", 1000)}
	for range maxRow {
		m.Actions = append(m.Actions, action(message.ActionPostback, strings.Repeat(family, maxLabel), strings.Repeat("가", maxValue)))
	}
	m.QuickReplies = m.Actions
	b := kit(t).Open(t)
	if _, err := send(t, b, channels.Outgoing{Conversation: direct, Messages: []message.Message{m}}); err != nil {
		t.Fatal(err)
	}
	blocks := sent(t, b.Platform, channeltest.SlackPostPath)["blocks"].([]any)
	var text strings.Builder
	for _, block := range blocks {
		if text1, ok := block.(map[string]any)["text"].(map[string]any); ok {
			text.WriteString(text1["text"].(string) + " ")
		}
	}
	if got := read(text.String(), "").text; strings.TrimSpace(got) != strings.TrimSpace(m.Text) {
		t.Errorf("the text in the sections differs: %d of %d bytes", len(got), len(m.Text))
	}
	label := blocks[len(blocks)-1].(map[string]any)["elements"].([]any)[0].(map[string]any)["text"].(map[string]any)["text"].(string)
	if label != strings.Repeat(family, maxLabel/11) {
		t.Errorf("label %q", label)
	}
}

func TestMessagesThatAreNotForSlackAreRejectedUnsent(t *testing.T) {
	for name, messages := range map[string][]message.Message{
		"none":    nil,
		"two":     {message.Text("a"), message.Text("b")},
		"sticker": {{Type: message.TypeSticker, Set: "1", ID: "2"}},
	} {
		t.Run(name, func(t *testing.T) {
			b := kit(t).Open(t)
			_, err := send(t, b, channels.Outgoing{Conversation: direct, Messages: messages})
			if e := channels.AsSendError(err); err == nil || e.Kind != channels.Rejected || e.Code == "" || len(b.Platform.Calls("/")) > 0 {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestWhereTheBotIsNoMemberTheResponseURLIsUsed(t *testing.T) {
	reply := func(url string) []byte { return reply{ResponseURL: url}.raw() }
	rows := []struct {
		name    string
		code    string
		address func(platform string) []byte
		age     time.Duration
		fault   channeltest.Fault
		used    bool
		kind    channels.Kind
	}{
		{name: "not in the channel", code: "not_in_channel", address: func(p string) []byte { return reply(p + "/response/1") }, used: true},
		{name: "a channel that is hidden", code: "channel_not_found", address: func(p string) []byte { return reply(p + "/response/1") }, age: 29 * time.Minute, used: true},
		{name: "another refusal", code: "is_archived", address: func(p string) []byte { return reply(p + "/response/1") }, kind: channels.Rejected},
		{name: "a URL that has died", code: "not_in_channel", address: func(p string) []byte { return reply(p + "/response/1") }, age: 30 * time.Minute, kind: channels.Blocked},
		{name: "a URL of another host", code: "not_in_channel", address: func(p string) []byte { return reply(strings.Replace(p, "127.0.0.1", "localhost", 1) + "/response/1") }, kind: channels.Blocked},
		{name: "a URL with a user", code: "not_in_channel", address: func(p string) []byte { return reply(strings.Replace(p, "//", "//u@", 1) + "/response/1") }, kind: channels.Blocked},
		{name: "no address", code: "not_in_channel", address: func(string) []byte { return nil }, kind: channels.Blocked},
		{name: "a URL that Slack no longer takes", code: "not_in_channel", address: func(p string) []byte { return reply(p + "/response/1") }, fault: channeltest.Fault{Status: 404, Body: "expired_url"}, used: true, kind: channels.Blocked},
		{name: "too many answers", code: "not_in_channel", address: func(p string) []byte { return reply(p + "/response/1") }, fault: channeltest.Fault{Status: 429, Header: http.Header{"Retry-After": {"3"}}}, used: true, kind: channels.RateLimited},
		{name: "Slack in trouble", code: "not_in_channel", address: func(p string) []byte { return reply(p + "/response/1") }, fault: channeltest.Fault{Status: 503}, used: true, kind: channels.Uncertain},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			b.Platform.FailNext(channeltest.SlackPostPath, refused(t, row.code))
			if row.fault.Status != 0 {
				b.Platform.FailNext(channeltest.SlackResponsePath, row.fault)
			}
			receipt, err := send(t, b, channels.Outgoing{
				Conversation: thread, Messages: []message.Message{message.Text("답 & 변")},
				Address: row.address(b.Platform.URL), AddressAt: now.Add(-row.age),
			})
			calls := b.Platform.Calls(channeltest.SlackResponsePath)
			if (len(calls) == 1) != row.used {
				t.Fatalf("%d calls of the response URL", len(calls))
			}
			if row.kind != "" {
				if err == nil || channels.AsSendError(err).Kind != row.kind || strings.Contains(err.Error(), "/response/") {
					t.Errorf("got %v, want %s", err, row.kind)
				}
				return
			}
			if err != nil || receipt.Route != "response_url" {
				t.Fatalf("got %+v, %v", receipt, err)
			}
			sameJSON(t, json.RawMessage(calls[0].Body), load(t, "out_response_url.json"))
		})
	}
}

func TestALostAnswerOfTheResponseURLIsUncertainAndTellsNoURL(t *testing.T) {
	b := kit(t).Open(t)
	b.Platform.FailNext(channeltest.SlackPostPath, refused(t, "not_in_channel"))
	b.Platform.FailNext(channeltest.SlackResponsePath, channeltest.Fault{Hang: true})
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	_, err := b.Adapter.Send(ctx, channels.Outgoing{
		Conversation: room, Messages: []message.Message{message.Text("답변")}, Address: reply{ResponseURL: b.Platform.URL + "/response/1"}.raw(),
	})
	if err == nil || channels.AsSendError(err).Kind != channels.Uncertain || strings.Contains(err.Error(), "/response/") {
		t.Errorf("got %v", err)
	}
}

func TestOnlySlacksOwnResponseURLsAreTrusted(t *testing.T) {
	base, err := baseURL("https://slack.com/api/")
	if err != nil {
		t.Fatal(err)
	}
	a := &adapter{config: config{base: base}}
	for raw, want := range map[string]bool{
		"https://hooks.slack.com/commands/T1/2/x": true,
		"https://slack.com/x":                     true,
		"http://hooks.slack.com/commands/T1/2/x":  false,
		"https://hooks.slack.com.example.com/x":   false,
		"https://hooks.slack.com@example.com/x":   false,
		"https://example.com/hooks.slack.com":     false,
		"https://hooks.slack.com:8443/x":          false,
		"":                                        false,
	} {
		if a.trusts(raw) != want {
			t.Errorf("%q: want %v", raw, want)
		}
	}
}
