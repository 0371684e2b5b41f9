package clova

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/remote"
)

func TestTheSampleAnswer(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: sample(t, "clova_response.json")})
	got, err := b.ask(t, "naverworks", text("배송 조회"))
	if err != nil {
		t.Fatal(err)
	}
	back := func(label, shown string) message.Action {
		return message.Action{Kind: message.ActionPostback, Label: label, Text: shown, Data: "_T_" + shown}
	}
	want := []message.Message{
		{Type: message.TypeButtons, Text: "배송 상태를 확인할게요.", Actions: []message.Action{{Kind: message.ActionURL, Label: "조회 페이지", URL: "https://hanbit.example/track"}}},
		{Type: message.TypeCards, Cards: []message.Card{{
			Title: "주문 1234", Subtitle: "11월 20일 출고", Text: "내일 도착 예정입니다.", ImageURL: "https://cdn.hanbit.example/box.png",
			Actions: []message.Action{{Kind: message.ActionURL, Label: "상세 보기", URL: "https://hanbit.example/o/1234"}, back("반품 신청", "반품 신청")},
		}}},
		{Type: message.TypeCards, Cards: []message.Card{{
			Title: "상품 A", ImageURL: "https://cdn.hanbit.example/a.png", Actions: []message.Action{back("담기", "상품 A 담기")},
		}}},
	}
	if !reflect.DeepEqual(got.Messages, want) {
		t.Errorf("got  %+v\nwant %+v", got.Messages, want)
	}
	quick := []message.Action{
		{Kind: message.ActionPostback, Label: "처음으로", Text: "처음", Data: "clova:open:처음"},
		{Kind: message.ActionPhone, Label: "상담원", Number: "1588-0000"},
	}
	if !reflect.DeepEqual(got.Reply.QuickReplies, quick) {
		t.Errorf("quick replies %+v", got.Reply.QuickReplies)
	}
	for _, part := range []string{`"intent":"배송조회"`, `"word":"배송"`, `"keyword":"조회"`, `"session_id":"7d0e6f52`} {
		if !strings.Contains(string(got.Trace), part) {
			t.Errorf("the trace %s lacks %s", got.Trace, part)
		}
	}
	if got.State != nil {
		t.Error("there is a state, although the session lives in CLOVA")
	}
}

// flexBubble has words, a button and a telephone number.
const flexBubble = `{"type":"flex","title":"영수증","subTitle":"x","data":{"type":"bubble","body":{"type":"box","layout":"vertical","contents":[{"type":"text","text":"합계 1,000원"},{"type":"image","url":"https://c.example/a.png"}]},"footer":{"type":"box","contents":[{"type":"button","action":{"type":"uri","label":"보기","uri":"https://h.example/r"}},{"type":"button","action":{"type":"uri","label":"전화","uri":"tel:15880000"}},{"type":"button","action":{"type":"message","label":"취소","text":"취소할게요"}}]}}}`

