package line

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// The fixed messages of the golden files, one per kind.
var (
	tapTrack = message.Action{Kind: message.ActionPostback, Label: "배송 조회", Data: "a=track&id=A-1029", Text: "배송 조회해 줘"}
	tapHelp  = message.Action{Kind: message.ActionMessage, Label: "상담원", Text: "상담원 연결"}
	tapGuide = message.Action{Kind: message.ActionURL, Label: "안내", URL: "https://www.example.com/guide?lang=ko&from=dari"}
	tapCode  = message.Action{Kind: message.ActionCopy, Label: "쿠폰 복사", Text: "WINTER-2026"}
	tapCall  = message.Action{Kind: message.ActionPhone, Label: "전화", Number: "+82 2 123 4567"}

	twoCards = []message.Card{
		{
			Title: "한강 다리 투어", Subtitle: "90분", Text: "해 질 녘에 출발합니다", ImageURL: "https://cdn.example.com/cards/1.jpg",
			Actions: []message.Action{
				{Kind: message.ActionPostback, Label: "예약하기", Data: "a=book&id=1"},
				{Kind: message.ActionURL, Label: "자세히", URL: "https://www.example.com/tours/1"},
			},
		},
		{
			Title: "Bridge & Tunnel", Subtitle: "2 hours", Text: "A walk <under> the river", ImageURL: "https://cdn.example.com/cards/2.jpg",
			Actions: []message.Action{
				{Kind: message.ActionPostback, Label: "Book", Data: "a=book&id=2"},
				{Kind: message.ActionURL, Label: "Details", URL: "https://www.example.com/tours/2"},
			},
		},
	}
)

const someMarkdown = `# 주문 안내

**A-1029** 주문이 *발송*되었습니다. 상태 코드는 ` + "`SENT_OK`" + `입니다.

* [배송 조회](https://www.example.com/track?id=A-1029)
* __문의__: 02-123-4567

` + "```\ncurl https://www.example.com/*\n```" + `
snake_case_names and 2 * 3 * 4 stay.`

func goldenMessages() map[string][]message.Message {
	quick := message.Text("무엇을 도와드릴까요?")
	quick.QuickReplies = []message.Action{tapTrack, tapHelp, tapGuide, tapCode, tapCall}
	unlike := []message.Card{twoCards[0], twoCards[1]}
	unlike[1].Actions = unlike[1].Actions[:1]
	return map[string][]message.Message{
		"sender": inTheNameOf(&message.Sender{Name: "배송팀", IconURL: "https://cdn.example.com/아이콘/delivery.png"},
			message.Text("배송팀입니다."),
			message.Message{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{tapTrack}},
			message.Message{Type: message.TypeCards, Cards: unlike},
			message.Message{Type: message.TypeImage, URL: "https://cdn.example.com/bridge.jpg"},
			message.Message{Type: message.TypeNative, Channel: Name, Payload: message.Raw(`{"type":"sticker","packageId":"446","stickerId":"1988"}`)}),
		"text":                  {message.Text("안녕하세요 👋🏽 & <b>굵게</b> *별* _밑줄_ @channel <!here> <m userId=\"all\"> 다리 🌉")},
		"markdown":              {{Type: message.TypeText, Format: "markdown", Text: someMarkdown}},
		"buttons":               {{Type: message.TypeButtons, Text: "원하시는 작업을 고르세요", Actions: []message.Action{tapTrack, tapHelp, tapGuide, tapCode}}, {Type: message.TypeButtons, Text: "…", Actions: []message.Action{tapCall}}},
		"quick_replies":         {quick},
		"cards":                 {{Type: message.TypeCards, Cards: twoCards}},
		"cards_unlike":          {{Type: message.TypeCards, Cards: unlike}},
		"cards_single":          {{Type: message.TypeCards, Cards: twoCards[:1]}},
		"cards_list":            {{Type: message.TypeCards, Layout: "list", Cards: twoCards}},
		"image":                 {{Type: message.TypeImage, URL: "https://cdn.example.com/사진/다리.jpg", PreviewURL: "https://cdn.example.com/bridge-s.jpg", Alt: "다리"}},
		"video":                 {{Type: message.TypeVideo, URL: "https://cdn.example.com/clip.mp4", PreviewURL: "https://cdn.example.com/clip.png"}},
		"video_without_preview": {{Type: message.TypeVideo, URL: "https://cdn.example.com/clip.mp4"}},
		"audio":                 {{Type: message.TypeAudio, URL: "https://cdn.example.com/greet.m4a", DurationMS: 8400}},
		"file":                  {{Type: message.TypeFile, URL: "https://cdn.example.com/견적서 2026.pdf", Name: "견적서 2026.pdf"}},
		"location":              {{Type: message.TypeLocation, Title: "강남점", Address: "서울특별시 강남구 테헤란로 1", Lat: 37.498095, Lng: 127.02761}},
		"sticker":               {{Type: message.TypeSticker, Set: "446", ID: "1988"}},
		"native": {{Type: message.TypeNative, Channel: Name, FallbackText: "겨울 세일 안내", Payload: message.Raw(
			`{"type":"imagemap","baseUrl":"https://cdn.example.com/imagemap/sale","baseSize":{"width":1040,"height":520},"actions":[{"type":"uri","label":"자세히","linkUri":"https://www.example.com/sale","area":{"x":0,"y":0,"width":1040,"height":520}}]}`)}},
	}
}

