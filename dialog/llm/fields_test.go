package llm

import (
	"errors"
	"strings"
	"testing"

	"dari/bot/settings"
)

type noPrivate struct{}

func (noPrivate) CheckURL(raw string) error {
	if strings.Contains(raw, "10.0.0.1") {
		return errors.New("is a private address")
	}
	return nil
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for _, row := range []struct {
		name, field, code string
		v                 settings.Values
	}{
		{"no number of tokens", "max_tokens", "range", settings.Values{"max_tokens": "0"}},
		{"half a token", "max_tokens", "range", settings.Values{"max_tokens": "1.5"}},
		{"a temperature that melts", "temperature", "range", settings.Values{"temperature": "2.1"}},
		{"an endless history", "history", "range", settings.Values{"history": "101"}},
		{"no round", "tool_rounds", "range", settings.Values{"tool_rounds": "0"}},
		{"a price below zero", "price_input", "range", settings.Values{"price_input": "-1"}},
		{"a zone that is not on earth", "time_zone", "format", settings.Values{"time_zone": "Mars/Olympus"}},
		{"the zone of the server", "time_zone", "format", settings.Values{"time_zone": "Local"}},
		{"a zone by its abbreviation", "time_zone", "format", settings.Values{"time_zone": "KST"}},
		{"an address that is none", "mcp_servers", "format", settings.Values{"mcp_servers": map[string]string{"a": "tools?key=secret-key-1"}}},
		{"an address with a password", "mcp_servers", "credentials", settings.Values{"mcp_servers": map[string]string{"a": "https://u:secret-key-1@tools.example.com"}}},
		{"an address that is not allowed", "mcp_servers", "url", settings.Values{"mcp_servers": map[string]string{"a": "http://10.0.0.1/?key=secret-key-1"}}},
		{"a name that cannot be part of a tool's", "mcp_servers", "format", settings.Values{"mcp_servers": map[string]string{"주문": "https://tools.example.com"}}},
		{"a program to start", "mcp_servers", "format", settings.Values{"mcp_servers": map[string]string{"a": "stdio:///bin/sh"}}},
		{"a token for nobody", "mcp_tokens", "unknown", settings.Values{"mcp_tokens": map[string]string{"a": "secret-key-1"}}},
		{"a token with a line break", "mcp_tokens", "format", settings.Values{
			"mcp_servers": map[string]string{"a": "https://tools.example.com"}, "mcp_tokens": map[string]string{"a": "secret-key-1\n"},
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Read(row.v, noPrivate{})
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != row.field || se.Code != row.code {
				t.Errorf("got %v, want %s of %s", err, row.code, row.field)
			}
			if strings.Contains(err.Error(), "secret-key-1") {
				t.Errorf("a secret is told: %v", err)
			}
		})
	}
}

func TestEmptySettingsHaveDefaults(t *testing.T) {
	s, err := Read(settings.Values{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.MaxTokens != defaultMaxTokens || s.history != defaultHistory || s.rounds != defaultRounds || s.toolTime != defaultToolTime || s.Temperature != nil || !s.Stream {
		t.Errorf("got %+v", s)
	}
	clean, err := settings.Clean(Fields("openai"), settings.Values{"temperature": "0"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, err = Read(clean, nil); err != nil || s.Temperature == nil || *s.Temperature != 0 || s.prices.currency != "USD" {
		t.Errorf("a temperature of 0: %+v, %v", s, err)
	}
}

func TestACostNeedsPrices(t *testing.T) {
	u := Usage{Input: 1_000_000, Cached: 400_000, Output: 200_000}
	for _, row := range []struct {
		name string
		v    settings.Values
		want float64 // 0 for none
	}{
		{"without prices", settings.Values{}, 0},
		{"with prices", settings.Values{"price_input": "2", "price_output": "10"}, 4},
		{"with a price for cached tokens", settings.Values{"price_input": "2", "price_cached": "0.5", "price_output": "10"}, 3.4},
		{"with cached tokens for nothing", settings.Values{"price_input": "2", "price_cached": "0", "price_output": "10"}, 3.2},
	} {
		s, err := Read(row.v, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := 0.0
		if c := s.prices.of(u); c != nil {
			got = c.Amount
		}
		if diff := got - row.want; diff > 1e-9 || diff < -1e-9 {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
}
