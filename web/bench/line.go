package bench

import (
	"crypto/hmac"
	"encoding/base64"
	"fmt"
	"net/http"

	"dari/bot/message"
	"dari/store"
)

const (
	lineSecret = "0123456789abcdef0123456789abcdef"
	lineToken  = "bench/LINE+channel+access+token/w1cDnyilFU="
	lineUser   = "U7be1d4f2a09c4e6f8d35b1"
)

type line struct{}

func (line) name() string { return "line" }

func (line) settings(base string) map[string]any {
	return map[string]any{
		"channel_secret": lineSecret, "channel_access_token": lineToken,
		"api_base_url": base, "data_base_url": base,
	}
}

func (p line) callback(host, _ string) template {
	return newTemplate(host, webhook(p), []string{
		"Content-Type: application/json; charset=utf-8", "User-Agent: LineBotWebhook/2.0", "X-Line-Signature: " + fixed(base64Len),
	}, `{"destination":"U7be1d4f2a09c4e6f8d35b1c27a9e0f64","events":[{"type":"message","message":{"type":"text",`+
		`"id":"61800000`+numberMark+`","quoteToken":"B6DPlgZ2PUVcy27FfzNalDziamtchxwONzMJ0wVL","text":"`+callbackText+`"},`+
		`"webhookEventId":"01M5VJ59MY9FXBFG`+numberMark+`","deliveryContext":{"isRedelivery":false},"timestamp":1795312800000,`+
		`"source":{"type":"user","userId":"`+lineUser+personMark+`"},"replyToken":"8d35b1c27a9e0f647be1d4`+numberMark+`","mode":"active"}]}`)
}

func (line) signer() signer { return newHMAC(lineSecret, inBase64) }

func (line) serve(_, path string) answer {
	switch path {
	case "/v2/bot/message/reply", "/v2/bot/message/push":
		return answer{http.StatusOK, `{"sentMessages":[{"id":"618000000000100001","quoteToken":"yHAz4Ua2wx7"}]}`}
	}
	return answer{http.StatusNotFound, `{"message":"Not found"}`}
}

func (p line) conversation(person, _ string) store.Conversation {
	user := lineUser + person
	return store.Conversation{Platform: message.Conversation{ID: user, Kind: message.Direct}, User: message.User{ID: user}}
}

func (line) genuine(h http.Header, body []byte) bool {
	sent, err := base64.StdEncoding.DecodeString(h.Get("X-Line-Signature"))
	return err == nil && hmac.Equal(sent, sum(lineSecret, string(body)))
}

func (line) reply(base string, body []byte) reply {
	return reply{base + "/v2/bot/message/reply", "application/json", lineToken, fmt.Appendf(nil,
		`{"replyToken":"%s","messages":[{"type":"text","text":"%s"}]}`, between(body, `"replyToken":"`), between(body, `"text":"`))}
}