func TestComponents(t *testing.T) {
	button := func(action string) string {
		return `{"type":"button","title":"눌러","data":{"type":"basic","action":` + action + `}}`
	}
	template := func(cover, cells string) string {
		return `{"type":"template","title":"제목","data":{` + cover + `"contentTable":[[` + cells + `]]}}`
	}
	cell := func(c string) string { return `{"rowSpan":1,"colSpan":1,"data":` + c + `}` }
	post := `{"type":"postback","data":{"postback":"보임","postbackFull":"_T_full"}}`
	tap := `{"kind":"postback","label":"눌러","data":"_T_full","text":"보임"}`
	for _, c := range []struct{ name, channel, bubble, want string }{
		{"a text with everything", "slack", `{"type":"text","title":"제목","subTitle":"작게","data":{"description":"글","url":"https://h.example/a","action":{"type":"link","data":{"url":"https://h.example/a"}}}}`, `[{"type":"buttons","text":"제목\n작게\n글","actions":[{"kind":"url","label":"h.example","url":"https://h.example/a"}]}]`},
		{"a picture alone", "slack", `{"type":"image","data":{"imageUrl":"https://c.example/a.png","alt":"고양이"}}`, `[{"type":"image","url":"https://c.example/a.png","alt":"고양이"}]`},
		{"a picture with words", "slack", `{"type":"image","title":"고양이","data":{"imageUrl":"https://c.example/a.png"}}`, `[{"type":"cards","cards":[{"title":"고양이","image_url":"https://c.example/a.png"}]}]`},
		{"a picture in a carousel of one", "slack", `{"type":"carousel","data":{"cards":[{"type":"image","data":{"imageUrl":"https://c.example/a.png"}}]}}`, `[{"type":"image","url":"https://c.example/a.png"}]`},
		{"a carousel of several kinds", "slack", `{"type":"carousel","title":"고르세요","data":{"cards":[{"type":"text","title":"가","data":{}},` + button(post) + `,{"type":"flex"}]}}`, `[{"type":"text","text":"고르세요"},{"type":"cards","cards":[{"title":"가"},{"title":"…","actions":[` + tap + `]},{"title":"…"}]}]`},
		{"a template without a cover has room for words", "slack", template("", cell(button(post))+`,`+cell(`{"type":"text","title":"줄","data":{"description":"글"}}`)), `[{"type":"buttons","text":"제목\n줄\n글","actions":[` + tap + `]}]`},
		{"a template takes its picture from a cell", "slack", template("", cell(`{"type":"image","data":{"imageUrl":"https://c.example/1.png"}}`)+`,`+cell(`{"type":"image","title":"둘","data":{"imageUrl":"https://c.example/2.png"}}`)), `[{"type":"cards","cards":[{"title":"제목","text":"둘","image_url":"https://c.example/1.png"}]}]`},
		{"a button alone", "slack", button(post), `[{"type":"buttons","text":"…","actions":[` + tap + `]}]`},
		{"a button that says something", "slack", button(`{"type":"utterance","data":{"utteranceId":1,"text":"안녕","postback":"_U_1"}}`), `[{"type":"buttons","text":"…","actions":[{"kind":"postback","label":"눌러","data":"_U_1","text":"안녕"}]}]`},
		{"a button for phones alone", "slack", button(`{"type":"link","data":{"mobileUrl":"https://m.example"}}`), `[{"type":"buttons","text":"…","actions":[{"kind":"url","label":"눌러","url":"https://m.example"}]}]`},
		{"a button that opens anew without a word", "slack", button(`{"type":"welcome","data":{}}`), `[{"type":"buttons","text":"…","actions":[{"kind":"postback","label":"눌러","data":"clova:open:","text":"눌러"}]}]`},
		{"flex where nobody knows it", "slack", flexBubble, `[{"type":"buttons","text":"합계 1,000원","actions":[{"kind":"url","label":"보기","url":"https://h.example/r"},{"kind":"phone","label":"전화","number":"15880000"},{"kind":"postback","label":"취소","text":"취소할게요","data":"취소할게요"}]}]`},
		{"flex that is none", "line", `{"type":"flex","title":"제목","data":{"type":"text"}}`, `[{"type":"text","text":"제목"}]`},
		{"a sticker of LINE on LINE", "line", `{"type":"line_sticker","data":{"packageId":"446","stickerId":1988}}`, `[{"type":"sticker","set":"446","id":"1988"}]`},
		{"a sticker of NAVER WORKS there", "naverworks", `{"type":"lineworks_sticker","data":{"packageId":"1","stickerId":"2"}}`, `[{"type":"sticker","set":"1","id":"2"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(dialogtest.HTTPAnswer{Body: `{"bubbles":[` + c.bubble + `]}`})
			got, err := b.ask(t, c.channel, text("안녕"))
			if err != nil {
				t.Fatal(err)
			}
			raw, _ := json.Marshal(got.Messages)
			var x, y any
			if json.Unmarshal(raw, &x) != nil || json.Unmarshal([]byte(c.want), &y) != nil || !reflect.DeepEqual(x, y) {
				t.Errorf("got  %s\nwant %s", raw, c.want)
			}
		})
	}
}

func TestFlexIsForwardedUntouchedWhereItIsKnown(t *testing.T) {
	var c component
	if err := json.Unmarshal([]byte(flexBubble), &c); err != nil {
		t.Fatal(err)
	}
	for _, channel := range []string{"line", "naverworks"} {
		b := open(t, nil)
		b.fake.Script(dialogtest.HTTPAnswer{Body: `{"bubbles":[` + flexBubble + `]}`})
		got, err := b.ask(t, channel, text("안녕"))
		if err != nil {
			t.Fatal(err)
		}
		m := got.Messages[0]
		want := `{"type":"flex","altText":"영수증","contents":` + string(c.Data) + `}`
		if m.Type != message.TypeNative || m.Channel != channel || string(m.Payload) != want || m.FallbackText != "합계 1,000원" {
			t.Errorf("%s: got %+v with %s", channel, m, m.Payload)
		}
	}
}

func TestWhatCannotBeShownIsNoted(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: `{"bubbles":[{"type":"text","data":{"description":"보임"},"information":[{"key":"score","value":0.87},{"key":"matchingType","value":"exact"}]},
		{"type":"hologram"},{"type":"line_sticker","data":{"stickerId":"1"}},{"type":"text","data":[]},
		{"type":"button","title":"춤","data":{"action":{"type":"dance"}}},{"type":"carousel","data":{"cards":[{"type":"carousel"}]}}],
		"quickButtons":[{"type":"text"}]}`})
	got, err := b.ask(t, "slack", text("안녕"))
	if err != nil || len(got.Messages) != 1 {
		t.Fatalf("got %+v, %v", got.Messages, err)
	}
	for _, part := range []string{"hologram", "sticker of line", "must not be", "dance", "cannot be in a carousel", "does nothing", `"score":"0.87"`, `"matching":"exact"`} {
		if !strings.Contains(string(got.Trace), part) {
			t.Errorf("the trace lacks %q: %s", part, got.Trace)
		}
	}
}

func TestSilenceIsAnswerEnoughWhenNobodySpoke(t *testing.T) {
	b := open(t, nil)
	empty := dialogtest.HTTPAnswer{Body: `{"bubbles":[]}`}
	b.fake.Script(empty, empty)
	if got, err := b.ask(t, "line", message.Inbound{Kind: message.KindFollow}); err != nil || len(got.Messages) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
	_, err := b.ask(t, "line", text("안녕"))
	asError(t, err, "no_answer")
}

func FuzzAnswer(f *testing.F) {
	f.Add(200, "line", []byte(sample(f, "clova_response.json")))
	f.Add(200, "slack", []byte(`{"bubbles":[`+flexBubble+`]}`))
	f.Add(500, "slack", []byte(`{"code":4032,"timestamp":"x"}`))
	f.Fuzz(func(t *testing.T, status int, channel string, body []byte) {
		a, err := decode(remote.Answer{Status: status, Body: body}, moment)
		if err == nil {
			var res dialog.Result
			if res, err = a.result(channel, true); err == nil {
				for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: res, Messages: res.Reply.Messages}) {
					t.Error(problem)
				}
			}
		}
		if err != nil && (dialog.AsError(err).Code == "" || dialog.AsError(err).Err == nil) {
			t.Errorf("an error without a code or a cause: %+v", err)
		}
	})
}
