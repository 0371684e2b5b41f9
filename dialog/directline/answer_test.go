package directline

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// taken is what an answer makes of activities.
func taken(t testing.TB, raw ...json.RawMessage) ([]message.Message, *answer) {
	t.Helper()
	var said []message.Message
	a := &answer{self: "dl_nw_U7001", asked: "CONV-1|0000004", emit: func(o dialog.Output) error {
		said = append(said, *o.Message)
		return nil
	}}
	for _, one := range raw {
		if err := a.take(one, time.Unix(1, 0)); err != nil {
			t.Fatal(err)
		}
	}
	return said, a
}

func TestTheSampleAnswer(t *testing.T) {
	var samples []struct {
		Body struct{ Activities []json.RawMessage }
	}
	read(t, "directline_response.json", &samples)
	activities := samples[3].Body.Activities
	echo := json.RawMessage(`{"type":"message","id":"CONV-1|0000004","from":{"id":"dl_nw_U7001"},"text":"회의실 예약해 줘"}`)
	said, a := taken(t, append([]json.RawMessage{echo}, append(activities, activities...)...)...)
	want := []message.Message{
		{Type: message.TypeText, Text: "어느 회의실을 예약할까요?", Format: "markdown"},
		{Type: message.TypeCards, Layout: "carousel", Cards: []message.Card{{
			Title: "대회의실", Subtitle: "12층", ImageURL: "https://cdn.hanbit.example/room-a.png",
			Actions: []message.Action{{Kind: message.ActionMessage, Label: "예약", Text: "대회의실"}},
		}}, QuickReplies: []message.Action{
			{Kind: message.ActionMessage, Label: "대회의실", Text: "대회의실"},
			{Kind: message.ActionPostback, Label: "소회의실", Data: "room=small", Text: "소회의실"},
		}},
	}
	if !reflect.DeepEqual(said, want) || !a.over {
		t.Errorf("got  %+v\nwant %+v, over %v", said, want, a.over)
	}
}

