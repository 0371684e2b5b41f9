// Package rasa asks a Rasa assistant by its REST channel:
// https://rasa.com/docs/reference/channels/your-own-website
package rasa

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// Type is the Rasa engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "rasa" }

// Fields implements dialog.Type. There is no time-out of its own unless one is set: an action server may
// take minutes.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "url", Kind: settings.URL, Required: true, Help: "engine.rasa.url", Example: example},
		{Key: "token", Kind: settings.Secret, Help: "engine.rasa.token"},
		{Key: "headers", Kind: settings.Map, Help: "engine.rasa.headers", Example: "Authorization: Bearer …"},
		{Key: "timeout", Kind: settings.Duration, Help: "engine.rasa.timeout", Example: "20s"},
		{Key: "stream", Kind: settings.Select, Options: []string{"no", "yes"}, Default: "no", Help: "engine.rasa.stream"},
		{Key: "empty", Kind: settings.Select, Options: []string{"fallback", "silence"}, Default: "fallback", Help: "engine.rasa.empty"},
		{Key: "welcome", Kind: settings.Text, Help: "engine.rasa.welcome", Example: "/greet"},
		{Key: "input_channel", Kind: settings.Text, Help: "engine.rasa.input_channel"},
	}
}

const (
	example = "https://rasa.example.com"
	channel = "webhooks/rest"
)

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	e := &engine{
		token: v.Text("token"), stream: v.Text("stream") == "yes", silence: v.Text("empty") == "silence",
		welcome: v.Text("welcome"), inputChannel: v.Text("input_channel"),
	}
	base, err := foreign.Address(v, "url", example)
	if err != nil {
		return nil, err
	}
	if e.headers, err = foreign.Headers(v, "headers"); err != nil {
		return nil, err
	}
	e.base = base
	base.Path = strings.TrimSuffix(strings.TrimSuffix(base.Path, "/"), "/"+channel+"/webhook") // who enters all of it means the same
	if e.Link, err = foreign.NewLink(deps, v.Duration("timeout"), append(foreign.Hidden(base, e.headers), e.token)...); err != nil {
		return nil, fmt.Errorf("rasa engine: %w", err)
	}
	return e, nil
}

// engine is the engine of one bot. It holds nothing that changes: the tracker lives in Rasa.
type engine struct {
	foreign.Link
	base                         *url.URL
	headers                      http.Header
	token, welcome, inputChannel string
	stream, silence              bool
}

// Turn implements dialog.Engine.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	ctx, cancel := e.Within(ctx, t)
	defer cancel()
	return e.Finish(e.turn(ctx, t, emit))
}

func (e *engine) turn(ctx context.Context, t dialog.Turn, emit dialog.Emit) (dialog.Result, error) {
	said, err := e.words(t.Inbound)
	if err != nil || said == "" {
		return dialog.Result{}, err
	}
	var s speech
	if e.stream {
		err = e.listen(ctx, t, said, func(m message.Message) error { return emit(dialog.Say(m)) }, &s)
	} else {
		err = e.ask(ctx, t, said, &s)
	}
	if err != nil {
		return dialog.Result{}, err
	}
	if s.said == 0 && t.Inbound.Kind.FromUser() && !e.silence {
		// Rasa answers 200 and nothing when an action failed or ran out of time, too.
		e.Log.Warn("Rasa answered nothing", "bot", t.Bot.ID, "turn", t.ID, "items", s.items)
		return dialog.Result{}, remote.Failf("no_answer", "Rasa answered %d messages, none of which can be shown%s", s.items, s.reasons())
	}
	return dialog.Result{Reply: s.reply, Trace: s.trace(t.ConversationID)}, nil
}

// words is what Rasa is told; "" when nothing is.
func (e *engine) words(in message.Inbound) (string, error) {
	switch foreign.Of(in) {
	case foreign.Nothing:
		return "", nil
	case foreign.Open:
		if e.welcome != "" || !in.Kind.FromUser() {
			return e.welcome, nil
		}
	}
	return foreign.Words(in)
}

// question is the body of a call.
type question struct {
	Sender       string   `json:"sender"`
	Message      string   `json:"message"`
	InputChannel string   `json:"input_channel,omitempty"`
	Metadata     metadata `json:"metadata"`
}

// metadata is kept on the tracker, for actions to read.
type metadata struct {
	Channel      string            `json:"channel"`
	ChannelID    string            `json:"channel_id"`
	Conversation string            `json:"conversation"` // "direct", "group" or "thread"
	UserID       string            `json:"user_id,omitempty"`
	Lang         string            `json:"lang,omitempty"`
	Timezone     string            `json:"timezone,omitempty"`
	MessageID    string            `json:"message_id,omitempty"`
	TurnID       string            `json:"turn_id"`
	Attachments  []attached        `json:"attachments,omitempty"`
	Location     *message.Location `json:"location,omitempty"`
	Form         map[string]string `json:"form,omitempty"`
}

type attached struct {
	Kind message.Kind `json:"kind"`
	URL  string       `json:"url,omitempty"`
	Name string       `json:"name,omitempty"`
	MIME string       `json:"mime,omitempty"`
	Size int64        `json:"size,omitempty"`
}

func (e *engine) question(t dialog.Turn, said string) question {
	in := t.Inbound
	q := question{Sender: t.ConversationID, Message: said, InputChannel: e.inputChannel, Metadata: metadata{
		Channel: t.Channel.Type, ChannelID: t.Channel.ID, Conversation: string(in.Conversation.Kind), UserID: in.Sender.ID,
		Lang: foreign.Locale(t), Timezone: in.Timezone, MessageID: in.MessageID, TurnID: t.ID, Location: in.Location,
	}}
	for _, a := range in.Attachments {
		q.Metadata.Attachments = append(q.Metadata.Attachments, attached{a.Kind, a.URL, a.Name, a.MIME, a.Size})
	}
	if in.Form != nil {
		q.Metadata.Form = in.Form.Values
	}
	return q
}

// address is where a call goes, with the token if Rasa wants one.
func (e *engine) address(path string, stream bool) string {
	u := e.base.JoinPath(channel + path)
	query := u.Query()
	if e.token != "" {
		query.Set("token", e.token)
	}
	if stream {
		query.Set("stream", "true")
	}
	u.RawQuery = query.Encode()
	return u.String()
}

// post makes the call of a turn.
func (e *engine) post(ctx context.Context, t dialog.Turn, said string) (*http.Request, error) {
	req, err := remote.Post(ctx, e.address("/webhook", e.stream), e.question(t, said))
	if err != nil {
		return nil, err
	}
	maps.Copy(req.Header, e.headers)
	return req, nil
}

// ask asks once and reads all that is said.
func (e *engine) ask(ctx context.Context, t dialog.Turn, said string, s *speech) error {
	a, err := e.Ask(ctx, func() (*http.Request, error) { return e.post(ctx, t, said) })
	if err != nil {
		return err
	}
	if a.Status >= 300 {
		return refusal(a.Status, a.Body)
	}
	return s.read(a.Header, a.Body)
}

var _ dialog.Checker = (*engine)(nil)
