// Package clova asks a bot that was built on NAVER CLOVA Chatbot, by its Custom API:
// https://api.ncloud-docs.com/docs/ai-application-service-chatbot
package clova

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// Type is the CLOVA Chatbot engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "clova" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "url", Kind: settings.URL, Required: true, Help: "engine.clova.url", Example: example},
		{Key: "secret", Kind: settings.Secret, Required: true, Help: "engine.clova.secret"},
		{Key: "timeout", Kind: settings.Duration, Default: "10s", Help: "engine.clova.timeout"},
	}
}

const example = "https://….apigw.ntruss.com/custom/v1/1234/abcd…"

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	e := &engine{secret: v.Text("secret")}
	var err error
	if e.url, err = foreign.Address(v, "url", example); err != nil {
		return nil, err
	}
	if e.secret == "" {
		return nil, settings.Errorf("secret", "required", "is missing; copy the secret key from the domain's messenger settings")
	}
	if e.Link, err = foreign.NewLink(deps, v.Duration("timeout"), append(foreign.Hidden(e.url, nil), e.secret)...); err != nil {
		return nil, fmt.Errorf("clova engine: %w", err)
	}
	return e, nil
}

// engine is the engine of one bot. It holds nothing that changes: the session lives in CLOVA.
type engine struct {
	foreign.Link
	url    *url.URL
	secret string
}

// Turn implements dialog.Engine. It emits nothing before its end.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, _ dialog.Emit) (dialog.Result, error) {
	ctx, cancel := e.Within(ctx, t)
	defer cancel()
	return e.Finish(e.turn(ctx, t))
}

func (e *engine) turn(ctx context.Context, t dialog.Turn) (dialog.Result, error) {
	q, due, err := questionOf(t)
	if err != nil || !due {
		return dialog.Result{}, err
	}
	a, err := e.ask(ctx, q)
	if err != nil {
		if dialog.AsError(err).Code == codeClock {
			e.Log.Warn("CLOVA refused a time stamp; set this machine's clock by a time server", "bot", t.Bot.ID, "turn", t.ID)
		}
		return dialog.Result{}, err
	}
	return a.result(t.Channel.Type, t.Inbound.Kind.FromUser())
}

// question is the body of every call:
// https://api.ncloud-docs.com/docs/ai-application-service-chatbot-send
type question struct {
	Version   string `json:"version"`
	UserID    string `json:"userId"`
	Timestamp int64  `json:"timestamp"` // milliseconds; CLOVA takes ten seconds of difference
	Bubbles   []says `json:"bubbles"`
	Event     string `json:"event"`
}

type says struct {
	Type string `json:"type"`
	Data struct {
		Description string `json:"description"`
	} `json:"data"`
}

// openPrefix marks the data of a button that opens the chat anew.
const openPrefix = "clova:open:"

// questionOf puts the event into a call; due is false when it asks for nothing.
func questionOf(t dialog.Turn) (q question, due bool, err error) {
	q = question{Version: "v2", UserID: userID(t.ConversationID), Bubbles: []says{}, Event: "open"}
	switch foreign.Of(t.Inbound) {
	case foreign.Nothing:
		return question{}, false, nil
	case foreign.Open:
		return q, true, nil
	}
	said, err := foreign.Words(t.Inbound)
	if welcome, ok := strings.CutPrefix(said, openPrefix); ok && t.Inbound.Postback != nil {
		said = welcome
	} else {
		q.Event = "send"
	}
	if said != "" {
		s := says{Type: "text"}
		s.Data.Description = said
		q.Bubbles = append(q.Bubbles, s)
	}
	return q, true, err
}

// userID names the session, which is one conversation's. CLOVA takes 256 characters.
func userID(conversation string) string {
	if utf8.RuneCountInString(conversation) <= 256 {
		return conversation
	}
	sum := sha256.Sum256([]byte(conversation))
	return hex.EncodeToString(sum[:])
}

// ask sends a question, with the time and a signature of its own for every attempt.
func (e *engine) ask(ctx context.Context, q question) (answer, error) {
	a, err := e.Ask(ctx, func() (*http.Request, error) {
		q.Timestamp = e.Now().UnixMilli()
		body, err := remote.JSON(q)
		if err != nil {
			return nil, remote.Failf("failed", "build the request: %w", err)
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, e.url.String(), bytes.NewReader(body))
		if err != nil {
			return nil, remote.Failf("failed", "build the request: %w", remote.Plain(err))
		}
		req.Header.Set("Content-Type", "application/json;UTF-8") // as their pages spell it
		req.Header.Set("Accept", "application/json")
		req.Header.Set("X-NCP-CHATBOT_SIGNATURE", sign(e.secret, body))
		return req, nil
	})
	if err != nil {
		return answer{}, err
	}
	return decode(a, e.Now())
}

// sign is the signature over exactly the bytes that are sent. The key is the secret as it is shown, although
// it looks like Base64: https://api.ncloud-docs.com/docs/ai-application-service-chatbot
func sign(secret string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

var _ dialog.Checker = (*engine)(nil)
