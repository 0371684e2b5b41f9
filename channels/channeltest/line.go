package channeltest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"

	"dari/bot/settings"
	"dari/channels"
)

// The credentials that the fake LINE knows.
const (
	LINESecret = "0123456789abcdef0123456789abcdef"
	LINEToken  = "test/LINE+channel+access+token/w1cDnyilFU="
)

// LINEFile is what the fake LINE has as the file of every message.
const LINEFile = "\x89PNG\r\n\x1a\na picture of a bridge"

// LINESettings are the settings of a LINE channel on the fake platform.
func LINESettings(platformURL string) settings.Values {
	return settings.Values{
		"channel_secret": LINESecret, "channel_access_token": LINEToken,
		"api_base_url": platformURL, "data_base_url": platformURL,
	}
}

// SignLINE makes the callback that LINE would send for body.
func SignLINE(secret string, body []byte) *channels.Request {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	header := http.Header{"Content-Type": {"application/json; charset=utf-8"}}
	header.Set("X-Line-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	return &channels.Request{Header: header, ContentType: header.Get("Content-Type"), Body: body}
}

// LINE starts a fake LINE platform. Every reply token works once; a push with a known retry key is
// answered like the first one, with 409. Messages that LINE would refuse are refused. Every message has
// a file, ready to be fetched.
func LINE() *Platform {
	l := &fakeLINE{spent: map[string]bool{}, taken: map[string]takenLINE{}, menus: map[string]*menuLINE{}, endpoint: "https://bot.example.com/line/test-channel/webhook"}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/bot/message/reply", l.reply)
	mux.HandleFunc("POST /v2/bot/message/push", l.push)
	mux.HandleFunc("POST /v2/bot/chat/loading/start", l.loading)
	mux.HandleFunc("GET /v2/bot/info", answerLINE(http.StatusOK, `{"userId":"U7be1d4f2a09c4e6f8d35b1c27a9e0f64","basicId":"@135qwert","displayName":"예제상점","chatMode":"bot","markAsReadMode":"auto"}`))
	mux.HandleFunc("GET /v2/bot/message/quota", answerLINE(http.StatusOK, `{"type":"limited","value":1000}`))
	mux.HandleFunc("GET /v2/bot/message/quota/consumption", answerLINE(http.StatusOK, `{"totalUsage":128}`))
	mux.HandleFunc("GET /v2/bot/channel/webhook/endpoint", l.webhook)
	mux.HandleFunc("PUT /v2/bot/channel/webhook/endpoint", l.setWebhook)
	mux.HandleFunc("POST /v2/bot/channel/webhook/test", answerLINE(http.StatusOK, `{"success":true,"timestamp":"2026-10-27T00:00:00Z","statusCode":200,"reason":"OK","detail":"200"}`))
	mux.HandleFunc("GET /v2/bot/message/{id}/content", l.content)
	mux.HandleFunc("GET /v2/bot/message/{id}/content/transcoding", l.transcoding)
	l.serveMenus(mux)
	mux.HandleFunc("/", answerLINE(http.StatusNotFound, `{"message":"Not found"}`))
	return NewPlatform(l.authorized(mux))
}

type fakeLINE struct {
	mu       sync.Mutex
	calls    int
	messages int
	spent    map[string]bool      // reply tokens
	taken    map[string]takenLINE // pushes by retry key
	endpoint string
	made     int
	menus    map[string]*menuLINE // by id
	shown    string               // id of the menu that everybody sees
}

// takenLINE is the answer to a push that LINE took.
type takenLINE struct {
	request string
	sent    []sentLINE
}

type sentLINE struct {
	ID string `json:"id"`
}

type sendLINE struct {
	ReplyToken string            `json:"replyToken"`
	To         string            `json:"to"`
	Messages   []json.RawMessage `json:"messages"`
}

func answerLINE(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

func refuseLINE(w http.ResponseWriter, status int, text string) {
	body, _ := json.Marshal(map[string]string{"message": text})
	answerLINE(status, string(body))(w, nil)
}

// authorized handles one call at a time, numbers it and checks its token.
func (l *fakeLINE) authorized(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.calls++
		w.Header().Set("X-Line-Request-Id", fmt.Sprintf("request-%d", l.calls))
		if r.Header.Get("Authorization") != "Bearer "+LINEToken {
			refuseLINE(w, http.StatusUnauthorized, "Authentication failed due to the following reason: invalid token. Confirm that the access token in the authorization header is valid.")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// read decodes a call that sends, and answers one that LINE would refuse.
func (l *fakeLINE) read(w http.ResponseWriter, r *http.Request) (sendLINE, bool) {
	var call sendLINE
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		refuseLINE(w, http.StatusBadRequest, "The request body could not be parsed as JSON (line: 1, column: 1)")
		return call, false
	}
	if fault := faultLINE(call.Messages); fault != "" {
		answerLINE(http.StatusBadRequest, fault)(w, r)
		return call, false
	}
	return call, true
}

func (l *fakeLINE) reply(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("X-Line-Retry-Key") != "" {
		refuseLINE(w, http.StatusBadRequest, "The header X-Line-Retry-Key is not supported by this API")
		return
	}
	call, ok := l.read(w, r)
	if !ok {
		return
	}
	if call.ReplyToken == "" || l.spent[call.ReplyToken] {
		refuseLINE(w, http.StatusBadRequest, "Invalid reply token")
		return
	}
	l.spent[call.ReplyToken] = true
	l.answerSent(w, http.StatusOK, "", l.take(call))
}

var idLINE = regexp.MustCompile(`^[UCR][0-9a-f]{32}$`)

func (l *fakeLINE) push(w http.ResponseWriter, r *http.Request) {
	call, ok := l.read(w, r)
	if !ok {
		return
	}
	key := r.Header.Get("X-Line-Retry-Key") // an empty one counts as absent
	if first, known := l.taken[key]; known && key != "" {
		w.Header().Set("X-Line-Accepted-Request-Id", first.request)
		l.answerSent(w, http.StatusConflict, "The retry key is already accepted", first.sent)
		return
	}
	if !idLINE.MatchString(call.To) {
		refuseLINE(w, http.StatusBadRequest, "Failed to send messages")
		return
	}
	sent := l.take(call)
	l.taken[key] = takenLINE{w.Header().Get("X-Line-Request-Id"), sent}
	l.answerSent(w, http.StatusOK, "", sent)
}

// take gives every message an id.
func (l *fakeLINE) take(call sendLINE) []sentLINE {
	sent := make([]sentLINE, len(call.Messages))
	for i := range sent {
		l.messages++
		sent[i].ID = fmt.Sprintf("6180000000001%05d", l.messages)
	}
	return sent
}

func (l *fakeLINE) answerSent(w http.ResponseWriter, status int, text string, sent []sentLINE) {
	body, _ := json.Marshal(struct {
		Message string     `json:"message,omitempty"`
		Sent    []sentLINE `json:"sentMessages"`
	}{text, sent})
	answerLINE(status, string(body))(w, nil)
}

func (l *fakeLINE) loading(w http.ResponseWriter, r *http.Request) {
	var call struct {
		ChatID  string `json:"chatId"`
		Seconds *int   `json:"loadingSeconds"`
	}
	const fault = `{"message":"The request body has 1 error(s)","details":[{"message":%q,"property":%q}]}`
	switch json.NewDecoder(r.Body).Decode(&call); {
	case !idLINE.MatchString(call.ChatID) || call.ChatID[0] != 'U':
		answerLINE(http.StatusBadRequest, fmt.Sprintf(fault, "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.", "chatId"))(w, r)
	case call.Seconds != nil && (*call.Seconds < 5 || *call.Seconds > 60):
		answerLINE(http.StatusBadRequest, fmt.Sprintf(fault, "Must be between 5 and 60", "loadingSeconds"))(w, r)
	case call.Seconds != nil && *call.Seconds%5 != 0:
		answerLINE(http.StatusBadRequest, fmt.Sprintf(fault, "must be a multiple of five", "loadingSeconds"))(w, r)
	default:
		answerLINE(http.StatusAccepted, `{}`)(w, r)
	}
}

func (l *fakeLINE) webhook(w http.ResponseWriter, r *http.Request) {
	body, _ := json.Marshal(map[string]any{"endpoint": l.endpoint, "active": true})
	answerLINE(http.StatusOK, string(body))(w, r)
}

func (l *fakeLINE) setWebhook(w http.ResponseWriter, r *http.Request) {
	var call struct {
		Endpoint string `json:"endpoint"`
	}
	if json.NewDecoder(r.Body).Decode(&call) != nil || !strings.HasPrefix(call.Endpoint, "https://") || len(call.Endpoint) > 500 {
		refuseLINE(w, http.StatusBadRequest, "Invalid webhook endpoint URL")
		return
	}
	l.endpoint = call.Endpoint
	answerLINE(http.StatusOK, `{}`)(w, r)
}

var messageLINE = regexp.MustCompile(`^[0-9]+$`)

func (l *fakeLINE) content(w http.ResponseWriter, r *http.Request) {
	if !messageLINE.MatchString(r.PathValue("id")) {
		refuseLINE(w, http.StatusNotFound, "not found")
		return
	}
	w.Header().Set("Content-Type", "image/png")
	fmt.Fprint(w, LINEFile)
}

func (l *fakeLINE) transcoding(w http.ResponseWriter, r *http.Request) {
	if !messageLINE.MatchString(r.PathValue("id")) {
		refuseLINE(w, http.StatusNotFound, "not found")
		return
	}
	answerLINE(http.StatusOK, `{"status":"succeeded"}`)(w, r)
}