func TestActivities(t *testing.T) {
	markdown := func(s string) message.Message {
		return message.Message{Type: message.TypeText, Text: s, Format: "markdown"}
	}
	card := func(c message.Card) message.Message {
		return message.Message{Type: message.TypeCards, Layout: "carousel", Cards: []message.Card{c}}
	}
	hero := func(content string) string {
		return `"attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":` + content + `}]`
	}
	for _, c := range []struct {
		name, activity string
		want           []message.Message
		quick          []message.Action
		note           string
	}{
		{"plain text", `"text":"a","textFormat":"plain"`, []message.Message{message.Text("a")}, nil, ""},
		{"nothing", `"text":" "`, nil, nil, ""},
		{"two cards in a list", `"attachmentLayout":"list","attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"A"}},{"contentType":"application/vnd.microsoft.card.thumbnail","content":{"title":"B","images":[{"url":"data:image/png;base64,AA"}]}}]`, []message.Message{{Type: message.TypeCards, Layout: "list", Cards: []message.Card{{Title: "A"}, {Title: "B"}}}}, nil, ""},
		{"buttons alone stand under the text", `"text":"고르세요",` + hero(`{"buttons":[{"type":"openUrl","title":"웹","value":"https://a.example.com"},{"type":"call","title":"전화","value":"tel:02-1"}]}`), []message.Message{{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{{Kind: message.ActionURL, Label: "웹", URL: "https://a.example.com"}, {Kind: message.ActionPhone, Label: "전화", Number: "02-1"}}}}, nil, ""},
		{"buttons alone without a text are suggestions", hero(`{"buttons":[{"type":"imBack","value":"네"}]}`), nil, []message.Action{{Kind: message.ActionMessage, Label: "네", Text: "네"}}, ""},
		{"suggestions without a text", `"suggestedActions":{"actions":[{"type":"imBack","title":"네","value":"yes"}]}`, nil, []message.Action{{Kind: message.ActionMessage, Label: "네", Text: "yes"}}, ""},
		{"a button with an object", hero(`{"title":"A","buttons":[{"type":"postBack","title":"b","value":{"x":1}}]}`), []message.Message{card(message.Card{Title: "A", Actions: []message.Action{{Kind: message.ActionPostback, Label: "b", Data: `dl:{"value":{"x":1}}`, Text: "b"}}})}, nil, ""},
		{"a button that sends a message back", hero(`{"title":"A","buttons":[{"type":"messageBack","title":"b","text":"t","displayText":"d","value":"v"}]}`), []message.Message{card(message.Card{Title: "A", Actions: []message.Action{{Kind: message.ActionPostback, Label: "b", Data: `dl:{"text":"t","value":"v","messageBack":true,"display":"d"}`, Text: "d"}}})}, nil, ""},
		{"buttons that cannot be shown", hero(`{"title":"A","buttons":[{"type":"openUrl","title":"b","value":"javascript:alert(1)"},{"type":"openApp","title":"c"}]}`), []message.Message{card(message.Card{Title: "A"})}, nil, "openApp"},
		{"a card that opens when tapped", hero(`{"title":"A","tap":{"type":"openUrl","value":"https://a.example.com"}}`), []message.Message{card(message.Card{Title: "A", Actions: []message.Action{{Kind: message.ActionURL, Label: "A", URL: "https://a.example.com"}}})}, nil, ""},
		{"a sign-in", `"attachments":[{"contentType":"application/vnd.microsoft.card.signin","content":{"text":"로그인","buttons":[{"type":"signin","title":"열기","value":"https://login.example.com"}]}}]`, []message.Message{card(message.Card{Text: "로그인", Actions: []message.Action{{Kind: message.ActionURL, Label: "열기", URL: "https://login.example.com"}}})}, nil, ""},
		{"a receipt", `"attachments":[{"contentType":"application/vnd.microsoft.card.receipt","content":{"title":"영수증","facts":[{"key":"번호","value":"7"}],"items":[{"title":"커피","price":"4000원"}],"total":"4000원"}}]`, []message.Message{card(message.Card{Title: "영수증", Text: "번호: 7\n커피 4000원\n4000원"})}, nil, ""},
		{"a film", `"attachments":[{"contentType":"application/vnd.microsoft.card.video","content":{"title":"A","media":[{"url":"https://f.example.com/a.mp4"}]}}]`, []message.Message{{Type: message.TypeVideo, URL: "https://f.example.com/a.mp4"}, card(message.Card{Title: "A"})}, nil, ""},
		{"files", `"attachments":[{"contentType":"image/png","contentUrl":"https://f.example.com/a.png","name":"a"},{"contentType":"audio/mpeg","contentUrl":"https://f.example.com/a.mp3"},{"contentType":"application/pdf","contentUrl":"https://f.example.com/a.pdf"},{"contentType":"image/png","contentUrl":"data:image/png;base64,AA"}]`, []message.Message{{Type: message.TypeImage, URL: "https://f.example.com/a.png", Alt: "a"}, {Type: message.TypeAudio, URL: "https://f.example.com/a.mp3"}, {Type: message.TypeFile, URL: "https://f.example.com/a.pdf", Name: "file"}}, nil, "no address"},
		{"a card that is none", hero(`"x"`), nil, nil, "hero"},
		{"a text that is none", `"text":5`, nil, nil, "left out"},
		{"a text besides a strange card", `"text":"a",` + hero(`{"title":"A","buttons":{}}`), []message.Message{markdown("a")}, nil, "hero"},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, a := taken(t, json.RawMessage(`{"type":"message","from":{"id":"bot"},`+c.activity+`}`))
			if !reflect.DeepEqual(said, c.want) || !reflect.DeepEqual(a.quick, c.quick) {
				t.Errorf("got  %+v, quick %+v\nwant %+v, quick %+v", said, a.quick, c.want, c.quick)
			}
			if notes := strings.Join(a.notes, "\n"); !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestAdaptiveCards(t *testing.T) {
	post := func(label, data string) message.Action {
		return message.Action{Kind: message.ActionPostback, Label: label, Data: data, Text: label}
	}
	for _, c := range []struct {
		name, card string
		want       []message.Message
		quick      []message.Action
		note       string
	}{
		{"its text", `{"body":[{"type":"TextBlock","text":"하나"},{"type":"Container","items":[{"type":"ColumnSet","columns":[{"items":[{"type":"TextBlock","text":"둘"}]}]}]},{"type":"RichTextBlock","inlines":["셋",{"type":"TextRun","text":"!"}]},{"type":"FactSet","facts":[{"title":"층","value":"12"}]}]}`, []message.Message{{Type: message.TypeText, Text: "하나\n둘\n셋!\n층 12", Format: "markdown"}}, nil, ""},
		{"a table", `{"body":[{"type":"Table","rows":[{"type":"TableRow","cells":[{"items":[{"type":"TextBlock","text":"a"}]},{"items":[{"type":"TextBlock","text":"b"}]}]}]}]}`, []message.Message{{Type: message.TypeText, Text: "a\nb", Format: "markdown"}}, nil, ""},
		{"its buttons", `{"body":[{"type":"TextBlock","text":"하나"},{"type":"ActionSet","actions":[{"type":"Action.OpenUrl","title":"웹","url":"https://a.example.com"}]}],"actions":[{"type":"Action.Submit","title":"네","data":"yes"},{"type":"Action.Execute","title":"b","data":{"x":1}},{"type":"Action.Submit","title":"c"},{"type":"Action.ToggleVisibility","title":"d"}]}`, []message.Message{{Type: message.TypeButtons, Text: "하나", Actions: []message.Action{{Kind: message.ActionURL, Label: "웹", URL: "https://a.example.com"}, post("네", "yes"), post("b", `dl:{"value":{"x":1}}`), post("c", `dl:{"value":{}}`)}}}, nil, "ToggleVisibility"},
		{"its picture", `{"body":[{"type":"TextBlock","text":"제목"},{"type":"TextBlock","text":"내용"},{"type":"ImageSet","images":[{"type":"Image","url":"https://f.example.com/a.png"},{"type":"Image","url":"https://f.example.com/b.png"}]}]}`, []message.Message{{Type: message.TypeCards, Cards: []message.Card{{Title: "제목", Text: "내용", ImageURL: "https://f.example.com/a.png"}}}}, nil, ""},
		{"what would fold out", `{"body":[{"type":"TextBlock","text":"a"}],"actions":[{"type":"Action.ShowCard","title":"더","card":{"type":"AdaptiveCard","body":[{"type":"TextBlock","text":"b"}],"actions":[{"type":"Action.Submit","title":"c","data":"d"}]}}]}`, []message.Message{{Type: message.TypeButtons, Text: "a\nb", Actions: []message.Action{post("c", "d")}}}, nil, ""},
		{"one question to choose from", `{"body":[{"type":"TextBlock","text":"어느 방?"},{"type":"Input.ChoiceSet","id":"room","choices":[{"title":"대","value":"a"},{"title":"소","value":"b"}]}],"actions":[{"type":"Action.Submit","title":"보내기","data":{"form":"book"}},{"type":"Action.Submit","title":"취소","data":"cancel"}]}`, []message.Message{{Type: message.TypeButtons, Text: "어느 방?", Actions: []message.Action{post("대", `dl:{"value":{"form":"book","room":"a"}}`), post("소", `dl:{"value":{"form":"book","room":"b"}}`), post("취소", "cancel")}}}, nil, ""},
		{"other inputs", `{"body":[{"type":"TextBlock","text":"이름?"},{"type":"Input.Text","id":"name"}],"actions":[{"type":"Action.Submit","title":"보내기"}]}`, []message.Message{{Type: message.TypeButtons, Text: "이름?", Actions: []message.Action{post("보내기", `dl:{"value":{}}`)}}}, nil, "input fields"},
		{"buttons alone", `{"actions":[{"type":"Action.Submit","title":"네","data":"y"}]}`, nil, []message.Action{post("네", "y")}, ""},
		{"its fallback", `{"fallbackText":"대신","body":[{"type":"Media"}]}`, []message.Message{message.Text("대신")}, nil, ""},
		{"a fallback of what cannot be read", `{"fallbackText":"대신","body":"x"}`, []message.Message{message.Text("대신")}, nil, ""},
		{"nothing", `{"body":[]}`, nil, nil, "nothing in it"},
		{"no card", `5`, nil, nil, "left out"},
		{"a card without a floor", strings.Repeat(`{"items":[`, 100) + `{"type":"TextBlock","text":"tief"}` + strings.Repeat(`]}`, 100), nil, nil, "nothing in it"},
	} {
		t.Run(c.name, func(t *testing.T) {
			said, a := taken(t, json.RawMessage(`{"type":"message","from":{"id":"bot"},"attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":`+c.card+`}]}`))
			if !reflect.DeepEqual(said, c.want) || !reflect.DeepEqual(a.quick, c.quick) {
				t.Errorf("got  %+v, quick %+v\nwant %+v, quick %+v", said, a.quick, c.want, c.quick)
			}
			if notes := strings.Join(a.notes, "\n"); !strings.Contains(notes, c.note) || (c.note == "") != (notes == "") {
				t.Errorf("notes %q, want %q", notes, c.note)
			}
		})
	}
}

func TestABotSaysNoMoreThanATurnMay(t *testing.T) {
	var all []json.RawMessage
	for range maxMessages + 10 {
		all = append(all, json.RawMessage(`{"type":"message","from":{"id":"bot"},"text":"a"}`))
	}
	said, a := taken(t, all...)
	if len(said) != maxMessages || !strings.Contains(strings.Join(a.notes, ""), "more than 50") {
		t.Errorf("%d messages, notes %q", len(said), a.notes)
	}
}

func FuzzActivity(f *testing.F) {
	f.Add([]byte(`{"type":"message","from":{"id":"bot"},"text":"a","suggestedActions":{"actions":[{"type":"postBack","title":"a","value":"dl:{"}]},"attachments":[{"contentType":"application/vnd.microsoft.card.hero","content":{"title":"a","buttons":[{"type":"messageBack","title":"b"}]}}]}`))
	f.Add([]byte(`{"type":"message","attachments":[{"contentType":"application/vnd.microsoft.card.adaptive","content":{"body":[{"type":"Image","url":"https://a"},{"type":"Input.ChoiceSet","choices":[{}]}],"actions":[{"type":"Action.Submit","title":"a","data":5}]}}]}`))
	f.Add([]byte(`{"type":"endOfConversation","text":"a"}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		said, a := taken(t, raw)
		for _, problem := range dialogtest.Problems(dialogtest.Replied{Result: dialog.Result{Reply: message.Reply{QuickReplies: a.quick}}, Messages: said}) {
			t.Error(problem)
		}
	})
}
