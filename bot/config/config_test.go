package config

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func noEnv(string) (string, bool) { return "", false }

func vars(m map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) { v, ok := m[name]; return v, ok }
}

func TestDefaultsWithNoFile(t *testing.T) {
	cfg, err := Load(filepath.Join(t.TempDir(), "config.yaml"), false, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	cfg.places, cfg.used = nil, nil
	want := Config{
		Server:    Server{Listen: "127.0.0.1:8080"},
		Store:     Store{Driver: "bolt", Path: "data"},
		Auth:      Auth{OIDC{Scopes: []string{"openid", "email", "profile"}, EmailVerified: "required", DefaultRole: "viewer"}},
		Outbound:  Outbound{Timeout: 10 * time.Second},
		Runtime:   Runtime{TurnTimeout: 20 * time.Second, DrainTimeout: 20 * time.Second, MaxTurns: 4096, MaxDeliveries: 1024},
		Retention: Retention{Events: 720 * time.Hour, Rejected: 168 * time.Hour, Audit: 8760 * time.Hour},
		Log:       Log{Level: slog.LevelInfo, Format: "text"},
	}
	if !reflect.DeepEqual(cfg, want) {
		t.Errorf("got %+v\nwant %+v", cfg, want)
	}
	if got := cfg.KeyFile(); got != filepath.Join("data", "secret.key") {
		t.Errorf("key file is %s", got)
	}
}

func TestFileIsFound(t *testing.T) {
	for _, tt := range []struct {
		name, flag string
		env        map[string]string
		path       string
		explicit   bool
	}{
		{"by the flag first", "a.yaml", map[string]string{"DARI_CONFIG": "b.yaml"}, "a.yaml", true},
		{"by the environment second", "", map[string]string{"DARI_CONFIG": "b.yaml"}, "b.yaml", true},
		{"in the working directory last", "", nil, "config.yaml", false},
		{"in the working directory when the variable is empty", "", map[string]string{"DARI_CONFIG": ""}, "config.yaml", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if path, explicit := Find(tt.flag, vars(tt.env)); path != tt.path || explicit != tt.explicit {
				t.Errorf("got %q, %v", path, explicit)
			}
		})
	}
}

func TestFileAskedForHasToExist(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.yaml")
	if _, err := Load(path, true, noEnv); err == nil || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "DARI_CONFIG") {
		t.Errorf("got %v", err)
	}
}

func TestFileThatCannotBeReadIsAnError(t *testing.T) {
	if _, err := Load(t.TempDir(), false, noEnv); err == nil {
		t.Error("a directory is taken for a file")
	}
}

const everyKey = `
server: {listen: ":80", public_url: "https://bot.example.com/", console_listen: "[::1]:81", console_url: "https://console.example.com/"}
store: {driver: bolt, path: /var/lib/dari, dsn: ""}
secrets: {key_file: /etc/dari.key}
auth:
  oidc:
    {issuer: "https://id.example.com/realm", client_id: dari, client_secret: hunter2, label: "Example ID", scopes: [openid, email, groups],
     allowed_domains: [example.com], allowed_emails: [guest@example.net], email_verified: assumed, role_claim: realm_access.roles,
     admin_values: [bots-admin], builder_values: [bots], default_role: none}
outbound: {allow_hosts: [engine.internal, 10.0.0.0/8], timeout: 3s}
runtime: {turn_timeout: 10m, drain_timeout: 0s, max_turns: 1, max_deliveries: 2}
retention: {events: 1h, rejected: "0", audit: 2h, max_events: 5}
log: {level: debug, format: json}
`

var everyValue = Config{
	Server:  Server{Listen: ":80", PublicURL: "https://bot.example.com", ConsoleListen: "[::1]:81", ConsolePublicURL: "https://console.example.com"},
	Store:   Store{Driver: "bolt", Path: "/var/lib/dari"},
	Secrets: Secrets{KeyFile: "/etc/dari.key"},
	Auth: Auth{OIDC{
		Issuer: "https://id.example.com/realm", ClientID: "dari", ClientSecret: "hunter2", Label: "Example ID",
		Scopes: []string{"openid", "email", "groups"}, AllowedDomains: []string{"example.com"}, AllowedEmails: []string{"guest@example.net"},
		EmailVerified: "assumed", RoleClaim: "realm_access.roles", AdminValues: []string{"bots-admin"}, BuilderValues: []string{"bots"},
		DefaultRole: "none",
	}},
	Outbound:  Outbound{AllowHosts: []string{"engine.internal", "10.0.0.0/8"}, Timeout: 3 * time.Second},
	Runtime:   Runtime{TurnTimeout: 10 * time.Minute, MaxTurns: 1, MaxDeliveries: 2},
	Retention: Retention{Events: time.Hour, Audit: 2 * time.Hour, MaxEvents: 5},
	Log:       Log{Level: slog.LevelDebug, Format: "json"},
}

