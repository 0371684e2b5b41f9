// Package kakaoskill asks a skill server that was written for Kakao's chatbots (카카오 챗봇 스킬, JSON 2.0), in
// the place of Kakao's own bot system:
// https://kakaobusiness.gitbook.io/main/tool/chatbot/skill_guide/answer_json_format
package kakaoskill

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// Type is the Kakao skill engine.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "kakao_skill" }

// Fields implements dialog.Type. Kakao gives a skill five seconds, and skill servers are made for that.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "url", Kind: settings.URL, Required: true, Help: "engine.kakao_skill.url", Example: "https://skill.example.com/kakao"},
		{Key: "headers", Kind: settings.Map, Help: "engine.kakao_skill.headers", Example: "accessToken: …"},
		{Key: "timeout", Kind: settings.Duration, Default: "5s", Help: "engine.kakao_skill.timeout"},
		{Key: "callback", Kind: settings.Select, Options: []string{"yes", "no"}, Default: "yes", Help: "engine.kakao_skill.callback"},
		{Key: "bot_id", Kind: settings.Text, Help: "engine.kakao_skill.bot_id"},
		{Key: "block_id", Kind: settings.Text, Default: "dari", Help: "engine.kakao_skill.block_id"},
		{Key: "block_name", Kind: settings.Text, Default: "dari", Help: "engine.kakao_skill.block_name"},
		{Key: "action_name", Kind: settings.Text, Default: "dari", Help: "engine.kakao_skill.action_name"},
		{Key: "params", Kind: settings.Map, Help: "engine.kakao_skill.params"},
		{Key: "welcome", Kind: settings.Text, Help: "engine.kakao_skill.welcome"},
		{Key: "welcome_block_id", Kind: settings.Text, Help: "engine.kakao_skill.welcome_block_id"},
	}
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	e := &engine{
		callback: v.Text("callback") != "no", botID: v.Text("bot_id"),
		block: named{v.Text("block_id"), v.Text("block_name")}, action: v.Text("action_name"), params: v.Map("params"),
		welcome: v.Text("welcome"), welcomeBlock: cmp.Or(v.Text("welcome_block_id"), v.Text("block_id")),
	}
	var err error
	if e.url, err = foreign.Address(v, "url", "https://skill.example.com/kakao"); err != nil {
		return nil, err
	}
	if e.headers, err = foreign.Headers(v, "headers"); err != nil {
		return nil, err
	}
	if e.Link, err = foreign.NewLink(deps, v.Duration("timeout"), foreign.Hidden(e.url, e.headers)...); err != nil {
		return nil, fmt.Errorf("kakao_skill engine: %w", err)
	}
	return e, nil
}

// engine is the engine of one bot. It holds nothing that changes.
type engine struct {
	foreign.Link
	url      *url.URL
	headers  http.Header
	callback bool // whether skills may answer later

	botID, action         string
	block                 named
	params                map[string]string
	welcome, welcomeBlock string
}

// Turn implements dialog.Engine. It emits nothing before its end.
func (e *engine) Turn(ctx context.Context, t dialog.Turn, _ dialog.Emit) (dialog.Result, error) {
	ctx, cancel := e.Within(ctx, t)
	defer cancel()
	return e.Finish(e.turn(ctx, t))
}

func (e *engine) turn(ctx context.Context, t dialog.Turn) (dialog.Result, error) {
	tapped, isTap := readTap(t.Inbound.Postback)
	if isTap && tapped.Kind == tapOperator {
		return dialog.Result{Handoff: &dialog.Handoff{Note: tapped.Text}}, nil
	}
	what := foreign.Of(t.Inbound)
	if what == foreign.Nothing || what == foreign.Open && e.welcome == "" && !t.Inbound.Kind.FromUser() {
		return dialog.Result{}, nil
	}
	live := recall(t.State)
	p, err := e.payload(t, what, tapped, live)
	if err != nil {
		return dialog.Result{}, err
	}
	a, err := e.ask(ctx, t, p)
	if err != nil {
		return dialog.Result{}, err
	}
	var n foreign.Notes
	res, err := a.result(&n)
	if err != nil {
		return dialog.Result{}, err
	}
	if res.Later && p.UserRequest.CallbackURL == "" {
		return dialog.Result{}, remote.Failf("bad_answer", "useCallback: the skill wants to answer later, but was given no callbackUrl")
	}
	res.State = keep(live.after(a.Context.Values, &n), &n)
	res.Trace = a.trace(p.UserRequest.Block.ID, live, n)
	return res, nil
}

func (e *engine) ask(ctx context.Context, t dialog.Turn, p payload) (answer, error) {
	got, err := e.Ask(ctx, func() (*http.Request, error) {
		req, err := remote.Post(ctx, e.url.String(), p)
		if err != nil {
			return nil, err
		}
		maps.Copy(req.Header, e.headers)
		req.Header.Set("Content-Type", "application/json;charset=UTF-8")
		if req.Header.Get("X-Request-Id") == "" && t.ID != "" {
			req.Header.Set("X-Request-Id", t.ID) // as Kakao names a conversation's request
		}
		return req, nil
	})
	if err != nil {
		return answer{}, err
	}
	if got.Status >= 300 {
		return answer{}, remote.Refused(got.Status, "")
	}
	return decode(got.Header, got.Body)
}
