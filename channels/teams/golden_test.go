package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	publicURL   = "https://smba.trafficmanager.net/apac/" + channeltest.TeamsTenant + "/"
	reportURL   = "https://files.example.com/files/월간 보고서.pdf?sig=not-for-everybody"
	reportPath  = "/files/월간 보고서.pdf"
	driveUpload = "https://haetaetest-my.sharepoint.com/upload/session-1"
)

// sent is a request as the golden files show it.
type sent struct {
	Method string          `json:"method"`
	Host   string          `json:"host"`
	Path   string          `json:"path"`
	Range  string          `json:"content_range,omitempty"`
	Body   json.RawMessage `json:"body,omitempty"`
}

// world leads the hosts of the platform to the fake, and writes down what is asked of them.
type world struct {
	base http.RoundTripper
	fake *url.URL

	mu    sync.Mutex
	calls []sent
}

func (w *world) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	call := sent{Method: r.Method, Host: r.URL.Host, Path: r.URL.RequestURI(), Range: r.Header.Get("Content-Range")}
	if r.Body != nil {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			return nil, err
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		if call.Body = body; !json.Valid(body) && len(body) > 0 {
			call.Body = json.RawMessage(text(string(body)))
		}
	}
	if r.URL.Host == w.fake.Host {
		return w.base.RoundTrip(r)
	}
	w.mu.Lock()
	w.calls = append(w.calls, call)
	w.mu.Unlock()
	if r.URL.Scheme != "https" {
		return nil, errors.New("called without TLS")
	}
	r.URL.Scheme, r.URL.Host = w.fake.Scheme, w.fake.Host
	return w.base.RoundTrip(r)
}

// out is what went to the platform so far.
func (w *world) out() []sent {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.calls)
}

// abroad is an adapter that calls the platform's real names.
func abroad(t *testing.T) (rig, *world, *adapter) {
	t.Helper()
	b := open(t, nil)
	fake, err := url.Parse(b.Platform.URL)
	if err != nil {
		t.Fatal(err)
	}
	client := channeltest.LocalClient(5 * time.Second)
	w := &world{base: client.Transport, fake: fake}
	client.Transport = w
	values := channeltest.TeamsSettings(b.Platform.URL)
	delete(values, "allowed_service_hosts")
	a, err := Type{}.New(values, kit.Deps(b.Bench, client))
	if err != nil {
		t.Fatal(err)
	}
	b.Adapter = a
	b.fake.Serve(reportPath, channeltest.TeamsFile{ContentType: "application/pdf", Body: []byte("%PDF-1.7 report")})
	return b, w, a.(*adapter)
}

var (
	chat  = message.Conversation{ID: personal, Kind: message.Direct, Tenant: channeltest.TeamsTenant}
	group = message.Conversation{ID: groupChat, Kind: message.Group, Tenant: channeltest.TeamsTenant}
)

// to writes to a conversation without answering anything.
func to(c message.Conversation, messages ...message.Message) channels.Outgoing {
	return channels.Outgoing{
		ID: "dl_1", Conversation: c, Messages: messages, First: true, Attempt: 1,
		Reference: encode(reference{
			ServiceURL: publicURL, Bot: account{ID: botID, Name: "Haetae Helper"}, ChannelID: channelID,
			Tenant: channeltest.TeamsTenant, User: jiwoo,
		}),
	}
}