func inTheNameOf(s *message.Sender, messages ...message.Message) []message.Message {
	for i := range messages {
		messages[i].Sender = s
	}
	return messages
}

// sent is a call as the golden files show it.
type sent struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
}

func TestCallsAreThoseOfTheGoldenFiles(t *testing.T) {
	for name, messages := range goldenMessages() {
		t.Run(name, func(t *testing.T) {
			b := kit.Open(t)
			out := answerTo("")
			out.Messages = messages
			if _, err := b.Adapter.Send(context.Background(), out); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "golden", name+".json"), b.Platform.Calls("/"))
		})
	}
}

// golden compares calls with those of a file, or writes it. Of a body that is no JSON it shows the type.
func golden(t *testing.T, file string, calls []channeltest.Call) {
	t.Helper()
	var all []sent
	for _, c := range calls {
		if !json.Valid(c.Body) && len(c.Body) > 0 {
			c.Body = []byte(`"` + c.Header.Get("Content-Type") + `"`)
		}
		all = append(all, sent{c.Method, c.Path, c.Body})
	}
	got, err := json.Marshal(all)
	var pretty bytes.Buffer
	if err == nil {
		err = json.Indent(&pretty, got, "", "  ") // keeps the order and the escapes of the call
	}
	if err != nil {
		t.Fatal(err)
	}
	pretty.WriteByte('\n')
	if *update {
		if err := os.WriteFile(file, pretty.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(pretty.Bytes(), want) {
		t.Errorf("%v\ngot  %s\nwant %s", err, pretty.Bytes(), want)
	}
}

func TestEveryMessageTypeHasAGoldenFile(t *testing.T) {
	seen := map[message.Type]bool{}
	for _, messages := range goldenMessages() {
		for _, m := range messages {
			seen[m.Type] = true
		}
	}
	limits := Type{}.Limits()
	for _, typ := range message.Types {
		if !seen[typ] || limits.Level(typ) == channels.Unsupported {
			t.Errorf("%s: golden %v, level %v", typ, seen[typ], limits.Level(typ))
		}
	}
}

func TestGoldenBodiesKeepLINEsNumbers(t *testing.T) {
	files, err := filepath.Glob("testdata/golden/*.json")
	if err != nil || len(files) != len(goldenMessages()) {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			var calls []sent
			if err := json.Unmarshal([]byte(testdata(t, "golden/"+filepath.Base(f))), &calls); err != nil || len(calls) == 0 {
				t.Fatal(err)
			}
			for _, c := range calls {
				var body map[string]any
				if err := json.Unmarshal(c.Body, &body); err != nil {
					t.Fatal(err)
				}
				messages := body["messages"].([]any)
				if n := len(messages); n < 1 || n > 5 || len(c.Body) > 2<<20 {
					t.Errorf("%d messages in %d bytes", n, len(c.Body))
				}
				for i, m := range messages {
					m := m.(map[string]any)
					if m["quickReply"] != nil && i < len(messages)-1 {
						t.Errorf("messages[%d]: quick replies are hidden by a later message", i)
					}
					keepsNumbers(t, fmt.Sprintf("messages[%d]", i), m, m["type"] == "flex")
				}
			}
		})
	}
}

// The numbers of LINE's pages, by property.
var (
	mostUnits     = map[string]int{"altText": 1500, "data": 300, "uri": 1000, "clipboardText": 1000, "originalContentUrl": 2000, "previewImageUrl": 2000, "thumbnailImageUrl": 2000, "url": 2000, "address": 100}
	mostGraphemes = map[string]int{"displayText": 300, "title": 40, "label": 20}
	mostItems     = map[string]int{"items": 13, "columns": 10, "actions": 4}
	httpsOnly     = []string{"originalContentUrl", "previewImageUrl", "thumbnailImageUrl", "url", "baseUrl"}
)

func keepsNumbers(t *testing.T, path string, object map[string]any, flex bool) {
	t.Helper()
	for name, value := range object {
		at := path + "." + name
		switch v := value.(type) {
		case map[string]any:
			keepsNumbers(t, at, v, flex)
		case []any:
			if most := mostItems[name]; most > 0 && len(v) > most {
				t.Errorf("%s has %d entries", at, len(v))
			}
			for i, item := range v {
				keepsNumbers(t, fmt.Sprintf("%s[%d]", at, i), item.(map[string]any), flex)
			}
		case string:
			most := mostGraphemes[name]
			if name == "label" && flex {
				most = 40
			}
			if v == "" || most > 0 && graphemes(v) > most || mostUnits[name] > 0 && units(v) > mostUnits[name] {
				t.Errorf("%s is empty or too long: %q", at, v)
			}
			for _, p := range httpsOnly {
				if name == p && !strings.HasPrefix(v, "https://") {
					t.Errorf("%s is %q", at, v)
				}
			}
		}
	}
	text, _ := object["text"].(string)
	picture := object["title"] != nil || object["thumbnailImageUrl"] != nil
	switch raw, _ := json.Marshal(object); {
	case object["type"] == "text" && units(text) > 5000,
		object["type"] == "message" && graphemes(text) > 300,
		object["type"] == "buttons" && graphemes(text) > 160,
		object["columns"] == nil && object["actions"] != nil && picture && graphemes(text) > 60,
		object["type"] == "bubble" && len(raw) > 30_000,
		object["type"] == "carousel" && len(raw) > 50_000:
		t.Errorf("%s is too long", path)
	}
}
