// Package danbee asks a bot that was built on Danbee.ai (단비Ai), by its chatflow API:
// https://doc.danbee.ai/channel_native_app.html
package danbee

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// Type is the Danbee engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "danbee" }

// Fields implements dialog.Type. Whoever knows the chatbot id can talk to the bot, so it is a secret. A
// Sleep node may hold an answer for 10 s, so that a shorter time-out than 15 s would cut off good ones.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "chatbot_id", Kind: settings.Secret, Required: true, Help: "engine.danbee.chatbot_id", Example: "5f1d0c2a-…"},
		{Key: "version", Kind: settings.Select, Options: []string{"v2.0", "v1.0"}, Default: "v2.0", Help: "engine.danbee.version"},
		{Key: "base_url", Kind: settings.URL, Default: "https://danbee.ai/chatflow", Help: "engine.danbee.base_url"},
		{Key: "channel_id", Kind: settings.Text, Default: "0", Help: "engine.danbee.channel_id"},
		{Key: "parameters", Kind: settings.Map, Help: "engine.danbee.parameters", Example: "lang: {locale}"},
		{Key: "timeout", Kind: settings.Duration, Default: "20s", Help: "engine.danbee.timeout"},
	}
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	e := &engine{
		chatbot: v.Text("chatbot_id"), version: v.Text("version"),
		channel: v.Text("channel_id"), parameters: v.Map("parameters"),
	}
	if e.chatbot == "" || strings.ContainsAny(e.chatbot, "/?#% \t\r\n") {
		return nil, settings.Errorf("chatbot_id", "required", "is missing or no chatbot id; copy it from the address bar of the builder")
	}
	base, err := foreign.Address(v, "base_url", "https://danbee.ai/chatflow")
	if err != nil {
		return nil, err
	}
	e.url = base.JoinPath("chatbot", e.version, e.chatbot)
	if e.Link, err = foreign.NewLink(deps, v.Duration("timeout"), append(foreign.Hidden(base, nil), e.chatbot)...); err != nil {
		return nil, fmt.Errorf("danbee engine: %w", err)
	}
	return e, nil
}

// engine is the engine of one bot. It holds nothing that changes.
type engine struct {
	foreign.Link
	url                       *url.URL // of the bot
	chatbot, version, channel string
	parameters                map[string]string
}

// Turn implements dialog.Engine. It emits nothing before its end.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, _ dialog.Emit) (dialog.Result, error) {
	ctx, cancel := e.Within(ctx, t)
	defer cancel()
	return e.Finish(e.turn(ctx, t))
}

func (e *engine) turn(ctx context.Context, t dialog.Turn) (dialog.Result, error) {
	switch foreign.Of(t.Inbound) {
	case foreign.Open:
		r, err := e.ask(ctx, "welcome.do", e.greeting(t))
		if err != nil {
			return dialog.Result{}, err
		}
		return e.result(r, t.Inbound.Kind.FromUser())
	case foreign.Say:
		q, err := e.question(t)
		if err != nil {
			return dialog.Result{}, err
		}
		r, err := e.ask(ctx, "message.do", q)
		if err != nil {
			return dialog.Result{}, err
		}
		return e.result(r, true)
	}
	return dialog.Result{}, nil
}

// ask sends one call and reads the envelope of its answer.
func (e *engine) ask(ctx context.Context, call string, body any) (result, error) {
	a, err := e.Ask(ctx, func() (*http.Request, error) {
		req, err := remote.Post(ctx, e.url.JoinPath(call).String(), body)
		if err == nil {
			req.Header.Set("Content-Type", "application/json;charset=UTF-8")
		}
		return req, err
	})
	if err != nil {
		return result{}, err
	}
	return decode(a)
}

// result is what an answer says. Whoever waits for an answer must not be left in silence.
func (e *engine) result(r result, awaited bool) (dialog.Result, error) {
	var n foreign.Notes
	reply, offers := r.reply(e.url, &n)
	if err := r.failure(len(reply.Messages) > 0, awaited); err != nil {
		return dialog.Result{}, err
	}
	return dialog.Result{
		Reply: reply,
		State: &dialog.State{Token: r.remember(offers, &n)},
		Trace: r.trace(n),
	}, nil
}
