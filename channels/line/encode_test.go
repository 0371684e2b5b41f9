package line

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"

	"dari/bot/message"
	"dari/channels"
)

func TestMessagesAsSent(t *testing.T) {
	postback := message.Action{Kind: message.ActionPostback, Label: "배송 조회", Data: "a=track&id=1", Text: "배송 조회해 줘"}
	silent := message.Action{Kind: message.ActionPostback, Label: "취소", Data: "a=cancel"}
	say := message.Action{Kind: message.ActionMessage, Label: "상담원"}
	link := message.Action{Kind: message.ActionURL, Label: "안내", URL: "https://www.example.com/a?b=1&c=2"}
	call := message.Action{Kind: message.ActionPhone, Label: "전화", Number: "+82 2 123 4567"}
	code := message.Action{Kind: message.ActionCopy, Label: "쿠폰", Text: "WINTER-2026"}
	quick := message.Text("무엇을 도와드릴까요?")
	quick.QuickReplies = []message.Action{postback, say, code}
	for _, row := range []struct {
		name     string
		messages []message.Message
		want     string
	}{
		{"a text", []message.Message{message.Text("안녕 *하세요* <b>")}, `[{"text":"안녕 *하세요* <b>","type":"text"}]`},
		{"buttons that come back", []message.Message{{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{postback, silent, say}}}, `[{"altText":"고르세요","template":{"text":"고르세요","actions":[
			{"label":"배송 조회","data":"a=track&id=1","displayText":"배송 조회해 줘","type":"postback"},
			{"label":"취소","data":"a=cancel","displayText":"취소","type":"postback"},
			{"label":"상담원","text":"상담원","type":"message"}],"type":"buttons"},"type":"template"}]`},
		{"buttons that lead away", []message.Message{{Type: message.TypeButtons, Text: "연락", Actions: []message.Action{link, call, code}}}, `[{"altText":"연락","template":{"text":"연락","actions":[
			{"label":"안내","uri":"https://www.example.com/a?b=1&c=2","type":"uri"},
			{"label":"전화","uri":"tel:+8221234567","type":"uri"},
			{"label":"쿠폰","clipboardText":"WINTER-2026","type":"clipboard"}],"type":"buttons"},"type":"template"}]`},
		{"quick replies", []message.Message{quick}, `[{"quickReply":{"items":[
			{"action":{"label":"배송 조회","data":"a=track&id=1","displayText":"배송 조회해 줘","type":"postback"},"type":"action"},
			{"action":{"label":"상담원","text":"상담원","type":"message"},"type":"action"},
			{"action":{"label":"쿠폰","clipboardText":"WINTER-2026","type":"clipboard"},"type":"action"}]},"text":"무엇을 도와드릴까요?","type":"text"}]`},
		{"quick replies move to the last message", []message.Message{{Type: message.TypeText, Text: "하나", QuickReplies: []message.Action{say}}, {Type: message.TypeButtons, Text: "둘", Actions: []message.Action{say}}}, `[{"text":"하나","type":"text"},
			{"quickReply":{"items":[{"action":{"label":"상담원","text":"상담원","type":"message"},"type":"action"}]},"altText":"둘","template":{"text":"둘","actions":[{"label":"상담원","text":"상담원","type":"message"}],"type":"buttons"},"type":"template"}]`},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			out := answerTo("token-1")
			out.Messages = row.messages
			if _, err := b.Adapter.Send(context.Background(), out); err != nil {
				t.Fatal(err)
			}
			got := string(b.Platform.Calls(replyPath)[0].Body)
			want := `{"replyToken":"token-1","messages":` + row.want + `,"notificationDisabled":false}`
			if canonical(t, got) != canonical(t, want) {
				t.Errorf("got  %s\nwant %s", canonical(t, got), canonical(t, want))
			}
		})
	}
}

// canonical is JSON with sorted keys, no blanks and no escapes.
func canonical(t *testing.T, s string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal([]byte(s), &v); err != nil {
		t.Fatalf("%v: %s", err, s)
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestMessagesWithoutFormAreRejected(t *testing.T) {
	for _, row := range []struct {
		name     string
		messages []message.Message
	}{
		{"none at all", nil},
		{"a type of a later version", []message.Message{message.Text("하나"), {Type: message.TypeImage, URL: "https://example.com/a.png"}}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			out := answerTo("token-1")
			out.Messages = row.messages
			_, err := b.Adapter.Send(context.Background(), out)
			if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected {
				t.Errorf("got %v, want rejected", err)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}
