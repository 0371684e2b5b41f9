package config

import (
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
)

const dots = "•••"

// Secret is a text that prints as dots; string(s) is the text.
type Secret string

func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return dots
}

// GoString keeps the text out of %#v as well.
func (s Secret) GoString() string { return `"` + s.String() + `"` }

// MarshalText keeps it out of JSON.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s Secret) state() string {
	if s == "" {
		return "not set"
	}
	return "set"
}

// Settings are the settings of a channel or an engine: string, []string or map[string]string by key.
// Which of them are secret only the type of channel or engine knows, so all of them print as dots.
type Settings map[string]any

func (s Settings) String() string { return "settings(" + strings.Join(s.names(), ", ") + ")" }

// GoString keeps the values out of %#v as well.
func (s Settings) GoString() string { return s.String() }

// MarshalText keeps them out of JSON.
func (s Settings) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

func (s Settings) names() []string { return slices.Sorted(maps.Keys(s)) }

// where says what keeps the data, without its password.
func (s Store) where() string {
	if s.Driver == "postgres" {
		return s.Driver + ", and what is this node's alone in " + s.Path
	}
	return s.Driver + " in " + s.Path
}

// Summary tells at the start what is configured and which secrets are set, never their values.
func (c Config) Summary() []slog.Attr {
	attrs := []slog.Attr{
		slog.String("file", c.File),
		slog.String("store", c.Store.where()),
		slog.String("key_file", c.KeyFile()),
		slog.String("DARI_API_KEY", c.APIKey.state()),
		slog.String("store.dsn", c.Store.DSN.state()),
		slog.String("auth.oidc.issuer", c.Auth.OIDC.Issuer),
		slog.String("auth.oidc.client_secret", c.Auth.OIDC.ClientSecret.state()),
		slog.Any("outbound.allow_hosts", c.Outbound.AllowHosts),
	}
	for _, b := range c.Bots {
		attrs = append(attrs, slog.String("bot "+b.ID, fmt.Sprintf("engine %s with %s", b.Engine.Type, b.Engine.Settings)))
		for _, ch := range b.Channels {
			attrs = append(attrs, slog.String("channel "+ch.ID, fmt.Sprintf("%s with %s", ch.Type, ch.Settings)))
		}
	}
	return attrs
}
