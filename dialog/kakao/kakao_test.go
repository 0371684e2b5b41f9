package kakaoskill

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"dari/bot/check"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/foreign"
)

// bench is an engine on a fake skill server.
type bench struct {
	*dialogtest.Bench
	fake  *dialogtest.KakaoSkill
	state dialog.State
}

func open(t *testing.T, change func(settings.Values)) *bench {
	t.Helper()
	b := &bench{fake: dialogtest.NewKakaoSkill(t)}
	v := settings.Values{"url": b.fake.URL + "/skill"}
	if change != nil {
		change(v)
	}
	b.Bench = dialogtest.Open(t, Type{}, v)
	b.Engine.(*engine).Sleep = func(context.Context, time.Duration) error { return nil }
	return b
}

// turn is a turn of the one conversation.
func (b *bench) turn(in message.Inbound) dialog.Turn {
	turn := dialogtest.TurnOf("c1", in)
	turn.State = b.state
	return turn
}

func (b *bench) ask(t *testing.T, turn dialog.Turn) (dialogtest.Replied, error) {
	t.Helper()
	got, err := b.Ask(t, t.Context(), turn)
	if err == nil && got.State != nil {
		b.state = *got.State
	}
	return got, err
}

func (b *bench) say(t *testing.T, text string) dialogtest.Replied {
	t.Helper()
	got, err := b.ask(t, b.turn(message.Inbound{Kind: message.KindText, Text: text}))
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// tap taps a button of an answer.
func (b *bench) tap(t *testing.T, a message.Action) (dialogtest.Replied, error) {
	t.Helper()
	return b.ask(t, b.turn(message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: a.Data, Label: a.Label}}))
}

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func asError(t *testing.T, err error, code string) *dialog.Error {
	t.Helper()
	if err == nil {
		t.Fatalf("no error, want %s", code)
	}
	e := dialog.AsError(err)
	if e.Code != code {
		t.Fatalf("got code %s (%v), want %s", e.Code, err, code)
	}
	return e
}

func TestConformance(t *testing.T) {
	on := func(answers ...dialogtest.HTTPAnswer) func(*testing.T) settings.Values {
		return func(t *testing.T) settings.Values {
			fake := dialogtest.NewKakaoSkill(t)
			fake.Script(answers...)
			return settings.Values{
				"url": fake.URL + "/skill?key=query-key-123456", "headers": map[string]any{"accessToken": "header-key-123456"},
				"welcome": "처음",
			}
		}
	}
	dialogtest.Run(t, dialogtest.Kit{
		Type:     Type{},
		Settings: on(),
		Hanging: func(t *testing.T, asked chan<- struct{}) settings.Values {
			s := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) {
				asked <- struct{}{}
				return dialogtest.HTTPAnswer{Hang: true}, nil
			})
			return settings.Values{"url": s.URL}
		},
		Memory: dialogtest.Memory{First: "내 이름은 두리", Second: "안녕", Want: "두리 님"},
		Broken: map[string]func(*testing.T) settings.Values{
			"an answer that is no JSON is an error":            on(dialogtest.HTTPAnswer{Body: "<html>"}),
			"an answer of version 1 is an error":               on(dialogtest.HTTPAnswer{Body: `{"contents":[{"type":"text","text":"x"}]}`}),
			"an answer that breaks off is an error":            on(dialogtest.HTTPAnswer{Body: `{"version":"2.0"`, Cut: true}),
			"an answer with nothing to show is an error":       on(dialogtest.HTTPAnswer{Body: `{"version":"2.0","template":{"outputs":[]}}`}),
			"a callback that was not offered is an error":      on(dialogtest.HTTPAnswer{Body: sample(t, "kakao_skill_callback_ack_response.json")}),
			"a refusal that echoes the key is scrubbed":        on(dialogtest.HTTPAnswer{Status: 401, Body: "header-key-123456"}),
			"a version that is the key of the header is, too":  on(dialogtest.HTTPAnswer{Body: `{"version":"header-key-123456"}`}),
			"an output that is the key of the query is, too":   on(dialogtest.HTTPAnswer{Body: `{"version":"2.0","template":{"outputs":[{"query-key-123456":1}]}}`}),
			"an answer larger than anybody needs is an error":  on(dialogtest.HTTPAnswer{Body: strings.Repeat(" ", 2<<20)}),
			"a redirect to a login page is an error, no visit": on(dialogtest.HTTPAnswer{Status: 302}),
		},
	})
}

