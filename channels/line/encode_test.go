package line

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
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

func TestWhatDoesNotFitIsRejectedByField(t *testing.T) {
	button := func(a message.Action) []message.Message {
		return []message.Message{{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{a}}}
	}
	native := func(payload string) []message.Message {
		return []message.Message{{Type: message.TypeNative, Channel: Name, Payload: message.Raw(payload)}}
	}
	cards := func(c ...message.Card) []message.Message {
		return []message.Message{{Type: message.TypeCards, Cards: c}}
	}
	quick := func(n int, a message.Action) []message.Message {
		return []message.Message{{Type: message.TypeText, Text: "하나", QuickReplies: slices.Repeat([]message.Action{a}, n)}}
	}
	long := func(n int) string { return strings.Repeat("다", n) }
	one := func(m message.Message) []message.Message { return []message.Message{m} }
	link := "https://www.example.com/"
	say := message.Action{Kind: message.ActionMessage, Label: "네"}
	for _, row := range []struct {
		name     string
		messages []message.Message
		field    string // and what the error says of it
	}{
		{"no message at all", nil, "there is no message"},
		{"a type of a later version", []message.Message{message.Text("하나"), {Type: "hologram"}}, "messages[1].type: "},
		{"more than one call takes", slices.Repeat(one(message.Text("하나")), 6), "messages: they make 6 message objects; LINE takes 5"},
		{"a text that is too long", one(message.Text(long(5001))), "messages[0].text: it has 5001 characters; LINE takes 5000"},
		{"a text too long by its surrogates", one(message.Text(strings.Repeat("🌉", 2501))), "messages[0].text: it has 5002 characters"},
		{"a blank text", one(message.Text(" \n")), "messages[0].text: it is blank"},
		{"a format nobody knows", one(message.Message{Type: message.TypeText, Text: "x", Format: "html"}), "messages[0].format: \"html\""},

		{"a text too long above buttons", one(message.Message{Type: message.TypeButtons, Text: long(161), Actions: []message.Action{say}}), "messages[0].text: it has 161 characters; LINE takes 160"},
		{"a blank text above buttons", one(message.Message{Type: message.TypeButtons, Text: " ", Actions: []message.Action{say}}), "messages[0].text: it is blank"},
		{"too many buttons", one(message.Message{Type: message.TypeButtons, Text: "x", Actions: slices.Repeat([]message.Action{say}, 5)}), "messages[0].actions: there are 5; LINE takes 4"},
		{"a label that is too long", button(message.Action{Kind: message.ActionMessage, Label: long(21)}), "messages[0].actions[0].label: it has 21"},
		{"a button without label", button(message.Action{Kind: message.ActionMessage}), "messages[0].actions[0].label: missing"},
		{"postback data that is too long", button(message.Action{Kind: message.ActionPostback, Label: "x", Data: long(301)}), "messages[0].actions[0].data: it has 301"},
		{"words that are too long", button(message.Action{Kind: message.ActionMessage, Label: "x", Text: long(301)}), "messages[0].actions[0].text: it has 301"},
		{"words of a postback that are too long", button(message.Action{Kind: message.ActionPostback, Label: "x", Data: "y", Text: long(301)}), "messages[0].actions[0].text: it has 301"},
		{"a text to copy that is too long", button(message.Action{Kind: message.ActionCopy, Label: "x", Text: long(1001)}), "messages[0].actions[0].text: it has 1001"},
		{"a link of another scheme", button(message.Action{Kind: message.ActionURL, Label: "x", URL: "javascript:alert(1)"}), "messages[0].actions[0].url: it must be an address that begins with https:"},
		{"a link without host", button(message.Action{Kind: message.ActionURL, Label: "x", URL: "https:///a"}), "messages[0].actions[0].url: the address has no host"},
		{"a link that is too long once encoded", button(message.Action{Kind: message.ActionURL, Label: "x", URL: link + long(120)}), "messages[0].actions[0].url: the address has 1104 characters; LINE takes 1000"},
		{"a phone number of letters", button(message.Action{Kind: message.ActionPhone, Label: "x", Number: "1588-CALL"}), "messages[0].actions[0].number: it is no phone number"},
		{"too many quick replies", quick(14, say), "messages[0].quick_replies: there are 14; LINE shows 13"},
		{"a quick reply with a long label", quick(1, message.Action{Kind: message.ActionMessage, Label: long(21)}), "messages[0].quick_replies[0].label: it has 21"},

		{"a picture by plain http", one(message.Message{Type: message.TypeImage, URL: "http://example.com/a.png"}), "messages[0].url: it must be an address that begins with https:"},
		{"a picture with a preview by plain http", one(message.Message{Type: message.TypeImage, URL: link, PreviewURL: "http://example.com/a.png"}), "messages[0].preview_url: "},
		{"a picture whose address is too long", one(message.Message{Type: message.TypeImage, URL: link + strings.Repeat("a", 2000)}), "messages[0].url: the address has 2024 characters; LINE takes 2000"},
		{"a picture without address", one(message.Message{Type: message.TypeImage}), "messages[0].url: missing"},
		{"a video with an odd preview", one(message.Message{Type: message.TypeVideo, URL: link, PreviewURL: "x"}), "messages[0].preview_url: "},
		{"a video that is no link either", one(message.Message{Type: message.TypeVideo, URL: "ftp://example.com/a.mp4"}), "messages[0].url: "},
		{"a sound of negative length", one(message.Message{Type: message.TypeAudio, URL: link, DurationMS: -1}), "messages[0].duration_ms: "},
		{"a file without web address", one(message.Message{Type: message.TypeFile, URL: "file:///etc/hosts"}), "messages[0].url: "},
		{"a file with an endless name", one(message.Message{Type: message.TypeFile, URL: link, Name: long(5000)}), "messages[0].name: "},
		{"a place with a long title", one(message.Message{Type: message.TypeLocation, Title: long(101)}), "messages[0].title: it has 101 characters; LINE takes 100"},
		{"a place with a long address", one(message.Message{Type: message.TypeLocation, Address: long(101)}), "messages[0].address: it has 101"},
		{"a place not on earth", one(message.Message{Type: message.TypeLocation, Lat: 91}), "messages[0].lat, lng: "},
		{"a sticker without set", one(message.Message{Type: message.TypeSticker, ID: "1988"}), "messages[0].set: "},
		{"a sticker of another platform", one(message.Message{Type: message.TypeSticker, Set: "446", ID: "smile"}), "messages[0].id: "},

		{"a native message of another platform", one(message.Message{Type: message.TypeNative, Channel: "slack", Payload: message.Raw(`{}`)}), "messages[0].channel: the payload is for \"slack\""},
		{"a native message that is no object", native(`"x"`), "messages[0].payload: it must be"},
		{"a native message that is null", native(`[null]`), "messages[0].payload[0]: it must be"},
		{"a native message without type", native(`{"text":"x"}`), "messages[0].payload.type: "},
		{"a native message with an odd type", native(`[{"type":"text","text":"x"},{"type":1}]`), "messages[0].payload[1].type: "},
		{"a native message that is no JSON", native(`[{]`), "messages[0].payload: it is no JSON"},
		{"a native message of no objects", native(`[]`), "messages[0].payload: it has 0 message objects; LINE takes 1 to 5"},
		{"a native message of six objects", native(`[{},{},{},{},{},{}]`), "messages[0].payload: it has 6"},
		{"native objects and others, six together", append(native(`[{"type":"a"},{"type":"a"},{"type":"a"},{"type":"a"},{"type":"a"}]`), message.Text("x")), "messages: they make 6"},

		{"a layout nobody knows", one(message.Message{Type: message.TypeCards, Layout: "grid", Cards: twoCards}), "messages[0].layout: \"grid\""},
		{"more cards than any form has", cards(slices.Repeat(twoCards, 7)...), "messages[0].cards: there are 14; LINE shows 12"},
		{"a card with a picture by plain http", cards(twoCards[0], message.Card{Title: "x", ImageURL: "http://example.com/a.png"}), "messages[0].cards[1].image_url: "},
		{"a blank card", cards(message.Card{Title: " "}), "messages[0].cards[0]: it is blank"},
		{"a card with an endless label", cards(message.Card{Title: "x", Actions: []message.Action{{Kind: message.ActionMessage, Label: long(41)}}}), "messages[0].cards[0].actions[0].label: it has 41 characters; LINE takes 40"},
		{"a card that is too large", cards(message.Card{Text: long(10_000)}), "messages[0].cards[0]: it has"},
		{"cards that are too large together", cards(slices.Repeat([]message.Card{{Text: long(5000)}}, 4)...), "messages[0].cards: together they have"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			out := answerTo("token-1")
			out.Messages = row.messages
			_, err := b.Adapter.Send(context.Background(), out)
			if se := channels.AsSendError(err); err == nil || se.Kind != channels.Rejected || !strings.Contains(err.Error(), "line: "+row.field) {
				t.Errorf("got %v, want rejected, %s", err, row.field)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestMarkdownOfNothingIsSentAsItIs(t *testing.T) {
	if got := show(t, message.Message{Type: message.TypeText, Format: "markdown", Text: "```\n```"})[0].Text; got != "```\n```" {
		t.Errorf("got %q", got)
	}
}