var (
	tapTrack = message.Action{Kind: message.ActionPostback, Label: "배송 조회", Data: "a=track&id=A-1029", Text: "배송 조회해 줘"}
	tapHelp  = message.Action{Kind: message.ActionMessage, Label: "상담원", Text: "상담원 연결"}
	tapGuide = message.Action{Kind: message.ActionURL, Label: "안내", URL: "https://www.example.com/guide?lang=ko&from=dari"}
	tapCode  = message.Action{Kind: message.ActionCopy, Label: "쿠폰 복사", Text: "WINTER-2026"}
	tapCall  = message.Action{Kind: message.ActionPhone, Label: "전화", Number: "+82 2 123 4567"}
	tapYes   = message.Action{Kind: message.ActionMessage, Label: "네"}

	twoCards = []message.Card{
		{
			Title: "한강 다리 투어", Subtitle: "90분", Text: "해 질 녘에 *출발*합니다\n\n비가 오면 쉽니다", ImageURL: "https://cdn.example.com/cards/1.jpg",
			Actions: []message.Action{
				{Kind: message.ActionPostback, Label: "예약하기", Data: "a=book&id=1"},
				{Kind: message.ActionURL, Label: "자세히", URL: "https://www.example.com/tours/1"},
			},
		},
		{
			Title: "Bridge & Tunnel", Subtitle: "2 hours", Text: "A walk <under> the river", ImageURL: "https://cdn.example.com/cards/2.jpg",
			Actions: []message.Action{
				{Kind: message.ActionPostback, Label: "Book", Data: "a=book&id=2"},
				{Kind: message.ActionMessage, Label: "Ask", Text: "Tell me more"},
			},
		},
	}
)

func asking(m message.Message, quick ...message.Action) message.Message {
	m.QuickReplies = quick
	return m
}

// goldenMessages are one of each kind, and where they go.
func goldenMessages() map[string]channels.Outgoing {
	const words = `안녕하세요 👋🏽 & <b>굵게</b> *별* _밑줄_ @channel <!here> <m userId="all"> <at>Kim</at> 다리 🌉`
	file := message.Message{Type: message.TypeFile, URL: reportURL, Name: "월간 보고서.pdf"}
	picture := message.Message{Type: message.TypeImage, URL: "https://cdn.example.com/사진/다리.jpg"}
	described := picture
	described.Alt = "한강의 다리"
	return map[string]channels.Outgoing{
		"text":          to(chat, message.Text(words)),
		"text_markdown": to(chat, message.Message{Type: message.TypeText, Format: "markdown", Lang: "ko", Text: "**주문** A-1029는\n*발송*되었습니다.\n\n- [조회](https://www.example.com/)\n- `SENT_OK` & <at>Kim</at>"}),
		"buttons":       to(chat, message.Message{Type: message.TypeButtons, Text: "원하시는 <작업>을\n고르세요", Actions: []message.Action{tapTrack, tapHelp, tapGuide, tapCode, tapCall}}),
		"buttons_markdown": to(chat, message.Message{
			Type: message.TypeButtons, Format: "markdown", Text: "**작업**을\n고르세요", Actions: []message.Action{tapTrack, tapHelp, tapGuide, tapCode, tapCall},
		}),
		"quick_replies":       to(chat, asking(message.Text("무엇을 도와드릴까요?"), tapHelp, tapYes)),
		"quick_replies_group": to(group, asking(message.Text("무엇을 도와드릴까요?"), tapTrack, tapHelp)),
		"cards":               to(chat, message.Message{Type: message.TypeCards, Cards: twoCards}),
		"cards_list":          to(chat, asking(message.Message{Type: message.TypeCards, Layout: "list", Cards: twoCards}, tapHelp)),
		"image":               to(chat, picture),
		"image_described":     to(chat, asking(described, tapYes)),
		"video":               to(chat, message.Message{Type: message.TypeVideo, URL: "https://cdn.example.com/clip.mp4", PreviewURL: "https://cdn.example.com/clip.png"}),
		"audio":               to(chat, message.Message{Type: message.TypeAudio, URL: "https://cdn.example.com/greet.m4a", DurationMS: 8400}),
		"file":                to(chat, file),
		"file_group":          to(group, file),
		"location":            to(chat, message.Message{Type: message.TypeLocation, Title: "강남점", Address: "서울특별시 강남구 테헤란로 1", Lat: 37.498095, Lng: 127.02761}),
		"sticker":             to(chat, message.Message{Type: message.TypeSticker, Set: "446", ID: "1988"}),
		"native": to(chat, message.Message{Type: message.TypeNative, Channel: "teams", FallbackText: "휴가 신청서", Payload: message.Raw(
			`{"contentType":"application/vnd.microsoft.card.adaptive","content":{"type":"AdaptiveCard","version":"1.5","fallbackText":"Leave","body":[{"type":"Input.Date","id":"day","label":"<Day>"}],"actions":[{"type":"Action.Submit","title":"Send","data":{"flow":"leave"}}]}}`)}),
	}
}