func TestTheRequestHasTheFieldsOfTheSample(t *testing.T) {
	b := open(t, func(v settings.Values) {
		v["block_id"], v["block_name"], v["action_name"], v["bot_id"] = "blk_5f00aa11bb22cc33dd44ee55", "주문 조회", "order_lookup", "bot_hanbit"
		v["params"] = map[string]any{"orderNo": "1234"}
		v["headers"] = map[string]any{"accessToken": "secret-token"}
	})
	turn := b.turn(message.Inbound{
		Kind: message.KindPostback, Locale: "ko_KR", Timezone: "Asia/Seoul",
		Postback: &message.Postback{Data: `{"kakao":"say","text":"주문 조회해줘","extra":{"from":"button","orderNo":"1234"}}`},
	})
	turn.Bot.Name, turn.ReplyTo = "한빛봇", "https://bot.hanbit.example/engine-callback/ev_01J…"
	if _, err := b.ask(t, turn); err != nil {
		t.Fatal(err)
	}
	call := b.fake.Last(t)
	var want struct{ Body map[string]any }
	var got map[string]any
	if json.Unmarshal([]byte(sample(t, "kakao_skill_request.json")), &want) != nil || json.Unmarshal(call.Body, &got) != nil {
		t.Fatal("no JSON")
	}
	// Kakao's own ids and its test mark are nothing that Dari could know.
	user := got["userRequest"].(map[string]any)["user"].(map[string]any)
	wantRequest := want.Body["userRequest"].(map[string]any)
	wantRequest["user"], wantRequest["params"] = user, map[string]any{}
	want.Body["action"].(map[string]any)["id"] = "order_lookup"
	if !reflect.DeepEqual(got, want.Body) {
		t.Errorf("got  %v\nwant %v", got, want.Body)
	}
	if h := call.Header; h.Get("accessToken") != "secret-token" || h.Get("X-Request-Id") != turn.ID {
		t.Errorf("headers %v", h)
	}
	if strings.Contains(string(call.Body), "U7001") {
		t.Error("the person's own id is in the request")
	}
}

func TestPeopleHaveStableKeysOfTheirOwn(t *testing.T) {
	keys := map[string]bool{}
	for range 2 {
		for _, sender := range []string{"U1", "U2"} {
			b := open(t, nil)
			if _, err := b.ask(t, b.turn(message.Inbound{Kind: message.KindText, Text: "안녕", Sender: message.User{ID: sender}})); err != nil {
				t.Fatal(err)
			}
			keys[b.fake.Last(t).Payload(t).UserRequest.User.ID] = true
		}
	}
	if len(keys) != 2 {
		t.Errorf("%d keys for two people", len(keys))
	}
}

