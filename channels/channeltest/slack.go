package channeltest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

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
	SlackScopes        = "app_mentions:read,channels:history,chat:write,files:read,groups:history,im:history,im:write,mpim:history"
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

// Slack is a fake Slack: auth.test, chat.postMessage and conversations.open below /api/, and response
// URLs. Like Slack it answers errors with 200 and "ok": false.
func Slack() *Platform {
	fake := &slackFake{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/auth.test", fake.call(fake.authTest))
	mux.HandleFunc("POST "+SlackPostPath, fake.call(fake.postMessage))
	mux.HandleFunc("POST /api/conversations.open", fake.call(fake.open))
	mux.HandleFunc("POST /api/", fake.call(func(slackArgs) slackAnswer { return slackError("unknown_method") }))
	mux.HandleFunc("POST "+SlackResponsePath, fake.response)
	return NewPlatform(mux)
}

type slackFake struct{ posts atomic.Int64 }

// slackArgs are the arguments of a call, from a form or from JSON; nested ones are JSON texts.
type slackArgs map[string]string

type slackAnswer map[string]any

func slackError(code string) slackAnswer { return slackAnswer{"ok": false, "error": code} }

// call reads the arguments and checks the token, which may come in the body or in the header.
func (f *slackFake) call(method func(slackArgs) slackAnswer) http.HandlerFunc {
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
		case token == "":
			a = slackError("not_authed")
		case token != SlackBotToken:
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
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
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
	ts := fmt.Sprintf("1793100000.%06d", f.posts.Add(1))
	posted := map[string]any{"type": "message", "user": SlackBotUser, "bot_id": "B07BOTID44C", "ts": ts, "text": args["text"]}
	if args["thread_ts"] != "" {
		posted["thread_ts"] = args["thread_ts"]
	}
	return slackAnswer{"ok": true, "channel": channel, "ts": ts, "message": posted}
}

// slackBlockFault names the first of the limits that matter here which the blocks break:
// https://docs.slack.dev/reference/block-kit/blocks
func slackBlockFault(raw string) string {
	if raw == "" {
		return ""
	}
	var blocks []struct {
		Text     slackText
		Elements []slackElement
	}
	if json.Unmarshal([]byte(raw), &blocks) != nil {
		return "blocks is not a list of blocks"
	}
	if len(blocks) > 50 {
		return "no more than 50 items allowed [json-pointer:/blocks]"
	}
	for i, b := range blocks {
		at := fmt.Sprintf("[json-pointer:/blocks/%d", i)
		if utf8.RuneCountInString(b.Text.Text) > 3000 {
			return "must be less than 3001 characters " + at + "/text/text]"
		}
		if len(b.Elements) > 25 {
			return "no more than 25 items allowed " + at + "/elements]"
		}
		seen := map[string]bool{}
		for j, e := range b.Elements {
			fault := e.fault()
			if seen[e.ActionID] {
				fault = "`action_id` already exists"
			}
			if fault != "" {
				return fmt.Sprintf("%s %s/elements/%d]", fault, at, j)
			}
			seen[e.ActionID] = true
		}
	}
	return ""
}

type slackText struct{ Text string }

type slackElement struct {
	Text     slackText
	ActionID string `json:"action_id"`
	Value    string
	URL      string
}

func (e slackElement) fault() string {
	switch {
	case e.Text.Text == "" || utf8.RuneCountInString(e.Text.Text) > 75:
		return "text must be 1 to 75 characters"
	case utf8.RuneCountInString(e.Value) > 2000:
		return "value must be less than 2001 characters"
	case utf8.RuneCountInString(e.URL) > 3000:
		return "url must be less than 3001 characters"
	}
	return ""
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
