package channeltest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"dari/bot/settings"
	"dari/channels"
)

// What the fake Slack knows: one app in one workspace.
const (
	SlackSigningSecret = "fedcba9876543210fedcba9876543210"
	SlackBotToken      = "xoxb-000000000000-111111111111-EXAMPLEexampleEXAMPLE"
	SlackTeam          = "T06H2K9QZ4A"
	SlackBotUser       = "U07BOTU9K2L"
	SlackDirect        = "D07DMCHN2V8" // the direct chat that opens for every person
	SlackScopes        = "app_mentions:read,channels:history,chat:write,files:read,files:write,groups:history,im:history,im:write,mpim:history"
	// SlackAppToken opens a socket. It is not among SlackSettings.
	SlackAppToken = "xapp-1-A07BOTX3M5R-000000000000-EXAMPLEexampleEXAMPLE"
	// SlackClientID, SlackClientSecret and SlackCode install the app; the bot token is what comes of it.
	SlackClientID     = "6578901234567.8100000000001"
	SlackClientSecret = "0123456789abcdef0123456789abcdef"
	SlackCode         = "6578901234567.8101234999999.EXAMPLE"
	// SlackPostPath is the path of the call that sends.
	SlackPostPath = "/api/chat.postMessage"
	// SlackResponsePath begins the paths that take answers as a response URL does.
	SlackResponsePath = "/response/"
)

// SlackSettings are settings of a channel that talks to the fake Slack at platformURL.
func SlackSettings(platformURL string) settings.Values {
	return settings.Values{
		"signing_secret": SlackSigningSecret,
		"bot_token":      SlackBotToken,
		"api_base_url":   platformURL + "/api/",
	}
}

// SignSlack makes the request that Slack would send for this body at that time:
// https://docs.slack.dev/authentication/verifying-requests-from-slack
func SignSlack(secret, contentType string, body []byte, at time.Time) *channels.Request {
	stamp := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte("v0:" + stamp + ":"))
	mac.Write(body)
	return &channels.Request{
		Header: http.Header{
			"Content-Type":              {contentType},
			"X-Slack-Request-Timestamp": {stamp},
			"X-Slack-Signature":         {"v0=" + hex.EncodeToString(mac.Sum(nil))},
		},
		ContentType: contentType, Body: body, ReceivedAt: at,
	}
}

// Slack is a fake Slack: the methods of the Web API that this program calls, response URLs, the address
// that files are uploaded to and the one that they are read from. Like Slack it answers errors with 200
// and "ok": false.
func Slack() *Platform { return NewSlackSocket().Platform }

type slackFake struct {
	posts atomic.Int64

	base atomic.Pointer[string] // where the fake can be reached

	mu       sync.Mutex
	messages map[string]bool  // by time stamp; true while it is being written
	uploads  map[string]int64 // by file id, announced size; 0 once the bytes are there
}

func (f *slackFake) url() string { return *f.base.Load() }

func (f *slackFake) serve(mux *http.ServeMux) {
	for name, method := range map[string]func(slackArgs) slackAnswer{
		"auth.test": f.authTest, "chat.postMessage": f.postMessage, "conversations.open": f.open,
		"chat.update": f.update, "chat.delete": f.deleteMessage, "chat.startStream": f.startStream, "chat.appendStream": f.appendStream, "chat.stopStream": f.stopStream,
		"assistant.threads.setStatus": f.setStatus, "files.getUploadURLExternal": f.uploadURL,
		"files.completeUploadExternal": f.completeUpload, "files.info": f.fileInfo,
		"": func(slackArgs) slackAnswer { return slackError("unknown_method") },
	} {
		mux.HandleFunc("POST /api/"+name, f.call(SlackBotToken, method))
	}
	mux.HandleFunc("POST /api/apps.connections.open", f.call(SlackAppToken, f.connectionsOpen))
	mux.HandleFunc("POST /api/oauth.v2.access", f.call("", f.access))
	mux.HandleFunc("POST "+SlackResponsePath, f.response)
	mux.HandleFunc("POST "+SlackUploadPath, f.upload)
	mux.HandleFunc("GET "+SlackFilesPath, f.download)
}

