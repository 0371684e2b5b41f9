// Package dify asks an app made with Dify: https://docs.dify.ai/en/api-reference
//
// The API is one request and a stream of events, for which a client library would bring nothing. The
// answer is always asked for as a stream: apps of the kind Agent have no other form, and a proxy on the
// way gives up an answer that says nothing for a minute.
package dify

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

const (
	defaultURL  = "https://api.dify.ai/v1"
	defaultIdle = 30 * time.Second
)

// Type is the engine for Dify's apps of the kinds Chatbot, Chatflow and Agent.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "dify" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return []settings.Field{
		{Key: "api_key", Kind: settings.Secret, Required: true, Help: "engine.dify.api_key", Example: "app-…"},
		{Key: "base_url", Kind: settings.URL, Default: defaultURL, Help: "engine.dify.base_url"},
		{Key: "inputs", Kind: settings.Map, Help: "engine.dify.inputs", Example: "dept: {{channel}}"},
		llm.ZoneField("dify"),
		{Key: "files", Kind: settings.Select, Options: []string{"off", "url"}, Default: "off", Help: "engine.dify.files"},
		{Key: "opening", Kind: settings.Select, Options: []string{"on", "off"}, Default: "on", Help: "engine.dify.opening"},
		{Key: "suggestions", Kind: settings.Select, Options: []string{"off", "on"}, Default: "off", Help: "engine.dify.suggestions"},
		{Key: "stream", Kind: settings.Select, Options: []string{"auto", "off"}, Default: "auto", Help: "engine.dify.stream"},
		{Key: "timeout", Kind: settings.Duration, Help: "engine.dify.timeout", Example: "2m"},
		{Key: "idle_timeout", Kind: settings.Duration, Default: defaultIdle.String(), Help: "engine.dify.idle_timeout"},
	}
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	e := &engine{
		key: v.Text("api_key"), inputs: v.Map("inputs"), files: v.Text("files") == "url",
		opening: v.Text("opening") != "off", suggestions: v.Text("suggestions") == "on", stream: v.Text("stream") != "off",
		timeout: v.Duration("timeout"), idle: v.Duration("idle_timeout"), now: deps.Now, log: deps.Log,
	}
	var err error
	if e.base, err = parseBase(v.Text("base_url")); err != nil {
		return nil, err
	}
	if e.zone, err = llm.Zone(v); err != nil {
		return nil, err
	}
	switch {
	case e.key == "":
		return nil, settings.Errorf("api_key", "required", "is missing; make one in the app under API access")
	case strings.ContainsFunc(e.key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, settings.Errorf("api_key", "format", "holds a space, line break or foreign letter; copy it again")
	case deps.HTTP == nil:
		return nil, errors.New("dify engine: no HTTP client given")
	}
	if e.idle == 0 {
		e.idle = defaultIdle
	}
	if e.now == nil {
		e.now = time.Now
	}
	if e.log == nil {
		e.log = slog.New(slog.DiscardHandler)
	}
	hide := []string{e.key, e.base.RawQuery}
	for _, value := range e.inputs {
		hide = append(hide, value)
	}
	e.scrub = remote.NewScrubber(hide...)
	e.caller = llm.Caller{
		Remote:  remote.Client{HTTP: llm.WithoutRedirects(deps.HTTP), Scrub: e.scrub, Now: deps.Now},
		Refusal: refusal,
	}
	return e, nil
}

// parseBase never quotes the address in its errors: its query may hold a key. It takes the address of a
// server alone, and that of the very endpoint, too.
func parseBase(raw string) (*url.URL, error) {
	if raw == "" {
		raw = defaultURL
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return nil, settings.Errorf("base_url", "format", "must be an address such as %s", defaultURL)
	}
	if u.User != nil {
		return nil, settings.Errorf("base_url", "credentials", "must not hold a user name or password; enter the key in api_key")
	}
	u.Fragment, u.RawFragment, u.RawPath = "", "", ""
	u.Path = strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/chat-messages")
	if u.Path == "" {
		u.Path = "/v1"
	}
	return u, nil
}

// engine is the engine of one bot.
type engine struct {
	base                                *url.URL
	key                                 string
	inputs                              map[string]string
	zone                                *time.Location // of {{now}} in the inputs; nil: the event's
	files, opening, suggestions, stream bool
	timeout, idle                       time.Duration
	scrub                               remote.Scrubber
	caller                              llm.Caller
	now                                 func() time.Time
	log                                 *slog.Logger
	stops                               sync.WaitGroup // requests that end an answer nobody waits for
}

// Close implements dialog.Closer.
func (e *engine) Close() error {
	e.stops.Wait()
	return nil
}

func (e *engine) endpoint(path string) string {
	u := *e.base
	u.Path += path
	return u.String()
}

// get builds a request that only reads.
func (e *engine) get(ctx context.Context, path string, query url.Values) (*http.Request, error) {
	u := *e.base
	u.Path += path
	q := u.Query()
	for name, values := range query {
		q[name] = values
	}
	u.RawQuery = q.Encode()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, remote.Failf("failed", "build the request: %w", remote.Plain(err))
	}
	req.Header.Set("Authorization", "Bearer "+e.key)
	return req, nil
}

// post builds a request with a JSON body.
func (e *engine) post(ctx context.Context, path string, body any) (*http.Request, error) {
	req, err := remote.Post(ctx, e.endpoint(path), body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+e.key)
	return req, nil
}