// golden compares with a file of testdata/golden, or writes it.
func golden(t *testing.T, name string, calls []sent) {
	t.Helper()
	var got bytes.Buffer
	enc := json.NewEncoder(&got)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(append([]sent{}, calls...)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", "golden", name+".json")
	if *update {
		if err := os.WriteFile(file, got.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%v\ngot  %s\nwant %s", err, got.Bytes(), want)
	}
}

func TestEveryKindOfMessageIsSentLikeItsGoldenFile(t *testing.T) {
	for name, out := range goldenMessages() {
		t.Run(name, func(t *testing.T) {
			b, w, _ := abroad(t)
			receipt, err := b.send(out)
			if name == "sticker" {
				if se := channels.AsSendError(err); se.Kind != channels.Rejected || se.Code != "type" {
					t.Errorf("got %v", err)
				}
			} else if err != nil || len(receipt.MessageIDs) != 1 {
				t.Errorf("got %+v, %v", receipt, err)
			}
			golden(t, name, w.out())
			b.NoSecret(t, kit, "the log", b.Log.String())
		})
	}
}

func TestAnAcceptedFileIsCarriedLikeItsGoldenFile(t *testing.T) {
	b, w, a := abroad(t)
	in := b.answer(t, "accept", b.offered(t, chat))
	receipt, err := a.FileConsent(context.Background(), in)
	if err != nil || len(receipt.MessageIDs) != 1 {
		t.Fatalf("got %+v, %v", receipt, err)
	}
	if got, ok := b.fake.Uploaded("/upload/session-1"); !ok || string(got) != "%PDF-1.7 report" {
		t.Errorf("uploaded %q", got)
	}
	golden(t, "file_accepted", w.out()[2:])
}

func TestAGrowingTextIsSentLikeItsGoldenFile(t *testing.T) {
	b, w, a := abroad(t)
	s, err := a.Stream(context.Background(), to(chat))
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"연차는", "연차는 최대", "연차는 최대 25일\n그리"} {
		if err := s.Update(context.Background(), part); err != nil {
			t.Fatal(err)
		}
	}
	done := asking(message.Message{Type: message.TypeText, Format: "markdown", Text: "연차는 최대 25일\n그리고 **반차**"}, tapHelp)
	receipt, err := s.Finish(context.Background(), done)
	if err != nil || receipt.Route != "stream" || !slices.Equal(receipt.MessageIDs, []string{"1741051354001"}) {
		t.Fatalf("got %+v, %v", receipt, err)
	}
	golden(t, "stream", w.out())
	b.NoSecret(t, kit, "the log", b.Log.String())
}

func TestTypingAndOpeningAreSentLikeTheirGoldenFiles(t *testing.T) {
	b, w, a := abroad(t)
	if err := a.Typing(context.Background(), to(chat)); err != nil {
		t.Fatal(err)
	}
	golden(t, "typing", w.out())
	c, ref, err := a.Open(context.Background(), jiwoo)
	if err != nil || c.ID != "a:chat-with-"+strings.TrimPrefix(jiwoo, "29:") {
		t.Fatalf("got %+v, %s, %v", c, ref, err)
	}
	golden(t, "open", w.out()[1:])
	b.NoSecret(t, kit, "the reference", string(ref))
}
