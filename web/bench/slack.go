package bench

import (
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"dari/bot/message"
	"dari/store"
)

const (
	slackSecret = "fedcba9876543210fedcba9876543210"
	slackToken  = "xoxb-000000000000-111111111111-EXAMPLEexampleEXAMPLE"
	slackTeam   = "T06H2K9QZ4A"
)

type slack struct{}

func (slack) name() string { return "slack" }

func (slack) settings(base string) map[string]any {
	return map[string]any{"signing_secret": slackSecret, "bot_token": slackToken, "api_base_url": base + "/api/"}
}

func (p slack) callback(host, _ string) template {
	return newTemplate(host, webhook(p), []string{
		"Content-Type: application/json", "User-Agent: Slackbot 1.0 (+https://api.slack.com/robots)",
		"X-Slack-Request-Timestamp: " + stampMark, "X-Slack-Signature: v0=" + fixed(hexLen),
	}, `{"token":"XXYYZZ","team_id":"`+slackTeam+`","context_team_id":"`+slackTeam+`","api_app_id":"A07BOTX3M5R",`+
		`"event":{"type":"message","user":"U`+personMark+`","ts":"`+numberMark+`.000100","client_msg_id":"5f85c2ad-11b7-4e06-a9f4-2b`+numberMark+`",`+
		`"text":"`+callbackText+`","team":"`+slackTeam+`","channel":"D`+personMark+`","event_ts":"`+numberMark+`.000100","channel_type":"im"},`+
		`"type":"event_callback","event_id":"Ev`+numberMark+`","event_time":`+numberMark+`,"authorizations":[{"enterprise_id":null,`+
		`"team_id":"`+slackTeam+`","user_id":"U07BOTU9K2L","is_bot":true,"is_enterprise_install":false}],"is_ext_shared_channel":false}`)
}

func (slack) signer() signer {
	s := newHMAC(slackSecret, inHex)
	s.stamp = true
	return s
}

func (slack) serve(_, path string) answer {
	switch path {
	case "/api/chat.postMessage":
		return answer{http.StatusOK, `{"ok":true,"channel":"D0000000001","ts":"1795312801.000100","message":{"type":"message","ts":"1795312801.000100"}}`}
	}
	return answer{http.StatusOK, `{"ok":false,"error":"unknown_method"}`}
}

func (slack) conversation(person, _ string) store.Conversation {
	return store.Conversation{
		Platform: message.Conversation{ID: "D" + person, Kind: message.Direct, Tenant: slackTeam},
		User:     message.User{ID: "U" + person},
	}
}

// slackWindow is how old a signature may be.
const slackWindow = 5 * time.Minute

func (slack) genuine(h http.Header, body []byte) bool {
	stamp := h.Get("X-Slack-Request-Timestamp")
	unix, err := strconv.ParseInt(stamp, 10, 64)
	sent, errHex := hex.DecodeString(strings.TrimPrefix(h.Get("X-Slack-Signature"), "v0="))
	return err == nil && errHex == nil && time.Since(time.Unix(unix, 0)).Abs() < slackWindow &&
		hmac.Equal(sent, sum(slackSecret, "v0:", stamp, ":", string(body)))
}

func (slack) reply(base string, body []byte) reply {
	return reply{base + "/api/chat.postMessage", "application/json; charset=utf-8", slackToken, fmt.Appendf(nil,
		`{"channel":"%s","text":"%s"}`, between(body, `"channel":"`), between(body, `"text":"`))}
}