func TestTheSampleAnswer(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: sample(t, "kakao_skill_response.json")})
	got := b.say(t, "주문 조회")
	say := func(text, label string, more string) message.Action {
		return message.Action{Kind: message.ActionPostback, Label: label, Text: text, Data: `{"kakao":"say","text":"` + text + `","label":"` + label + `"` + more + `}`}
	}
	want := []message.Message{
		message.Text("주문 1234의 상태입니다."),
		{Type: message.TypeCards, Cards: []message.Card{{
			Title: "배송 중", Text: "내일 도착 예정", ImageURL: "https://cdn.hanbit.example/box.png",
			Actions: []message.Action{
				{Kind: message.ActionURL, Label: "상세 보기", URL: "https://hanbit.example/o/1234"},
				say("반품 신청", "반품", ""),
				{Kind: message.ActionPhone, Label: "전화", Number: "1588-0000"},
			},
		}}},
		{Type: message.TypeCards, Cards: []message.Card{{
			Title: "상품 A", Text: "12,000원", ImageURL: "https://cdn.hanbit.example/a.png",
			Actions: []message.Action{say("담기", "담기", `,"block":"blk_cart","extra":{"sku":"A-1"}`)},
		}}},
	}
	if !reflect.DeepEqual(got.Messages, want) {
		t.Errorf("got  %+v\nwant %+v", got.Messages, want)
	}
	if quick := got.Reply.QuickReplies; len(quick) != 2 || quick[0].Label != "처음으로" || quick[1].Text != "상담원 연결" {
		t.Errorf("quick replies %+v", quick)
	}
	if tr := string(got.Trace); !strings.Contains(tr, `"contexts_set":["order"]`) || !strings.Contains(tr, `"data":{"orderNo":"1234"}`) {
		t.Errorf("trace %s", tr)
	}

	if _, err := b.tap(t, want[2].Cards[0].Actions[0]); err != nil {
		t.Fatal(err)
	}
	p := b.fake.Last(t).Payload(t)
	if p.Intent.ID != "blk_cart" || p.UserRequest.Block.ID != "blk_cart" || p.UserRequest.Utterance != "담기" || p.Action.ClientExtra["sku"] != "A-1" {
		t.Errorf("the tap became %+v", p)
	}
	if len(p.Contexts) != 1 || p.Contexts[0].Name != "order" || p.Contexts[0].LifeSpan != 5 || p.Contexts[0].Params["orderNo"] != "1234" {
		t.Errorf("contexts %+v", p.Contexts)
	}
}

func TestTheSampleList(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: sample(t, "kakao_skill_listcard_response.json")})
	got := b.say(t, "메뉴")
	want := []message.Message{
		{Type: message.TypeButtons, Text: "자주 찾는 메뉴", Actions: []message.Action{{Kind: message.ActionURL, Label: "더보기", URL: "https://hanbit.example/menu"}}},
		{Type: message.TypeCards, Layout: "list", Cards: []message.Card{
			{Title: "주문 조회", Text: "최근 3건", ImageURL: "https://cdn.hanbit.example/i1.png", Actions: []message.Action{
				{Kind: message.ActionPostback, Label: "주문 조회", Text: "주문 조회", Data: `{"kakao":"say","text":"주문 조회","label":"주문 조회"}`},
			}},
			{Title: "매장 찾기", Actions: []message.Action{{Kind: message.ActionURL, Label: "매장 찾기", URL: "https://hanbit.example/stores"}}},
		}},
	}
	if !reflect.DeepEqual(got.Messages, want) {
		t.Errorf("got  %+v\nwant %+v", got.Messages, want)
	}
}

