package naverworks

import (
	"bytes"
	"encoding/json"
	"strings"
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
			got, refused := render(row.m, "")
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

func TestAMessageOfAnUnknownTypeIsRejected(t *testing.T) {
	if _, refused := render(message.Message{Type: "hologram"}, ""); refused == nil || refused.Kind != channels.Rejected || refused.Code != "type" {
		t.Errorf("got %v", refused)
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
				body, _ := render(message.Message{Type: typ, Text: row.text}, "")
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

func TestNobodyIsPingedByACardOrAPlace(t *testing.T) {
	const ping = `<m userId="all">`
	card := message.Card{Title: ping, Subtitle: ping, Text: ping}
	withButton := card
	withButton.Actions = []message.Action{{Kind: message.ActionMessage, Label: "예"}}
	markdown := message.Text("<\\m userId=\"all\"> <**m** userId=\"all\">")
	markdown.Format = "markdown"
	for name, m := range map[string]message.Message{
		"carousel":        {Type: message.TypeCards, Cards: []message.Card{withButton, withButton}},
		"flex carousel":   {Type: message.TypeCards, Cards: []message.Card{card, withButton}},
		"list":            {Type: message.TypeCards, Layout: "list", Cards: []message.Card{card, withButton}},
		"lone card":       {Type: message.TypeCards, Cards: []message.Card{withButton}},
		"card of texts":   {Type: message.TypeCards, Cards: []message.Card{card}},
		"location":        {Type: message.TypeLocation, Title: ping, Address: ping},
		"hidden by marks": markdown,
	} {
		t.Run(name, func(t *testing.T) {
			body, refused := render(m, "")
			if refused != nil {
				t.Fatal(refused)
			}
			if strings.Contains(body, "<m ") || !strings.Contains(body, "‹m ") {
				t.Errorf("sends %s", body)
			}
		})
	}
}

func TestAPlaceHasATitleAndAnAddressAlways(t *testing.T) {
	long := strings.Repeat("가", 99) + "🏢🏢"
	for _, row := range []struct {
		name           string
		m              message.Message
		title, address string
	}{
		{"both are given", message.Message{Title: "본사", Address: "예시로 10"}, "본사", "예시로 10"},
		{"neither is", message.Message{Lat: 37.359512, Lng: 127.105219}, "37.359512, 127.105219", "37.359512, 127.105219"},
		{"the title alone", message.Message{Title: "본사"}, "본사", "0, 0"},
		{"the address alone", message.Message{Address: "예시로 10", Lat: -0.5}, "-0.5, 0", "예시로 10"},
		{"both are too long", message.Message{Title: long, Address: long}, strings.Repeat("가", 99) + "…", strings.Repeat("가", 99) + "…"},
	} {
		t.Run(row.name, func(t *testing.T) {
			c := location(row.m)
			if c.Title != row.title || c.Address != row.address || *c.Latitude != row.m.Lat || *c.Longitude != row.m.Lng {
				t.Errorf("got %q, %q at %v, %v", c.Title, c.Address, *c.Latitude, *c.Longitude)
			}
			if units(c.Title) > 100 || units(c.Address) > 100 {
				t.Errorf("lengths %d and %d", units(c.Title), units(c.Address))
			}
		})
	}
}

func TestANativePayloadIsTheContentObject(t *testing.T) {
	quick := []message.Action{{Kind: message.ActionMessage, Label: "처음으로"}}
	for _, row := range []struct {
		name, channel, payload string
		quick                  []message.Action
		want                   string // "" if rejected
		says                   string
	}{
		{name: "an object goes out as it is", channel: "naverworks", payload: `{"type":"text","text":"<m userId=\"all\"> & 공지","i18nTexts":[{"language":"en_US","text":"news"}]}`, want: `{"content":{"i18nTexts":[{"language":"en_US","text":"news"}],"text":"<m userId=\"all\"> & 공지","type":"text"}}`},
		{name: "suggestions are added", channel: "naverworks", payload: `{"type":"link"}`, quick: quick, want: `{"content":{"quickReply":{"items":[{"action":{"type":"message","label":"처음으로","text":"처음으로"}}]},"type":"link"}}`},
		{name: "suggestions of its own stay", channel: "naverworks", payload: `{"type":"link","quickReply":{"items":[]}}`, quick: quick, want: `{"content":{"quickReply":{"items":[]},"type":"link"}}`},
		{name: "another channel's payload", channel: "slack", payload: `{"type":"text"}`, says: "channel is"},
		{name: "a list", channel: "naverworks", payload: `[{"type":"text"}]`, says: "payload must be a JSON object"},
		{name: "null", channel: "naverworks", payload: `null`, says: "payload must be a JSON object"},
		{name: "no JSON", channel: "naverworks", payload: `{"type"`, says: "payload must be a JSON object"},
		{name: "a body that holds the content", channel: "naverworks", payload: `{"content":{"type":"text"}}`, says: "payload must have a \"type\""},
		{name: "a type that is no text", channel: "naverworks", payload: `{"type":5}`, says: "payload must have a \"type\""},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := message.Message{Type: message.TypeNative, Channel: row.channel, Payload: message.Raw(row.payload), QuickReplies: row.quick}
			refused := misfit(m)
			if row.want == "" {
				if refused == nil || refused.Kind != channels.Rejected || !strings.Contains(refused.Error(), row.says) {
					t.Errorf("got %v", refused)
				}
				return
			}
			if refused != nil {
				t.Fatal(refused)
			}
			if got, _ := render(m, ""); strings.TrimSpace(got) != row.want {
				t.Errorf("got  %s\nwant %s", got, row.want)
			}
		})
	}
}
