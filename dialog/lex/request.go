package lex

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base32"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// maxText is the longest text that Lex takes, in characters:
// https://docs.aws.amazon.com/lexv2/latest/dg/API_runtime_RecognizeText.html
const maxText = 1024

// question is the body of RecognizeText.
type question struct {
	Text       string            `json:"text"`
	State      json.RawMessage   `json:"sessionState,omitempty"`
	Attributes map[string]string `json:"requestAttributes,omitempty"`
}

// kept is what stands in the state: the session's id, and the session's state as Lex gave it back.
type kept struct {
	Session string          `json:"session"`
	State   json.RawMessage `json:"state,omitempty"`
}

// sessionForm is a session id as this package makes it. Lex takes 2 to 100 letters and digits.
var sessionForm = regexp.MustCompile(`^[a-z2-7]{32}$`)

// remembered reads the state, or begins a session. The first turn is part of its id, so that a
// conversation that is reset begins anew at AWS too.
func (e *engine) remembered(t dialog.Turn) kept {
	var k kept
	if json.Unmarshal([]byte(t.State.Token), &k) == nil && sessionForm.MatchString(k.Session) {
		return k
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", e.bot, t.ConversationID, t.ID))
	return kept{Session: strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20]))}
}

// words is what a turn says to the bot; "" when it is nothing that Lex understands.
func (e *engine) words(in message.Inbound) string {
	text := ""
	switch {
	case in.Kind == message.KindFollow:
		text = e.welcome
	case in.Kind == message.KindPostback && in.Postback != nil:
		text = first(in.Postback.Data, in.Postback.Label)
	case in.Kind == message.KindCommand && in.Command != nil:
		text = first(in.Command.Args, in.Command.Name)
	case in.Kind == message.KindForm && in.Form != nil:
		text = in.Form.Data
	case in.Kind == message.KindSticker && in.Sticker != nil:
		text = in.Sticker.Text
	case in.Kind == message.KindLocation && in.Location != nil:
		text = first(in.Location.Title, in.Location.Address)
	case in.Kind.FromUser():
		text = in.Text
	}
	return strings.TrimSpace(text)
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}

// question is the body for words of a turn. What had to be cut is noted.
func (e *engine) question(t dialog.Turn, words string, state json.RawMessage, note func(string, ...any)) question {
	if runes := []rune(words); len(runes) > maxText {
		note("the text has %d characters, Lex reads the first %d", len(runes), maxText)
		words = string(runes[:maxText])
	}
	q := question{Text: words, State: state, Attributes: map[string]string{"channel": t.Channel.Type}}
	for name, value := range map[string]string{
		"userId": t.Inbound.Sender.ID, "conversationId": t.ConversationID, "timezone": t.Inbound.Timezone,
	} {
		if value != "" {
			q.Attributes[name] = value
		}
	}
	if e.sendNames && t.Inbound.Sender.Name != "" {
		q.Attributes["userName"] = t.Inbound.Sender.Name
	}
	return q
}

// request is a signed question.
func (e *engine) request(ctx context.Context, address string, q question) (*http.Request, error) {
	body, err := remote.JSON(q)
	if err != nil {
		return nil, remote.Failf("failed", "build the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(body))
	if err != nil {
		return nil, remote.Failf("failed", "build the request: %w", remote.Plain(err))
	}
	req.Header.Set("Content-Type", "application/json")
	sign(req, body, e.keys, e.region, "lex", e.now())
	req.Header.Set("Accept", "application/json") // unsigned, a proxy may change it
	return req, nil
}