func TestEveryOtherOutput(t *testing.T) {
	for _, c := range []struct{ name, output, want string }{
		{"a picture", `{"simpleImage":{"imageUrl":"https://c.example/a.png","altText":"고양이"}}`, `[{"type":"image","url":"https://c.example/a.png","alt":"고양이"}]`},
		{"a card of text", `{"textCard":{"title":"제목","description":"설명","buttons":[{"label":"전화","action":"phone","phoneNumber":"1"}]}}`, `[{"type":"buttons","text":"제목\n설명","actions":[{"kind":"phone","label":"전화","number":"1"}]}]`},
		{"a card of text without buttons", `{"textCard":{"description":"설명"}}`, `[{"type":"text","text":"설명"}]`},
		{"a thing for sale", `{"commerceCard":{"description":"보라색 우산","price":10000,"discount":1000,"currency":"won","thumbnails":[{"imageUrl":"https://c.example/u.png","link":{"web":"https://c.example/u"}}],"profile":{"nickname":"한빛상점"},"buttons":[]}}`, `[{"type":"cards","cards":[{"title":"한빛상점","subtitle":"9,000원 ← 10,000원","text":"보라색 우산","image_url":"https://c.example/u.png","actions":[{"kind":"url","label":"한빛상점","url":"https://c.example/u"}]}]}]`},
		{"a price as text, a discount in percent", `{"commerceCard":{"title":"우산","price":"1234567","discountRate":10}}`, `[{"type":"cards","cards":[{"title":"우산","subtitle":"1,111,111원 ← 1,234,567원"}]}]`},
		{"a price after discount", `{"commerceCard":{"title":"우산","price":500,"discountedPrice":400,"currency":"USD"}}`, `[{"type":"cards","cards":[{"title":"우산","subtitle":"400 USD ← 500 USD"}]}]`},
		{"a card of rows", `{"itemCard":{"imageTitle":{"title":"DOFQTK","description":"Boarding"},"thumbnail":{"imageUrl":"https://c.example/m.png"},"title":"항공권","description":"확인하세요","itemList":[{"title":"좌석","description":"12A"},{"title":"게이트"}],"itemListSummary":{"title":"합계","description":"1"}}}`, `[{"type":"cards","cards":[{"title":"DOFQTK","subtitle":"Boarding","text":"항공권\n확인하세요\n좌석: 12A\n게이트\n합계: 1","image_url":"https://c.example/m.png"}]}]`},
		{"a carousel with a beginning", `{"carousel":{"type":"commerceCard","header":{"title":"특가","description":"오늘만","thumbnail":{"imageUrl":"https://c.example/h.png"}},"items":[{"title":"우산","price":1}]}}`, `[{"type":"cards","cards":[{"title":"특가","text":"오늘만","image_url":"https://c.example/h.png"},{"title":"우산","subtitle":"1원"}]}]`},
		{"a carousel of lists", `{"carousel":{"type":"listCard","items":[{"header":{"title":"가"},"items":[{"title":"나"}]},{"header":{"title":"다"},"items":[]}]}}`, `[{"type":"text","text":"가"},{"type":"cards","cards":[{"title":"나"}],"layout":"list"},{"type":"text","text":"다"}]`},
		{"a carousel of texts", `{"carousel":{"type":"textCard","items":[{"title":"가","description":"나"}]}}`, `[{"type":"cards","cards":[{"title":"가","text":"나"}]}]`},
		{"a card with buttons alone", `{"basicCard":{"buttons":[{"label":"a","action":"message"}]}}`, `[{"type":"cards","cards":[{"title":"…","actions":[{"kind":"postback","label":"a","data":"{\"kakao\":\"say\",\"text\":\"a\",\"label\":\"a\"}","text":"a"}]}]}]`},
		{"links per device", `{"textCard":{"title":"t","buttons":[{"label":"앱","action":"osLink","osLink":{"android":"app://x","webLink":"https://w.example"}}]}}`, `[{"type":"buttons","text":"t","actions":[{"kind":"url","label":"앱","url":"https://w.example"}]}]`},
		{"a text far over Kakao's limit", `{"simpleText":{"text":"` + strings.Repeat("가", 3000) + `"}}`, `[{"type":"text","text":"` + strings.Repeat("가", 3000) + `"}]`},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(dialogtest.HTTPAnswer{Body: `{"version":"2.0","template":{"outputs":[` + c.output + `]}}`})
			got, err := json.Marshal(b.say(t, "안녕").Messages)
			var x, y any
			if err != nil || json.Unmarshal(got, &x) != nil || json.Unmarshal([]byte(c.want), &y) != nil || !reflect.DeepEqual(x, y) {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, c.want)
			}
		})
	}
}

