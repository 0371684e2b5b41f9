// Package anthropic asks a language model over the Messages API: https://docs.anthropic.com/en/api/messages
//
// It has a client of its own on net/http: the official one makes the program twice as large for what is
// one request and a stream of six kinds of events here.
package anthropic

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

const (
	name       = "anthropic"
	defaultURL = "https://api.anthropic.com"
	// apiVersion: https://docs.anthropic.com/en/api/versioning
	apiVersion = "2023-06-01"
)

// Type is the engine for models behind the Messages API.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return name }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return append([]settings.Field{
		{Key: "api_key", Kind: settings.Secret, Required: true, Help: "engine.anthropic.api_key", Example: "sk-ant-…"},
		{Key: "model", Kind: settings.Text, Required: true, Help: "engine.anthropic.model", Example: "claude-…"},
		{Key: "base_url", Kind: settings.URL, Default: defaultURL, Help: "engine.anthropic.base_url"},
		{Key: "cache", Kind: settings.Select, Options: []string{"off", "on"}, Default: "off", Help: "engine.anthropic.cache"},
	}, llm.Fields(name)...)
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	m := &model{key: v.Text("api_key"), name: v.Text("model"), cache: v.Text("cache") == "on"}
	var err error
	if m.base, err = parseBase(v.Text("base_url")); err != nil {
		return nil, err
	}
	switch {
	case m.key == "":
		return nil, settings.Errorf("api_key", "required", "is missing; make one in the console of the API")
	case strings.ContainsFunc(m.key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return nil, settings.Errorf("api_key", "format", "holds a space, line break or foreign letter; copy it again")
	case m.name == "":
		return nil, settings.Errorf("model", "required", "is missing; enter the id of a model")
	}
	if m.settings, err = llm.Read(v, deps.URLs, m.key, m.base.RawQuery); err != nil {
		return nil, err
	}
	if deps.HTTP == nil {
		return nil, errors.New("anthropic engine: no HTTP client given")
	}
	m.caller = llm.Caller{Remote: remote.Client{HTTP: llm.WithoutRedirects(deps.HTTP), Scrub: m.settings.Scrub, Now: deps.Now}}
	return llm.New(m.settings, m, deps), nil
}

// parseBase never quotes the address in its errors: its query may hold a key. It takes the address with
// /v1 and that of the very endpoint, too.
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
	u.Path = strings.TrimRight(u.Path, "/")
	u.Path = strings.TrimSuffix(strings.TrimSuffix(u.Path, "/messages"), "/v1")
	return u, nil
}

// model is one model on one server. It holds nothing that changes.
type model struct {
	settings llm.Settings
	caller   llm.Caller
	base     *url.URL
	key      string
	name     string
	cache    bool
}

func (m *model) endpoint(path string) string {
	u := *m.base
	u.Path += "/v1" + path
	return u.String()
}

func (m *model) authorize(req *http.Request) {
	req.Header.Set("x-api-key", m.key)
	req.Header.Set("anthropic-version", apiVersion)
}
