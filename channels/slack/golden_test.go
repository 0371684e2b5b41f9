package slack

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// files is a server with a file of any name; the ending of the name tells its type.
func files(t *testing.T) string {
	t.Helper()
	types := map[string]string{".mp4": "video/mp4", ".m4a": "audio/mp4", ".pdf": "application/pdf"}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", types[filepath.Ext(r.URL.Path)])
		_, _ = io.WriteString(w, "bytes of "+r.URL.Path)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// goldenMessages has one message of each kind. Files are fetched from base.
func goldenMessages(base string) map[string]message.Message {
	const picture = "https://www.example.com/media/room.png"
	text := "A & B <b>굵게</b> *별* _밑줄_ @channel <!here> <m userId=\"all\"> 안녕하세요 👋"
	postback := message.Action{Kind: message.ActionPostback, Label: "예약하기", Data: "room=a&day=1", Text: "예약"}
	say := message.Action{Kind: message.ActionMessage, Label: "도움말", Text: "도움말 보기"}
	link := message.Action{Kind: message.ActionURL, Label: "안내", URL: "https://www.example.com/guide?a=1&b=2"}
	phone := message.Action{Kind: message.ActionPhone, Label: "전화", Number: "+82-2-000-0000"}
	dup := message.Action{Kind: message.ActionCopy, Label: "번호", Text: "A-1029"}
	cards := []message.Card{
		{Title: "회의실 A <8인>", Subtitle: "3층 & 동관", Text: "화상 회의 가능 @here https://www.example.com/a", ImageURL: picture, Actions: []message.Action{postback, link}},
		{Title: "회의실 B", Subtitle: "5층", Text: "화이트보드", ImageURL: picture, Actions: []message.Action{postback, say}},
	}
	quick := message.Text("무엇을 도와드릴까요?")
	quick.QuickReplies = []message.Action{postback, say}
	signed := message.Message{Type: message.TypeButtons, Text: "배송팀입니다.", Actions: []message.Action{say}, Sender: &message.Sender{Name: " 배송팀 ", IconURL: picture}}
	return map[string]message.Message{
		"text":          message.Text(text),
		"sender":        signed,
		"markdown":      {Type: message.TypeText, Format: "markdown", Text: "## 결과\n\n- **배송**: `진행 중` & <!here>\n> 인용 <@U06MINA81PQ>\n\n[상세](https://www.example.com/r?a=1&b=2) 👋"},
		"buttons":       {Type: message.TypeButtons, Text: text, Actions: []message.Action{postback, say, link, phone, dup}},
		"quick_replies": quick,
		"cards":         {Type: message.TypeCards, Cards: cards},
		"cards_list":    {Type: message.TypeCards, Cards: cards, Layout: "list", QuickReplies: []message.Action{say}},
		"image":         {Type: message.TypeImage, URL: picture, Alt: "회의실 <A>", PreviewURL: picture},
		"video":         {Type: message.TypeVideo, URL: base + "/media/tour.mp4", PreviewURL: picture},
		"audio":         {Type: message.TypeAudio, URL: base + "/media/notice.m4a", DurationMS: 3000},
		"file":          {Type: message.TypeFile, URL: base + "/media/report.pdf", Name: "일일 보고서.pdf", QuickReplies: []message.Action{say}},
		"location":      {Type: message.TypeLocation, Lat: 37.3595704, Lng: 127.105399, Title: "본사 <1동>", Address: "경기도 성남시 & 분당구"},
		"sticker":       {Type: message.TypeSticker, Set: "446", ID: "1988"},
		"native":        {Type: message.TypeNative, Channel: "slack", Payload: message.Raw(`{"blocks":[{"type":"header","text":{"type":"plain_text","text":"주문"}},{"type":"divider"}],"text":"주문"}`), FallbackText: "주문 & 배송"},
	}
}

// request is one call in a golden file.
type request struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   any    `json:"body"`
}

// requests are the calls that the platform has received. Forms are shown as the arguments that Slack
// reads from them, without the token.
func requests(t *testing.T, p *channeltest.Platform) []request {
	t.Helper()
	out := []request{}
	for _, c := range p.Calls("/") {
		r := request{Method: c.Method, Path: c.Path, Body: string(c.Body)}
		if strings.HasPrefix(c.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			r.Body = arguments(t, c.Body)
		}
		out = append(out, r)
	}
	return out
}