func TestWhatCannotBeShownIsNoted(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: `{"template":{"outputs":[
		{"simpleText":{"text":"보임"}}, {"hologram":{}}, 7, {"simpleText":[]}, {"simpleImage":{}}, {"basicCard":{"title":[1]}}, {"basicCard":"x"},
		{"textCard":{"title":"t","buttons":[{"action":"share","label":"공유"},{"action":"dance","label":"춤"},{"action":"message"},{"action":"webLink","label":"앱","webLinkUrl":"kakaotalk://x"}]}}
	]},"context":{"values":[{"lifeSpan":1}]}}`})
	got := b.say(t, "안녕")
	if len(got.Messages) != 3 {
		t.Errorf("messages %+v", got.Messages)
	}
	for _, part := range []string{"version: is ", "hologram", "outputs[2]", "simpleText", "url: missing", "outputs[6].basicCard", "공유", "dance", "no label", "https://", "has no name"} {
		if !strings.Contains(string(got.Trace), part) {
			t.Errorf("the trace lacks %q: %s", part, got.Trace)
		}
	}
}

func TestAContextLivesAsManyTurnsAsItWasSaid(t *testing.T) {
	b := open(t, nil)
	heard := func() (out []string) {
		for _, m := range b.fake.Last(t).Payload(t).Contexts {
			out = append(out, m.Name+string(rune('0'+m.LifeSpan)))
		}
		return out
	}
	set := func(name string, life any) map[string]any {
		return map[string]any{"name": name, "lifeSpan": life}
	}
	for i, step := range []struct {
		answer dialogtest.HTTPAnswer
		want   []string // what the skill hears in this turn
	}{
		{dialogtest.KakaoTexts("1", set("a", 3), set("b", 1)), nil},
		{dialogtest.KakaoTexts("2"), []string{"a3", "b1"}},
		{dialogtest.KakaoTexts("3", set("c", "2")), []string{"a2"}},
		{dialogtest.KakaoTexts("4", set("c", 0), set("a", 2)), []string{"a1", "c2"}},
		{dialogtest.HTTPAnswer{Status: 500}, []string{"a2"}}, // a turn that failed took none of its life
		{dialogtest.KakaoTexts("6"), []string{"a2"}},
		{dialogtest.KakaoTexts("7"), []string{"a1"}},
		{dialogtest.KakaoTexts("8"), nil},
	} {
		b.fake.Script(step.answer)
		_, err := b.ask(t, b.turn(message.Inbound{Kind: message.KindText, Text: "안녕"}))
		if (err != nil) != (step.answer.Status == 500) {
			t.Fatalf("turn %d: %v", i+1, err)
		}
		if got := heard(); !reflect.DeepEqual(got, step.want) {
			t.Errorf("turn %d: the skill heard %v, want %v", i+1, got, step.want)
		}
	}
	if b.state.Token != "" {
		t.Errorf("the state is %q at the end", b.state.Token)
	}
}

func TestContextsThatHaveNoRoomAreGivenUp(t *testing.T) {
	b := open(t, nil)
	big := map[string]string{"x": strings.Repeat("가", 4000)} // 12 KB
	b.fake.Script(dialogtest.KakaoTexts("1", map[string]any{"name": "old", "lifeSpan": 5, "params": big}, map[string]any{"name": "new", "lifeSpan": 5, "params": big}))
	got := b.say(t, "안녕")
	if !strings.Contains(b.state.Token, "new") || strings.Contains(b.state.Token, "old") || !strings.Contains(string(got.Trace), "no room") {
		t.Errorf("state of %d bytes, trace %s", len(b.state.Token), got.Trace)
	}
}

