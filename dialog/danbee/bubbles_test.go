package danbee

import (
	"reflect"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/dialog/dialogtest"
)

func TestTheSampleAnswer(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(sample(t, "danbee_response.json"))
	got := b.say(t, "회의실 예약하고 싶어요")
	data := func(kind, label, value string) string {
		return `{"danbee":"` + kind + `","label":"` + label + `","value":"` + value + `"}`
	}
	want := []message.Message{
		message.Text("회의실 예약을 도와드릴게요."),
		{Type: message.TypeImage, URL: "https://cdn.hanbit.example/rooms.png", SpeakAfterMS: 1000},
		{
			Type: message.TypeButtons, Text: "어느 회의실을 쓰시겠어요?",
			Actions: []message.Action{
				{Kind: message.ActionPostback, Label: "대회의실", Text: "대회의실", Data: data("btn", "대회의실", "대회의실")},
				{Kind: message.ActionPostback, Label: "소회의실", Text: "소회의실", Data: data("btn", "소회의실", "소회의실")},
				{Kind: message.ActionURL, Label: "층별 안내", URL: "https://hanbit.example/floors"},
				{Kind: message.ActionPostback, Label: "처음으로", Text: "처음으로", Data: data("callFlow", "처음으로", "intent_home")},
			},
			QuickReplies: []message.Action{{Kind: message.ActionPostback, Label: "취소", Text: "취소", Data: data("quick", "취소", "취소")}},
		},
	}
	if !reflect.DeepEqual(got.Messages, want) {
		t.Errorf("got  %+v\nwant %+v", got.Messages, want)
	}
	for _, part := range []string{`"intent":"room_booking"`, `"node":"node_slot_room"`, `"session_id":"80441207"`, `"log_id":"99120345"`} {
		if !strings.Contains(string(got.Trace), part) {
			t.Errorf("the trace %s lacks %s", got.Trace, part)
		}
	}
}

func TestTheSampleCarousel(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(sample(t, "danbee_carousel_response.json"))
	got := b.say(t, "회의실")
	if len(got.Messages) != 2 || got.Messages[0].Text != "원하는 회의실을 골라 주세요" {
		t.Fatalf("got %+v", got.Messages)
	}
	cards := got.Messages[1].Cards
	if len(cards) != 2 || cards[0].Title != "대회의실" || cards[0].Subtitle != "12층 · 20명" || cards[0].ImageURL != "https://cdn.hanbit.example/room-a.png" {
		t.Errorf("cards %+v", cards)
	}
	if phone := cards[0].Actions[1]; phone.Kind != message.ActionPhone || phone.Number != "02-555-0101" {
		t.Errorf("got %+v", phone)
	}
	if quick := got.Messages[1].QuickReplies; len(quick) != 1 || quick[0].Label != "취소" {
		t.Errorf("quick replies %+v", quick)
	}
}

func TestTypingALabelIsTapping(t *testing.T) {
	for _, c := range []struct{ name, typed, sentence, intent, node string }{
		{"a flow is called without the cursor", "처음으로", "처음으로", "intent_home", ""},
		{"a button says its value with the cursor", "크게", "대회의실", "room_booking", "node_slot_room"},
		{"the first of two buttons of one name is meant", "둘", "하나", "room_booking", "node_slot_room"},
		{"anything else is said as it is", "아무거나", "아무거나", "room_booking", "node_slot_room"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, tapping := range []bool{false, true} {
				b := open(t, nil)
				body := strings.Replace(sample(t, "danbee_response.json").Body, `"optionList": [
            {`, `"optionList": [
            {"type":"btn","label":"크게","value":"대회의실"}, {"type":"btn","label":"둘","value":"하나"}, {"type":"btn","label":"둘","value":"셋"}, {`, 1)
				b.fake.Script(dialogtest.HTTPAnswer{Body: body})
				first := b.say(t, "회의실")
				if tapping && c.typed != "아무거나" {
					if _, err := b.tap(t, first, c.typed); err != nil {
						t.Fatal(err)
					}
				} else {
					b.say(t, c.typed)
				}
				q := b.fake.Last(t).Question(t)
				if q.InputSentence != c.sentence || q.IntentID != c.intent || q.NodeID != c.node || string(q.SessionID) != "80441207" || q.PostBackFlag != "false" {
					t.Errorf("tapping %v: got %+v", tapping, q)
				}
				if c.node == "" && (q.InsID != "" || q.ChatflowID != "" || q.ParamID != "") {
					t.Errorf("the cursor went along: %+v", q)
				}
			}
		})
	}
}

