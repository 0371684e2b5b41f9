package openai

import (
	"errors"
	"strings"
	"testing"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestAnAddressMayBeWrittenInMoreThanOneWay(t *testing.T) {
	for _, row := range []struct{ base, version, chat, list, field string }{
		{"", "", "https://api.openai.com/v1/chat/completions", "https://api.openai.com/v1/models", "max_completion_tokens"},
		{"http://127.0.0.1:11434", "", "http://127.0.0.1:11434/v1/chat/completions", "http://127.0.0.1:11434/v1/models", "max_tokens"},
		{"https://llm.example.com/api/v1/", "", "https://llm.example.com/api/v1/chat/completions", "https://llm.example.com/api/v1/models", "max_tokens"},
		{"https://llm.example.com/v1/chat/completions?key=a", "", "https://llm.example.com/v1/chat/completions?key=a", "https://llm.example.com/v1/models?key=a", "max_tokens"},
		{
			"https://hanbit.openai.azure.com/openai/deployments/mini", "2024-10-21",
			"https://hanbit.openai.azure.com/openai/deployments/mini/chat/completions?api-version=2024-10-21",
			"https://hanbit.openai.azure.com/openai/models?api-version=2024-10-21", "max_completion_tokens",
		},
		{"https://notopenai.com/v1", "", "https://notopenai.com/v1/chat/completions", "https://notopenai.com/v1/models", "max_tokens"},
	} {
		c, err := newConfig(settings.Values{"base_url": row.base, "api_version": row.version, "model": "m"})
		if err != nil {
			t.Errorf("%s: %v", row.base, err)
			continue
		}
		if chat, list := c.endpoint(c.base, "/chat/completions"), c.modelList(); chat != row.chat || list != row.list || c.tokenField != row.field {
			t.Errorf("%s: %s, %s, %s", row.base, chat, list, c.tokenField)
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, row := range []struct {
		field, code string
		v           settings.Values
	}{
		{"model", "required", settings.Values{}},
		{"base_url", "format", settings.Values{"model": "m", "base_url": "api?key=secret-key-1"}},
		{"base_url", "credentials", settings.Values{"model": "m", "base_url": "https://u:secret-key-1@llm.example.com"}},
		{"api_key", "format", settings.Values{"model": "m", "api_key": "secret-key-1\nX: y"}},
		{"max_tokens", "range", settings.Values{"model": "m", "max_tokens": "-1"}},
	} {
		_, err := Type{}.New(row.v, dialogtest.Deps(&dialogtest.LogBuffer{}))
		var se *settings.Error
		if !errors.As(err, &se) || se.Field != row.field || se.Code != row.code || strings.Contains(err.Error(), "secret-key-1") {
			t.Errorf("got %v, want %s of %s", err, row.code, row.field)
		}
	}
	if _, err := (Type{}).New(settings.Values{"model": "m"}, dialog.Deps{}); err == nil {
		t.Error("an engine without a client was made")
	}
}

func TestTheKeyIsSentAsTheServerWantsIt(t *testing.T) {
	for _, row := range []struct {
		auth, key, header, value string
	}{
		{"bearer", "k-1", "Authorization", "Bearer k-1"},
		{"api-key", "k-1", "api-key", "k-1"},
		{"bearer", "", "Authorization", ""},
	} {
		stage := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return dialogtest.OpenAIWhole("네"), nil })
		v := settings.Values{"base_url": stage.URL, "model": "m", "auth": row.auth, "api_key": row.key}
		b := dialogtest.Open(t, Type{}, v)
		if _, err := b.Ask(t, t.Context(), dialogtest.TextTurn("c", "안녕")); err != nil {
			t.Fatal(err)
		}
		h := stage.Last(t).Header
		if h.Get(row.header) != row.value || row.header == "api-key" && h.Get("Authorization") != "" {
			t.Errorf("%s: sent %v", row.auth, h)
		}
	}
}