func TestACallbackAnswersOnce(t *testing.T) {
	b := open(t, nil)
	turn := b.turn(message.Inbound{Kind: message.KindText, Text: "천천히"})
	turn.ReplyTo = "https://dari.example/replies/abc"
	got, err := b.ask(t, turn)
	if err != nil || !got.Later || got.Text() != "잠시만요" {
		t.Fatalf("got %+v, %v", got, err)
	}
	if to := b.fake.Last(t).Payload(t).UserRequest.CallbackURL; to != turn.ReplyTo {
		t.Errorf("callbackUrl %q", to)
	}
	late := b.Engine.(dialog.LateReplier)
	body := []byte(dialogtest.KakaoTexts("다 됐어요", map[string]any{"name": "done", "lifeSpan": 1}).Body)
	first, err := late.Late(nil, body, time.Now())
	if err != nil || !first.Final || first.ID == "" || first.Result.Reply.Messages[0].Text != "다 됐어요" || !strings.Contains(first.Result.State.Token, "done") {
		t.Fatalf("got %+v, %v", first, err)
	}
	second, err := late.Late(nil, []byte(dialogtest.KakaoTexts("또요").Body), time.Now())
	if err != nil || second.ID != first.ID {
		t.Errorf("the second call is %+v, %v: it must be a repetition of the first", second, err)
	}
}

func TestLateCallsThatAreRefused(t *testing.T) {
	b := open(t, nil)
	for name, body := range map[string]string{
		"nothing":                "",
		"no JSON":                "<html>",
		"another promise":        sample(t, "kakao_skill_callback_ack_response.json"),
		"an answer of version 1": `{"contents":[]}`,
		"nothing to show":        `{"version":"2.0","template":{"outputs":[]}}`,
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.Engine.(dialog.LateReplier).Late(nil, []byte(body), time.Now())
			asError(t, err, "bad_answer")
		})
	}
}

func TestCallbacksAreOfferedOnlyWhenTheyCanBeTaken(t *testing.T) {
	for _, c := range []struct{ setting, replyTo, want string }{
		{"", "https://dari.example/r", "https://dari.example/r"},
		{"", "", ""},
		{"no", "https://dari.example/r", ""},
	} {
		b := open(t, func(v settings.Values) { v["callback"] = c.setting })
		turn := b.turn(message.Inbound{Kind: message.KindText, Text: "안녕"})
		turn.ReplyTo = c.replyTo
		if _, err := b.ask(t, turn); err != nil {
			t.Fatal(err)
		}
		if got := b.fake.Last(t).Payload(t).UserRequest.CallbackURL; got != c.want {
			t.Errorf("%+v: callbackUrl %q", c, got)
		}
	}
}

func TestTheOperatorButtonHandsOver(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: `{"version":"2.0","template":{"outputs":[{"textCard":{"title":"t","buttons":[{"label":"상담원 연결","action":"operator"}]}}]}}`})
	got := b.say(t, "상담")
	tapped, err := b.tap(t, got.Messages[0].Actions[0])
	if err != nil || tapped.Handoff == nil || tapped.Handoff.Note != "상담원 연결" {
		t.Errorf("got %+v, %v", tapped, err)
	}
	if n := len(b.fake.Calls()); n != 1 {
		t.Errorf("the skill was asked %d times", n)
	}
}

func TestWhatPeopleSendOtherThanText(t *testing.T) {
	for _, c := range []struct {
		name, welcome string
		in            message.Inbound
		said, block   string // said is "" when nobody is asked
	}{
		{"an opened chat without a welcome", "", message.Inbound{Kind: message.KindFollow}, "", ""},
		{"an opened chat", "처음", message.Inbound{Kind: message.KindFollow}, "처음", "blk_welcome"},
		{"a mention without words", "처음", message.Inbound{Kind: message.KindText}, "처음", "blk_welcome"},
		{"a picture", "", dialogtest.Inbounds()["a full video"], "https://files.example.com/cat.mp4", "dari"},
		{"a menu's own data", "", message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "메뉴"}}, "메뉴", "dari"},
		{"a reaction", "처음", dialogtest.Inbounds()["a full reaction"], "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["welcome"], v["welcome_block_id"] = c.welcome, "blk_welcome" })
			if _, err := b.ask(t, b.turn(c.in)); err != nil {
				t.Fatal(err)
			}
			if c.said == "" {
				if n := len(b.fake.Calls()); n != 0 {
					t.Errorf("%d calls", n)
				}
				return
			}
			p := b.fake.Last(t).Payload(t)
			if p.UserRequest.Utterance != c.said || p.UserRequest.Block.ID != c.block {
				t.Errorf("got %+v", p.UserRequest)
			}
			if media := string(p.UserRequest.Params["media"]); (media != "") != (c.in.Kind == message.KindVideo) {
				t.Errorf("media %s", media)
			}
		})
	}
	t.Run("a mention without words and without a welcome is refused, not swallowed", func(t *testing.T) {
		b := open(t, nil)
		_, err := b.ask(t, b.turn(message.Inbound{Kind: message.KindText}))
		asError(t, err, "unsupported")
	})
}