// slackArgs are the arguments of a call, from a form or from JSON; nested ones are JSON texts.
type slackArgs map[string]string

type slackAnswer map[string]any

func slackError(code string) slackAnswer { return slackAnswer{"ok": false, "error": code} }

// call reads the arguments and checks the token, which may come in the body or in the header.
func (f *slackFake) call(good string, method func(slackArgs) slackAnswer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		args, err := slackArguments(r)
		token, inHeader := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		if !inHeader {
			token = args["token"]
		}
		var a slackAnswer
		switch {
		case err != nil:
			a = slackError("invalid_arguments")
		case token == "" && good != "":
			a = slackError("not_authed")
		case token != good:
			a = slackError("invalid_auth")
		default:
			w.Header().Set("X-OAuth-Scopes", SlackScopes)
			a = method(args)
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(a)
	}
}

func slackArguments(r *http.Request) (slackArgs, error) {
	args := slackArgs{}
	if !strings.HasPrefix(r.Header.Get("Content-Type"), "application/json") {
		if err := r.ParseForm(); err != nil {
			return nil, err
		}
		for key := range r.PostForm {
			args[key] = r.PostForm.Get(key)
		}
		return args, nil
	}
	var body map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for key, raw := range body {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		args[key] = text
	}
	return args, nil
}

func (f *slackFake) authTest(slackArgs) slackAnswer {
	return slackAnswer{
		"ok": true, "url": "https://example-shop.slack.com/", "team": "예제상점", "team_id": SlackTeam,
		"user": "order-helper", "user_id": SlackBotUser, "bot_id": "B07BOTID44C", "is_enterprise_install": false,
	}
}

// postMessage takes the id of a channel, or of a person, whose direct chat it opens.
func (f *slackFake) postMessage(args slackArgs) slackAnswer {
	channel := args["channel"]
	switch {
	case channel == "":
		return slackError("channel_not_found")
	case strings.HasPrefix(channel, "U"), strings.HasPrefix(channel, "W"):
		channel = SlackDirect
	case !strings.ContainsAny(channel[:1], "CDG"):
		return slackError("channel_not_found")
	}
	if fault := slackBlockFault(args["blocks"]); fault != "" {
		a := slackError("invalid_blocks")
		a["errors"] = []string{fault}
		a["response_metadata"] = map[string]any{"messages": []string{"[ERROR] " + fault}}
		return a
	}
	if args["text"] == "" && args["blocks"] == "" {
		return slackError("no_text")
	}
	if icon := args["icon_url"]; icon != "" && !strings.HasPrefix(icon, "https://") {
		return slackError("invalid_arguments")
	}
	ts := f.newMessage(false)
	posted := map[string]any{"type": "message", "user": SlackBotUser, "bot_id": "B07BOTID44C", "ts": ts, "text": args["text"]}
	if args["thread_ts"] != "" {
		posted["thread_ts"] = args["thread_ts"]
	}
	return slackAnswer{"ok": true, "channel": channel, "ts": ts, "message": posted}
}

// newMessage returns the time stamp of a message that was not there before.
func (f *slackFake) newMessage(streaming bool) string {
	ts := fmt.Sprintf("1793100000.%06d", f.posts.Add(1))
	f.mu.Lock()
	defer f.mu.Unlock()
	f.messages[ts] = streaming
	return ts
}

func (f *slackFake) open(args slackArgs) slackAnswer {
	if args["users"] == "" {
		return slackError("users_list_not_supplied")
	}
	return slackAnswer{"ok": true, "channel": map[string]any{"id": SlackDirect}}
}

// response takes an answer as a response URL does, with "ok" as plain text.
func (f *slackFake) response(w http.ResponseWriter, r *http.Request) {
	var body struct{ Text string }
	if json.NewDecoder(r.Body).Decode(&body) != nil || body.Text == "" {
		http.Error(w, "no_text", http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write([]byte("ok"))
}
