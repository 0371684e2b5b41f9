package naverworks

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels/channeltest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const pngHead = "\x89PNG\r\n\x1a\n"

// shop serves the files that messages name; its address changes with every run.
func shop(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the file's server got the access token")
		}
		switch r.URL.Path {
		case "/map.png", "/menu":
			w.Header().Set("Content-Type", "image/png")
			io.WriteString(w, pngHead+"picture")
		case "/bare": // without a content type
			w.Header()["Content-Type"] = nil
			io.WriteString(w, pngHead+"picture")
		case "/download":
			w.Header().Set("Content-Type", "application/pdf")
			io.WriteString(w, "%PDF-1.7")
		case "/empty":
		case "/endless":
			for range maxUpload>>16 + 2 { // without a length, since it is more than the server buffers
				w.Write(make([]byte, 1<<16))
			}
		case "/large":
			w.Header().Set("Content-Length", fmt.Sprint(maxUpload+1))
		case "/broken":
			w.Header().Set("Content-Length", "99")
			io.WriteString(w, "half")
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// samples are one message of each kind. files is the address of shop.
func samples(files string) map[string]message.Message {
	const words = `안녕 & <b> *별* _줄_ @channel <!here> <m userId="all"> 😀`
	markdown := message.Text("# 공지\n**중요**: [규정](https://portal.example.com/rule_v1)을 _꼭_ 읽으세요.\n- 하나\n- 둘\n\n`a_b` & <m userId=\"all\">")
	markdown.Format = "markdown"
	quick := message.Text("무엇을 도와드릴까요?")
	quick.QuickReplies = []message.Action{
		{Kind: message.ActionPostback, Label: "잔여 연차", Data: "flow=leave_balance", Text: "잔여 연차 조회"},
		{Kind: message.ActionMessage, Label: "도움말"},
		{Kind: message.ActionURL, Label: "사내 포털", URL: "https://portal.example.com/"},
	}
	room := func(name string) message.Card {
		return message.Card{
			Title: "회의실 " + name, Subtitle: "5층", Text: "10인실", ImageURL: "https://static.example.com/room/" + name + ".png",
			Actions: []message.Action{
				{Kind: message.ActionPostback, Label: "예약", Data: "room=" + name + "&do=book", Text: "회의실 " + name + " 예약"},
				{Kind: message.ActionURL, Label: "위치", URL: "https://portal.example.com/room/" + name},
			},
		}
	}
	notice := func(n int) message.Card {
		return message.Card{
			Title: fmt.Sprint("공지 ", n), Subtitle: "11월 21일", Text: "15시 대회의실",
			Actions: []message.Action{{Kind: message.ActionPostback, Label: "자세히", Data: fmt.Sprint("notice=", n)}},
		}
	}
	dish := func(name string) message.Card {
		return message.Card{
			ImageURL: "https://static.example.com/menu/" + name + ".png",
			Actions:  []message.Action{{Kind: message.ActionPostback, Label: name, Data: "menu=" + name}},
		}
	}
	uneven := []message.Card{room("A"), {Title: "회의실 C", Text: "수리 중"}}
	var long []message.Card
	for i := range 5 {
		long = append(long, notice(i+1))
	}
	return map[string]message.Message{
		"text":          message.Text(words),
		"text_markdown": markdown,
		"buttons": {Type: message.TypeButtons, Text: "원하는 메뉴를 선택하세요.", Actions: []message.Action{
			{Kind: message.ActionPostback, Label: "휴가 신청", Data: "flow=leave_request", Text: "휴가를 신청할게요"},
			{Kind: message.ActionMessage, Label: "취소", Text: "처음부터 다시 할게요"},
			{Kind: message.ActionURL, Label: "사내 포털", URL: "https://portal.example.com/?a=1&b=2"},
			{Kind: message.ActionCopy, Label: "문의 메일 복사", Text: "help@example.com"},
		}},
		"quick_replies":   quick,
		"cards":           {Type: message.TypeCards, Cards: []message.Card{room("A"), room("B")}},
		"cards_uneven":    {Type: message.TypeCards, Cards: uneven},
		"cards_images":    {Type: message.TypeCards, Cards: []message.Card{dish("한식"), dish("양식")}},
		"cards_single":    {Type: message.TypeCards, Cards: []message.Card{notice(1)}},
		"cards_list":      {Type: message.TypeCards, Layout: "list", Cards: []message.Card{notice(1), notice(2)}},
		"cards_list_long": {Type: message.TypeCards, Layout: "list", Cards: long},
		"image":           {Type: message.TypeImage, URL: "https://static.example.com/img/map.jpg", PreviewURL: "https://static.example.com/img/map_preview.png", Alt: "약도"},
		"image_upload":    {Type: message.TypeImage, URL: files + "/map.png", Alt: "약도"},
		"video":           {Type: message.TypeVideo, URL: "https://static.example.com/video/guide.mp4", PreviewURL: "https://static.example.com/video/guide.png"},
		"audio":           {Type: message.TypeAudio, URL: "https://static.example.com/audio/notice.wav", DurationMS: 4000},
		"file":            {Type: message.TypeFile, URL: "https://static.example.com/docs/leave_form.pdf", Name: "휴가신청서.pdf"},
		"file_upload":     {Type: message.TypeFile, URL: files + "/download?id=7", Name: "휴가신청서.pdf"},
		"location":        {Type: message.TypeLocation, Lat: 37.359512, Lng: 127.105219, Title: "본사", Address: "경기도 성남시 분당구 예시로 10"},
		"sticker":         {Type: message.TypeSticker, Set: "1", ID: "2"},
		"native":          {Type: message.TypeNative, Channel: "naverworks", Payload: message.Raw(`{"type":"link","contentText":"휴가 규정 & 안내","linkText":"규정 보기","link":"https://portal.example.com/policy"}`)},
	}
}

// request is a recorded call. Of a form the parts are recorded instead of the body.
type request struct {
	Method string          `json:"method"`
	Path   string          `json:"path"`
	Body   json.RawMessage `json:"body,omitempty"`
	Parts  []part          `json:"parts,omitempty"`
}

type part struct {
	Disposition string `json:"disposition"`
	ContentType string `json:"content_type,omitempty"`
	Text        string `json:"text"`
}

func record(t *testing.T, c channeltest.Call) request {
	t.Helper()
	r := request{Method: c.Method, Path: c.Path}
	if len(c.Body) == 0 {
		return r
	}
	kind, params, err := mime.ParseMediaType(c.Header.Get("Content-Type"))
	if err != nil {
		t.Fatal(err)
	}
	if kind == "application/json" {
		r.Body = c.Body
		return r
	}
	form := multipart.NewReader(bytes.NewReader(c.Body), params["boundary"])
	for {
		p, err := form.NextRawPart()
		if err == io.EOF {
			return r
		}
		if err != nil {
			t.Fatal(err)
		}
		text, _ := io.ReadAll(p)
		if strings.HasPrefix(p.Header.Get("Content-Type"), "image/") {
			text = text[:min(len(text), 16)] // the rest depends on what has packed it
		}
		r.Parts = append(r.Parts, part{p.Header.Get("Content-Disposition"), p.Header.Get("Content-Type"), string(bytes.ToValidUTF8(text, []byte("?")))})
	}
}

func TestEveryKindOfMessageIsSentLikeItsGoldenFile(t *testing.T) {
	for name, m := range samples(shop(t)) {
		t.Run(name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			out := toMember("")
			out.Messages = []message.Message{m}
			if _, err := b.Adapter.Send(context.Background(), out); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata", "golden", name+".json"), b.Platform)
			b.NoSecret(t, kit(), "the log", b.Log.String())
		})
	}
}