func TestSettings(t *testing.T) {
	for field, v := range map[string]settings.Values{
		"url":     {"url": "skill"},
		"headers": {"url": "https://skill.example.com", "headers": map[string]string{"Content-Type": "text/plain"}},
	} {
		_, err := Type{}.New(v, dialogtest.Deps(&dialogtest.LogBuffer{}))
		var e *settings.Error
		if !errors.As(err, &e) || e.Field != field {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		status int
		want   check.Status
		code   string
	}{
		{200, check.Pass, "engine.kakao_skill.ok"},
		{405, check.Pass, "engine.kakao_skill.ok"},
		{401, check.Warn, "engine.kakao_skill.forbidden"},
		{404, check.Warn, "engine.kakao_skill.not_found"},
		{302, check.Fail, "engine.kakao_skill.redirect"},
		{503, check.Warn, "engine.kakao_skill.server_error"},
	} {
		s := dialogtest.NewStage(t, func(call dialogtest.Call) (dialogtest.HTTPAnswer, error) {
			if call.Method != "GET" || call.Header.Get("accessToken") != "abc" {
				t.Errorf("got %+v", call)
			}
			return dialogtest.HTTPAnswer{Status: c.status}, nil
		})
		b := dialogtest.Open(t, Type{}, settings.Values{"url": s.URL, "headers": map[string]any{"accessToken": "abc"}})
		got := b.Engine.(dialog.Checker).Check(t.Context())
		if len(got) != 1 || got[0].Status != c.want || got[0].Code != c.code {
			t.Errorf("%d: got %+v", c.status, got)
		}
	}
	b := open(t, func(v settings.Values) { v["url"] = "http://127.0.0.1:1/skill" })
	if got := b.Engine.(dialog.Checker).Check(t.Context()); got[0].Code != "engine.kakao_skill.unreachable" || got[0].Params["reason"] == "" {
		t.Errorf("got %+v", got)
	}
}

func FuzzAnswer(f *testing.F) {
	for _, name := range []string{"kakao_skill_response.json", "kakao_skill_listcard_response.json", "kakao_skill_callback_ack_response.json"} {
		f.Add([]byte(sample(f, name)))
	}
	f.Add([]byte(`{"version":"2.0","template":{"outputs":[{"commerceCard":{"price":"NaN","discountRate":1e99}},{"carousel":{"type":"itemCard","items":[{}]}}]},"context":{"values":[{"name":"a","lifeSpan":"NaN"}]}}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		a, err := decode(nil, body)
		if err != nil {
			return
		}
		var n foreign.Notes
		res, err := a.result(&n)
		if err != nil {
			if e := dialog.AsError(err); e.Code != "bad_answer" && e.Code != "no_answer" {
				t.Error(err)
			}
			return
		}
		res.State = keep(contexts{}.after(a.Context.Values, &n), &n)
		res.Trace = a.trace("b", nil, n)
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: res, Messages: res.Reply.Messages}) {
			t.Error(problem)
		}
	})
}
