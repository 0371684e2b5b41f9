// Package openai asks a language model over the Chat Completions API, which OpenAI, Azure, vLLM, Ollama
// and most gateways speak: https://platform.openai.com/docs/api-reference/chat
//
// It has a client of its own: the official one makes the program three times as large, because it brings
// the identity code of two clouds, and it knows nothing of what compatible servers do differently.
package openai

import (
	"errors"
	"net/http"
	"sync/atomic"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/llm"
	"dari/dialog/remote"
)

const name = "openai"

// Type is the engine for models behind the Chat Completions API.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return name }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field {
	return append([]settings.Field{
		{Key: "base_url", Kind: settings.URL, Default: defaultURL, Help: "engine.openai.base_url", Example: "http://127.0.0.1:11434/v1"},
		{Key: "api_key", Kind: settings.Secret, Help: "engine.openai.api_key", Example: "sk-…"},
		{Key: "model", Kind: settings.Text, Required: true, Help: "engine.openai.model", Example: "gpt-…"},
		{Key: "auth", Kind: settings.Select, Options: []string{"bearer", "api-key"}, Default: "bearer", Help: "engine.openai.auth"},
		{Key: "api_version", Kind: settings.Text, Help: "engine.openai.api_version", Example: "2024-10-21"},
		{Key: "token_field", Kind: settings.Select, Options: []string{"auto", "max_tokens", "max_completion_tokens"}, Default: "auto", Help: "engine.openai.token_field"},
	}, llm.Fields(name)...)
}

// New implements dialog.Type.
func (Type) New(v settings.Values, deps dialog.Deps) (dialog.Engine, error) {
	c, err := newConfig(v)
	if err != nil {
		return nil, err
	}
	s, err := llm.Read(v, deps.URLs, c.secrets()...)
	if err != nil {
		return nil, err
	}
	if deps.HTTP == nil {
		return nil, errors.New("openai engine: no HTTP client given")
	}
	return llm.New(s, newModel(c, s, llm.WithoutRedirects(deps.HTTP), deps), deps), nil
}

// model is one model on one server. Beside the settings it holds what it has learned about the server.
type model struct {
	config
	settings llm.Settings
	caller   llm.Caller

	// otherTokens and noOptions are set when the server has refused the usual field.
	otherTokens, noOptions atomic.Bool
}

func newModel(c config, s llm.Settings, client *http.Client, deps dialog.Deps) *model {
	return &model{
		config: c, settings: s,
		caller: llm.Caller{Remote: remote.Client{HTTP: client, Scrub: s.Scrub, Now: deps.Now}},
	}
}