// golden compares all calls but those for tokens with a file, or writes it.
func golden(t *testing.T, path string, p *channeltest.Platform) {
	t.Helper()
	var requests []request
	for _, c := range p.Calls("/") {
		if c.Path != channeltest.NaverWorksTokenPath {
			requests = append(requests, record(t, c))
		}
	}
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(requests); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

func TestEveryGoldenBodyKeepsThePlatformsLimits(t *testing.T) {
	paths, err := filepath.Glob("testdata/golden/*.json")
	if err != nil {
		t.Fatal(err)
	}
	want := samples("")
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".json")
		if _, known := want[name]; !known {
			t.Errorf("%s belongs to no message", path)
		}
		delete(want, name)
		var requests []request
		if err := json.Unmarshal([]byte(read(t, "golden/"+name+".json")), &requests); err != nil {
			t.Fatal(err)
		}
		last := requests[len(requests)-1]
		for _, fault := range breaches(t, string(last.Body)) {
			t.Errorf("%s: %s", name, fault)
		}
	}
	if len(want) > 0 {
		t.Errorf("no golden file for %v", want)
	}
}

// breaches lists what in a body is over a number of the documentation, wherever it stands in it.
func breaches(t *testing.T, body string) []string {
	t.Helper()
	var sent struct{ Content map[string]any }
	if err := json.Unmarshal([]byte(body), &sent); err != nil || sent.Content["type"] == nil {
		return []string{"the body holds no content: " + body}
	}
	var out []string
	walk("content", sent.Content["type"].(string), sent.Content, &out)
	return out
}

func walk(path, kind string, v any, out *[]string) {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			walk(path+"."+key, kind, inner, out)
		}
	case []any:
		limits := map[string]int{"content.actions": 10, "content.columns": 10, "content.elements": 4, "content.quickReply.items": 13, "content.contents.contents": 10}
		if strings.HasSuffix(path, "].actions") {
			limits[path] = 3
		}
		if limit, known := limits[path]; known && (len(v) == 0 || len(v) > limit) {
			*out = append(*out, fmt.Sprintf("%s has %d entries", path, len(v)))
		}
		for i, inner := range v {
			walk(fmt.Sprintf("%s[%d]", path, i), kind, inner, out)
		}
	case string:
		key := path[strings.LastIndex(path, ".")+1:]
		limits := map[string]int{
			"content.text": 2000, "content.contentText": 1000, "content.altText": 400, "content.title": 100, "content.address": 100,
			"label": 20, "postback": 1000, "copyText": 1000, "uri": 1000, "originalContentUrl": 1000, "previewImageUrl": 1000, "url": 1000,
		}
		if kind == "image_carousel" {
			limits["label"] = 12
		}
		if kind == "carousel" {
			limits["title"] = 40
		}
		limit := limits[path]
		if limit == 0 {
			limit = limits[key]
		}
		if n := units(v); n == 0 || limit > 0 && n > limit {
			*out = append(*out, fmt.Sprintf("%s has %d characters", path, n))
		}
		if slices.Contains([]string{"originalContentUrl", "previewImageUrl", "url"}, key) && !strings.HasPrefix(v, "https://") {
			*out = append(*out, path+" is not https")
		}
		if key == "text" && strings.Contains(path, "ction") && units(v) > 300 {
			*out = append(*out, path+" is longer than 300")
		}
		if strings.Contains(v, "<m ") {
			*out = append(*out, path+" mentions somebody")
		}
	}
}
