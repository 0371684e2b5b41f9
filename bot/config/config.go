// Package config reads Dari's configuration.
//
// Everything works with no file. One table (keys.go) says which keys there are; the file, the
// environment, the checks and config.example.yaml all follow from it. Only the provisioned bots, which
// are a tree and not a list of keys, are read by code of their own (bots.go).
package config

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Config is the whole configuration, checked and with its defaults filled in.
type Config struct {
	Server    Server
	Store     Store
	Secrets   Secrets
	Auth      Auth
	Outbound  Outbound
	Runtime   Runtime
	Retention Retention
	Log       Log
	// Bots are provisioned read-only; their order is that of the file.
	Bots []Bot
	// APIKey is accepted as an admin-scope API key; empty means none. It comes from the environment
	// alone (DARI_API_KEY), so that nobody keeps it in a file that is shared.
	APIKey Secret
	// File is the file that was read, "" if there was none.
	File string

	places map[string]place // of every key that was given
	used   map[string]bool  // environment variables that settings of bots refer to
}

// Server says where Dari listens.
type Server struct {
	Listen        string // host:port
	PublicURL     string // without a slash at the end; empty: see URL
	ConsoleListen string // host:port; empty: the console shares Listen
	// ConsolePublicURL is that of the console, without a slash at the end; empty: see ConsoleURL
	ConsolePublicURL string
	// TrustedProxies are IPs and CIDRs whose X-Forwarded-For is believed.
	TrustedProxies []string
}

// Store says where Dari keeps what it knows.
type Store struct {
	Driver string // "bolt" or "postgres"
	Path   string // a directory
	DSN    Secret
}

// Secrets says where the key is that seals secrets.
type Secrets struct {
	KeyFile string // empty: see Config.KeyFile
}

// Auth says how people sign in to the console, beside passwords.
type Auth struct {
	OIDC OIDC
}

// OIDC is a sign-in provider of the operator's; an empty Issuer means that there is none.
type OIDC struct {
	Issuer, ClientID              string
	ClientSecret                  Secret
	Label                         string
	Scopes                        []string
	AllowedDomains, AllowedEmails []string
	EmailVerified                 string // "required" or "assumed"
	RoleClaim                     string
	AdminValues, BuilderValues    []string
	DefaultRole                   string // "admin", "builder", "viewer" or "none"
}

// Address is the host and port of the issuer.
func (o OIDC) Address() string {
	u, err := url.Parse(o.Issuer)
	if err != nil {
		return ""
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "http":
		port = "80"
	default:
		port = "443"
	}
	return net.JoinHostPort(u.Hostname(), port)
}

// Outbound bounds the calls to platforms and engines.
type Outbound struct {
	AllowHosts []string // as outbound.New takes them
	Timeout    time.Duration
}

// Runtime bounds the work on messages.
type Runtime struct {
	TurnTimeout   time.Duration
	DrainTimeout  time.Duration
	MaxTurns      int
	MaxDeliveries int
}

// Retention says how long finished records are kept; zero keeps them for ever.
type Retention struct {
	Events    time.Duration
	Rejected  time.Duration
	Audit     time.Duration
	MaxEvents int
}

// Log says what is logged and how.
type Log struct {
	Level  slog.Level
	Format string // "text" or "json"
}

const defaultFile = "config.yaml"

// Find returns the configuration file to read: the value of the -config flag, else DARI_CONFIG, else
// config.yaml in the working directory. A file that was asked for explicitly has to exist.
func Find(flagValue string, env func(string) (string, bool)) (path string, explicit bool) {
	if flagValue != "" {
		return flagValue, true
	}
	if path, ok := env(configName); ok && path != "" {
		return path, true
	}
	return defaultFile, false
}

// Load reads the file and the environment, which wins over the file. The error joins every mistake,
// those of the file first and in its order, each with its place ("config.yaml:12:3: …" or
// "DARI_LOG_LEVEL: …"). Errors never show values that may be secret.
func Load(path string, explicit bool, env func(string) (string, bool)) (Config, error) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !explicit:
		return parse("", nil, env)
	case errors.Is(err, fs.ErrNotExist):
		return Config{}, fmt.Errorf("configuration file %s does not exist; correct -config or DARI_CONFIG", path)
	case err != nil:
		return Config{}, fmt.Errorf("configuration file: %w", err)
	}
	return parse(path, data, env)
}

// KeyFile is the file with the key that seals secrets: secrets.key_file, else secret.key next to the
// store.
func (c Config) KeyFile() string {
	if c.Secrets.KeyFile != "" {
		return c.Secrets.KeyFile
	}
	return filepath.Join(c.Store.Path, "secret.key")
}

// URL is the address under which platforms reach Dari, without a slash at the end: public_url, else
// http:// and the address that the server is bound to, which differs from Listen when that asks for
// port 0. An empty bound stands for Listen.
func (s Server) URL(bound string) string {
	if s.PublicURL != "" {
		return s.PublicURL
	}
	return reachable(bound, s.Listen)
}

// ConsoleURL is the address of the console, as URL is that of the server. bound belongs to the listener
// that serves the console.
func (s Server) ConsoleURL(bound string) string {
	if s.ConsolePublicURL != "" {
		return s.ConsolePublicURL
	}
	if s.ConsoleListen == "" {
		return s.URL(bound)
	}
	return reachable(bound, s.ConsoleListen)
}

// reachable turns a listen address into a URL that works on this machine.
func reachable(bound, listen string) string {
	if bound == "" {
		bound = listen
	}
	host, port, err := net.SplitHostPort(bound)
	if err != nil {
		return "http://" + bound
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// Where names the place of a key for an error message: "config.yaml:12:3" or "DARI_LOG_LEVEL". A key
// that was not given is looked for at what contains it, so that a missing
// "bots[0].channels[1].settings.bot_id" is shown where those settings begin.
func (c Config) Where(key string) string {
	for key != "" {
		if p, ok := c.places[key]; ok {
			return p.String()
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	if c.File == "" {
		return "configuration"
	}
	return c.File
}