func TestFileSetsEveryKey(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config.yaml")
	if err := os.WriteFile(path, []byte(everyKey), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := Load(path, true, noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if cfg.File != path {
		t.Errorf("file is %q", cfg.File)
	}
	cfg.File, cfg.places, cfg.used = "", nil, nil
	if !reflect.DeepEqual(cfg, everyValue) {
		t.Errorf("got %+v\nwant %+v", cfg, everyValue)
	}
	if cfg.KeyFile() != "/etc/dari.key" {
		t.Errorf("key file is %s", cfg.KeyFile())
	}
}

func TestEnvironmentWinsOverTheFileForEveryKey(t *testing.T) {
	const file = `
server: {listen: ":90", public_url: "https://other.example.com", console_listen: ":91"}
store: {path: other}
secrets: {key_file: other}
auth: {oidc: {issuer: "https://other.example.com", client_id: other, client_secret: other, allowed_domains: [example.org], scopes: [openid, email]}}
outbound: {allow_hosts: [other], timeout: 9s}
runtime: {turn_timeout: 9s, drain_timeout: 9s, max_turns: 9, max_deliveries: 9}
retention: {events: 9s, rejected: 9s, audit: 9s, max_events: 9}
log: {level: error, format: text}
`
	cfg, err := parse("config.yaml", []byte(file), vars(map[string]string{
		"DARI_SERVER_LISTEN": ":80", "DARI_SERVER_PUBLIC_URL": "https://bot.example.com/", "DARI_SERVER_CONSOLE_LISTEN": "[::1]:81", "DARI_SERVER_CONSOLE_URL": "https://console.example.com/",
		"DARI_STORE_DRIVER": "bolt", "DARI_STORE_PATH": "/var/lib/dari", "DARI_STORE_DSN": "",
		"DARI_SECRETS_KEY_FILE": "/etc/dari.key", "DARI_AUTH_OIDC_ISSUER": "https://id.example.com/realm",
		"DARI_AUTH_OIDC_CLIENT_ID": "dari", "DARI_AUTH_OIDC_CLIENT_SECRET": "hunter2", "DARI_AUTH_OIDC_LABEL": "Example ID",
		"DARI_AUTH_OIDC_SCOPES": "openid,email,groups", "DARI_AUTH_OIDC_ALLOWED_DOMAINS": "example.com",
		"DARI_AUTH_OIDC_ALLOWED_EMAILS": "guest@example.net", "DARI_AUTH_OIDC_EMAIL_VERIFIED": "assumed",
		"DARI_AUTH_OIDC_ROLE_CLAIM": "realm_access.roles", "DARI_AUTH_OIDC_ADMIN_VALUES": "bots-admin",
		"DARI_AUTH_OIDC_BUILDER_VALUES": "bots", "DARI_AUTH_OIDC_DEFAULT_ROLE": "none",
		"DARI_OUTBOUND_ALLOW_HOSTS": "engine.internal, 10.0.0.0/8,", "DARI_OUTBOUND_TIMEOUT": "3s",
		"DARI_RUNTIME_TURN_TIMEOUT": "10m", "DARI_RUNTIME_DRAIN_TIMEOUT": "0", "DARI_RUNTIME_MAX_TURNS": "1", "DARI_RUNTIME_MAX_DELIVERIES": "2",
		"DARI_RETENTION_EVENTS": "1h", "DARI_RETENTION_REJECTED": "0s", "DARI_RETENTION_AUDIT": "2h", "DARI_RETENTION_MAX_EVENTS": "5",
		"DARI_LOG_LEVEL": "debug", "DARI_LOG_FORMAT": "json", "DARI_API_KEY": "key-of-the-operator",
	}))
	if err != nil {
		t.Fatal(err)
	}
	if got := cfg.Where("server.listen"); got != "DARI_SERVER_LISTEN" {
		t.Errorf("server.listen is from %s", got)
	}
	want := everyValue
	want.APIKey = "key-of-the-operator"
	cfg.File, cfg.places, cfg.used = "", nil, nil
	if !reflect.DeepEqual(cfg, want) {
		t.Errorf("got %+v\nwant %+v", cfg, want)
	}
}

func TestEmptyListInTheEnvironmentEmptiesTheList(t *testing.T) {
	cfg, err := parse("config.yaml", []byte("outbound: {allow_hosts: [a]}"), vars(map[string]string{"DARI_OUTBOUND_ALLOW_HOSTS": ""}))
	if err != nil || len(cfg.Outbound.AllowHosts) != 0 {
		t.Errorf("got %v, %v", cfg.Outbound.AllowHosts, err)
	}
}

func TestUnknownVariablesAreWarnings(t *testing.T) {
	const file = "bots: [{id: ab, name: A, engine: {type: echo, settings: {k: '${DARI_LINE_SECRET}'}}}]"
	cfg, err := parse("config.yaml", []byte(file), vars(map[string]string{"DARI_LINE_SECRET": "x"}))
	if err != nil {
		t.Fatal(err)
	}
	got := cfg.UnknownEnv([]string{
		"DARI_STORE_PAHT=secret", "PATH=/bin", "DARI_CONFIG=x", "DARI_API_KEY=x", "DARI_LINE_SECRET=x", "DARI_LOG_LEVEL=info", "DARI_QUITE_OTHER=1",
	})
	want := []string{
		"DARI_QUITE_OTHER: unknown variable",
		"DARI_STORE_PAHT: unknown variable (did you mean DARI_STORE_PATH?)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestURLsAreDerivedFromTheListeners(t *testing.T) {
	for _, tt := range []struct {
		name            string
		server          Server
		bound, consoleB string
		url, console    string
	}{
		{"by default", Server{Listen: "127.0.0.1:8080"}, "", "", "http://127.0.0.1:8080", "http://127.0.0.1:8080"},
		{"port 0 is replaced by the real one", Server{Listen: "127.0.0.1:0"}, "127.0.0.1:4711", "127.0.0.1:4711", "http://127.0.0.1:4711", "http://127.0.0.1:4711"},
		{"all addresses are reached as localhost", Server{Listen: ":8080"}, "[::]:8080", "[::]:8080", "http://localhost:8080", "http://localhost:8080"},
		{"no host is reached as localhost", Server{Listen: ":8080"}, "", "", "http://localhost:8080", "http://localhost:8080"},
		{"IPv6 keeps its brackets", Server{Listen: "[::1]:8080"}, "", "", "http://[::1]:8080", "http://[::1]:8080"},
		{"the public URL wins", Server{Listen: ":8080", PublicURL: "https://bot.example.com"}, "[::]:8080", "", "https://bot.example.com", "https://bot.example.com"},
		{"a console of its own has its own URL", Server{Listen: ":8080", PublicURL: "https://bot.example.com", ConsoleListen: "127.0.0.1:0"}, "", "127.0.0.1:9", "https://bot.example.com", "http://127.0.0.1:9"},
		{"the console's own public URL wins", Server{Listen: ":8080", PublicURL: "https://bot.example.com", ConsolePublicURL: "https://console.example.com", ConsoleListen: ":9"}, "", "[::]:9", "https://bot.example.com", "https://console.example.com"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.server.URL(tt.bound); got != tt.url {
				t.Errorf("URL = %s, want %s", got, tt.url)
			}
			if got := tt.server.ConsoleURL(tt.consoleB); got != tt.console {
				t.Errorf("ConsoleURL = %s, want %s", got, tt.console)
			}
		})
	}
}

func TestSecretsAreNeverPrinted(t *testing.T) {
	const file = "bots: [{id: ab, name: A, engine: {type: http, settings: {secret: hunter2, headers: {X: hunter2}}}, " +
		"channels: [{id: cd, type: line, name: C, settings: {channel_secret: hunter2, hosts: [hunter2]}}]}]"
	cfg, err := parse("config.yaml", []byte(file), vars(map[string]string{"DARI_API_KEY": "hunter2"}))
	if err != nil {
		t.Fatal(err)
	}
	cfg.Store.DSN = "hunter2"
	asJSON, err := json.Marshal(cfg)
	if err != nil {
		t.Fatal(err)
	}
	summary := fmt.Sprint(cfg.Summary())
	for _, printed := range []string{fmt.Sprint(cfg), fmt.Sprintf("%+v", cfg), fmt.Sprintf("%#v", cfg), string(asJSON), summary} {
		if strings.Contains(printed, "hunter2") {
			t.Errorf("a secret shows in %s", printed)
		}
	}
	for _, want := range []string{"DARI_API_KEY=set", "store.dsn=set", "bot ab=engine http with settings(headers, secret)", "channel cd=line with settings(channel_secret, hosts)"} {
		if !strings.Contains(summary, want) {
			t.Errorf("summary %s lacks %q", summary, want)
		}
	}
	if none := fmt.Sprint(Config{}.Summary()); !strings.Contains(none, "DARI_API_KEY=not set") {
		t.Errorf("summary %s does not say that there is no key", none)
	}
}

func TestTheIssuersAddressHasItsPort(t *testing.T) {
	for issuer, want := range map[string]string{
		"https://id.example.com/realm": "id.example.com:443", "https://id.internal:8443": "id.internal:8443",
		"http://127.0.0.1": "127.0.0.1:80", "https://[fd00::1]/": "[fd00::1]:443",
	} {
		if got := (OIDC{Issuer: issuer}).Address(); got != want {
			t.Errorf("%s is at %s, want %s", issuer, got, want)
		}
	}
}
