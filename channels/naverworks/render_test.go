package naverworks

import (
	"bytes"
	"encoding/json"
	"testing"
	"unicode/utf16"

	"dari/bot/message"
	"dari/channels"
)

func TestOutgoingMessagesHaveThePlatformsForm(t *testing.T) {
	const label, portal = "사내 포털", "https://portal.example.com/"
	quick := message.Text("무엇을 도와드릴까요?")
	quick.QuickReplies = []message.Action{
		{Kind: message.ActionPostback, Label: "잔여 연차", Data: "flow=leave_balance", Text: "잔여 연차 조회"},
		{Kind: message.ActionPostback, Label: "휴가 신청", Data: "flow=leave_request"},
		{Kind: message.ActionMessage, Label: "취소", Text: "처음부터 다시 할게요"},
		{Kind: message.ActionMessage, Label: "도움말"},
		{Kind: message.ActionURL, Label: label, URL: portal},
		{Kind: message.ActionCopy, Label: "계좌 복사", Text: "110-000-000000"},
	}
	for _, row := range []struct {
		golden string
		m      message.Message
	}{
		{"out_text.json", message.Text("남은 연차는 7.5일입니다.")},
		{"out_quick_reply.json", quick},
		{"out_button_template.json", message.Message{Type: message.TypeButtons, Text: "원하는 메뉴를 선택하세요.", Actions: []message.Action{
			{Kind: message.ActionPostback, Label: "휴가 신청", Data: "flow=leave_request", Text: "휴가를 신청할게요"},
			{Kind: message.ActionMessage, Label: "도움말", Text: "도움말"},
			{Kind: message.ActionMessage, Label: "취소", Text: "처음부터 다시 할게요"},
			{Kind: message.ActionURL, Label: label, URL: portal + "?a=1&b=2"},
			{Kind: message.ActionCopy, Label: "문의 메일 복사", Text: "help@example.com"},
			{Kind: message.ActionPhone, Label: "전화번호", Number: "+82-2-000-0000"},
		}}},
		{"out_buttons_quick_reply.json", message.Message{
			Type: message.TypeButtons, Text: "고르세요",
			Actions:      []message.Action{{Kind: message.ActionPostback, Label: "예", Data: "yes"}},
			QuickReplies: []message.Action{{Kind: message.ActionMessage, Label: "처음으로"}},
		}},
	} {
		t.Run(row.golden, func(t *testing.T) {
			got, refused := render(row.m)
			if refused != nil {
				t.Fatal(refused)
			}
			if g, w := compact(t, got), compact(t, read(t, row.golden)); g != w {
				t.Errorf("got\n%s, want\n%s", g, w)
			}
		})
	}
}

func compact(t *testing.T, s string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(s)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAMessageTypeWithoutAFormIsRejected(t *testing.T) {
	limits := Type{}.Limits()
	for _, typ := range message.Types {
		_, refused := render(message.Message{Type: typ, Text: "x"})
		if limits.Level(typ) == channels.Full {
			if refused != nil {
				t.Errorf("%s: %v", typ, refused)
			}
			continue
		}
		if refused == nil || refused.Kind != channels.Rejected {
			t.Errorf("%s: got %v, want rejected", typ, refused)
		}
	}
}

func TestNobodyIsPingedByAText(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"everybody", `<m userId="all"> 안녕`, `‹m userId="all"> 안녕`},
		{"a member", `hi <m userId="u1">`, `hi ‹m userId="u1">`},
		{"several", `<m userId="a"><m userId="b">`, `‹m userId="a">‹m userId="b">`},
		{"an upper case tag", `<M userId="all">`, `‹M userId="all">`},
		{"a tab inside the tag", "<m\tuserId=\"all\">", "‹m\tuserId=\"all\">"},
		{"a line break inside the tag", "<m\nuserId=\"all\">", "‹m\nuserId=\"all\">"},
		{"a space before the name", `< m userId="all">`, `‹ m userId="all">`},
		{"a no-break space", "<m\u00a0userId=\"all\">", "‹m\u00a0userId=\"all\">"},
		{"a zero-width space", "<\u200bm\u200buserId=\"all\">", "‹\u200bm\u200buserId=\"all\">"},
		{"a slash", `<m/userId="all">`, `‹m/userId="all">`},
		{"doubled brackets", `<<m userId="all">>`, `<‹m userId="all">>`},
		{"other tags stay", `<b>1 < m2</b> <man page> a<b`, `<b>1 < m2</b> <man page> a<b`},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := unmention(row.text)
			if got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
			if len(utf16.Encode([]rune(got))) != len(utf16.Encode([]rune(row.text))) {
				t.Error("the length changed")
			}
			for _, typ := range []message.Type{message.TypeText, message.TypeButtons} {
				body, _ := render(message.Message{Type: typ, Text: row.text})
				var sent struct {
					Content struct{ Text, ContentText string }
				}
				if err := json.Unmarshal([]byte(body), &sent); err != nil || sent.Content.Text+sent.Content.ContentText != row.want {
					t.Errorf("%s sends %s", typ, body)
				}
			}
		})
	}
}