func TestOfSeveralIntentsOneIsChosen(t *testing.T) {
	for _, said := range []string{"회의실 예약 취소", "회의실취소", ""} { // the alias, the name, and a tap
		b := open(t, nil)
		b.fake.Script(sample(t, "danbee_ambiguous_response.json"))
		got := b.say(t, "회의실")
		if len(got.Messages) != 1 || got.Messages[0].Text != "어떤 것을 도와드릴까요?" || len(got.Messages[0].Actions) != 2 {
			t.Fatalf("got %+v", got.Messages)
		}
		if !strings.Contains(string(got.Trace), `{"intent":"회의실 예약","score":"0.58"}`) {
			t.Errorf("trace %s", got.Trace)
		}
		if said == "" {
			if _, err := b.tap(t, got, "회의실 예약 취소"); err != nil {
				t.Fatal(err)
			}
		} else {
			b.say(t, said)
		}
		if q := b.fake.Last(t).Question(t); q.IntentID != "room_cancel" || q.InputSentence != "회의실 예약 취소" {
			t.Errorf("%q: got %+v", said, q)
		}
	}
}

func TestButtonsOfEveryType(t *testing.T) {
	options := `[{"type":"callNode","label":"노드","value":"node-7"},{"type":"callKnowledge","label":"질문","value":"휴가는?"},
		{"type":"outApp","label":"앱","value":"hanbit://open"},{"type":"inApp","label":"웹앱","value":"https://app.hanbit.example"},
		{"type":"action","label":"스크립트","value":"alert(1)"},{"type":"btn","label":"나쁜","value":"javascript:alert(1)"},
		{"type":"link","label":"이상한 링크","value":"ftp://x"},{"type":"btn","label":"빈 값","value":null},{"type":"btn","label":null},{"type":"btn","label":7,"value":8}]`
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Body: `{"responseSet":{"code":"success","result":{"session_id":"s","result":[{"message":"골라요","optionList":` + options + `}]}}}`})
	got := b.say(t, "시작")
	var labels []string
	for _, a := range got.Messages[0].Actions {
		labels = append(labels, a.Label)
	}
	if strings.Join(labels, ",") != "노드,질문,웹앱,빈 값,7" {
		t.Errorf("buttons %v", labels)
	}
	if got.Messages[0].Text != "골라요\n앱: hanbit://open" {
		t.Errorf("text %q", got.Messages[0].Text)
	}
	if n := strings.Count(string(got.Trace), "left out"); n != 4 {
		t.Errorf("%d notes in %s", n, got.Trace)
	}
	for label, want := range map[string][2]string{"노드": {"node-7", "true"}, "질문": {"휴가는?", "true"}, "빈 값": {"빈 값", "false"}, "7": {"8", "false"}} {
		if _, err := b.tap(t, got, label); err != nil {
			t.Fatal(err)
		}
		if q := b.fake.Last(t).Question(t); q.InputSentence != want[0] || q.PostBackFlag != want[1] {
			t.Errorf("%s: got %+v", label, q)
		}
	}
}

func TestMediaAndCards(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(answering("200", "",
		map[string]any{"mediaType": "video", "videoRoute": "https://cdn.example.com/a.mp4", "imgRoute": "/upload/a.png", "message": ""},
		map[string]any{"mediaType": "audio", "audioRoute": "https://cdn.example.com/a.mp3", "delayTime": "99999999"},
		map[string]any{"message": "그림 <img src='https://cdn.example.com/in.png'> 하나", "delayTime": "-1", "msgBlocked": "Y"},
		map[string]any{"imgRoute": "data:image/png;base64,AAAA", "carouselList": []any{
			map[string]any{"cardTitle": "", "subCardTitle": "설명만", "optionList": []any{map[string]any{"type": "outApp", "label": "앱", "value": "x://y"}}},
			map[string]any{"optionList": []any{map[string]any{"type": "btn", "label": "가기", "value": "가기"}}},
		}},
	))
	got := b.say(t, "시작").Messages
	want := []message.Message{
		{Type: message.TypeVideo, URL: "https://cdn.example.com/a.mp4", PreviewURL: b.fake.URL + "/upload/a.png"},
		{Type: message.TypeAudio, URL: "https://cdn.example.com/a.mp3", SpeakAfterMS: 10000},
		{Type: message.TypeImage, URL: "https://cdn.example.com/in.png"},
		message.Text("그림 하나"),
		{Type: message.TypeCards, Cards: []message.Card{
			{Subtitle: "설명만", Text: "앱: x://y"},
			{Title: "…", Actions: []message.Action{say(tap{"btn", "가기", "가기"})}},
		}},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}