func arguments(t *testing.T, body []byte) map[string]any {
	t.Helper()
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	args := map[string]any{}
	for key := range form {
		args[key] = form.Get(key)
		var nested any
		if (key == "blocks" || key == "files") && json.Unmarshal([]byte(form.Get(key)), &nested) == nil {
			args[key] = nested
		}
	}
	delete(args, "token")
	return args
}

// golden compares with the file, or writes it.
func golden(t *testing.T, name string, got []request) {
	t.Helper()
	path := filepath.Join("testdata", "golden", name+".json")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		writeJSON(t, path, got)
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	sameJSON(t, got, want)
}

func TestEveryKindOfMessageOnTheWire(t *testing.T) {
	for name, m := range goldenMessages(files(t)) {
		t.Run(name, func(t *testing.T) {
			b := kit(t).Open(t)
			receipt, err := send(t, b, channels.Outgoing{Conversation: thread, Messages: []message.Message{m}})
			got := requests(t, b.Platform)
			golden(t, name, got)
			if name == "sticker" { // Slack has none: the runtime sends what it means
				if err == nil || channels.AsSendError(err).Kind != channels.Rejected || len(got) > 0 {
					t.Errorf("got %v after %d calls", err, len(got))
				}
				return
			}
			if err != nil || receipt.Route == "" {
				t.Fatalf("got %+v, %v", receipt, err)
			}
			for _, r := range got {
				if args, ok := r.Body.(map[string]any); ok {
					withinLimits(t, args, name != "native")
				}
			}
		})
	}
}

func TestEveryMessageTypeHasAGoldenFile(t *testing.T) {
	seen := map[message.Type]bool{}
	for _, m := range goldenMessages("") {
		seen[m.Type] = true
	}
	for _, typ := range message.Types {
		if !seen[typ] {
			t.Errorf("%s is missing", typ)
		}
	}
}

// withinLimits checks the arguments of a call against Slack's numbers, written out here once more so
// that a wrong constant shows: https://docs.slack.dev/reference/block-kit/blocks ,
// https://docs.slack.dev/reference/methods/chat.postMessage
func withinLimits(t *testing.T, args map[string]any, ours bool) {
	t.Helper()
	atMost := func(what string, v any, limit int) {
		t.Helper()
		if s, _ := v.(string); characters(s) > limit {
			t.Errorf("%s has %d characters, Slack takes %d", what, characters(s), limit)
		}
	}
	atMost("text", args["text"], 4000)
	atMost("alt_txt", args["alt_txt"], 1000)
	for _, parse := range []string{"parse", "link_names"} {
		if args[parse] != nil {
			t.Errorf("%s is set: names in plain text would be mentions", parse)
		}
	}
	blocks, _ := args["blocks"].([]any)
	if len(blocks) > 50 {
		t.Errorf("%d blocks", len(blocks))
	}
	markdown, ids := 0, map[string]bool{}
	for _, block := range blocks {
		walk(block, func(o map[string]any) {
			switch o["type"] {
			case "markdown":
				markdown += characters(o["text"].(string))
			case "mrkdwn":
				atMost("section", o["text"], 3000)
				if o["verbatim"] != true {
					t.Errorf("Slack would look for mentions in %q", o["text"])
				}
			case "actions":
				if n := len(o["elements"].([]any)); n == 0 || n > 25 {
					t.Errorf("%d buttons in a row", n)
				}
			case "button":
				atMost("button", o["text"].(map[string]any)["text"], 75)
				atMost("value", o["value"], 2000)
				atMost("url", o["url"], 3000)
				id := o["action_id"].(string)
				if atMost("action_id", id, 255); ids[id] || id == "" {
					t.Errorf("action_id %q twice", id)
				}
				ids[id] = true
			case "image":
				atMost("image_url", o["image_url"], 3000)
				if atMost("alt_text", o["alt_text"], 2000); o["alt_text"] == "" {
					t.Error("no alt_text")
				}
			}
		})
	}
	if markdown > 12000 {
		t.Errorf("%d characters of Markdown", markdown)
	}
	raw, _ := json.Marshal(args)
	for _, mention := range []string{`\u003c!`, `\u003c@`, `\u003c#`} {
		if ours && strings.Contains(string(raw), mention) {
			t.Errorf("a mention can fire in %s", raw)
		}
	}
}

// walk visits every object in v.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			walk(e, visit)
		}
	case map[string]any:
		visit(v)
		for _, e := range v {
			walk(e, visit)
		}
	}
}
