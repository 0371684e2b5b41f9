package config

import (
	"math"
	"slices"
	"strings"
	"time"
)

// key is one setting.
type key struct {
	name string // section.key, or section.part.key
	def  string // the default as text; elements of a list are separated by commas
	kind kind
	doc  string // one line of meaning, for people who run Dari
	// set checks the values and keeps them; a list has any number of them, everything else one.
	set func(c *Config, values []string) error
}

// kind says how a key is written in YAML.
type kind int

const (
	text kind = iota
	number
	duration
	list
)

const (
	forever   = time.Duration(math.MaxInt64)
	maxAtOnce = 1 << 20
)

// keys is in the order of config.example.yaml.
var keys = []key{
	{
		"server.listen", "127.0.0.1:8080", text, "Address and port to listen on; :8080 means all addresses of the machine.",
		str(func(c *Config) *string { return &c.Server.Listen }, checkListen),
	},
	{
		"server.public_url", "", text, "Address under which the messengers reach Dari, such as https://bot.example.com; empty: http:// and server.listen.",
		func(c *Config, v []string) (err error) { c.Server.PublicURL, err = publicURL(v[0]); return err },
	},
	{
		"server.console_listen", "", text, "Address and port of the console and the admin API; empty: the same as server.listen.",
		str(func(c *Config) *string { return &c.Server.ConsoleListen }, optional(checkListen)),
	},
	{
		"server.console_url", "", text, "Address under which people reach the console, such as https://console.example.com; empty: server.public_url, or with server.console_listen http:// and that.",
		func(c *Config, v []string) (err error) { c.Server.ConsolePublicURL, err = publicURL(v[0]); return err },
	},
	{
		"server.trusted_proxies", "", list, "IPs or CIDRs of reverse proxies whose X-Forwarded-For is believed, so that limits count people and not the proxy.",
		func(c *Config, v []string) error { c.Server.TrustedProxies = v; return checkPrefixes(v) },
	},
	{
		"store.driver", "bolt", text, "What keeps the data: bolt is a file on this machine; postgres a database that several nodes share.",
		str(func(c *Config) *string { return &c.Store.Driver }, oneOf("bolt", "postgres")),
	},
	{
		"store.path", "data", text, "Directory of the data; with postgres of what belongs to this node alone, such as the socket of its commands.",
		str(func(c *Config) *string { return &c.Store.Path }, notEmpty),
	},
	{
		"store.dsn", "", text, "Address of the database, such as postgres://dari:PASSWORD@db.example.com:5432/dari; better in the environment, empty with bolt.",
		func(c *Config, v []string) error { c.Store.DSN = Secret(v[0]); return nil },
	},
	{
		"secrets.key_file", "", text, "File with the key that seals secrets, made at the first start; empty: secret.key in store.path. All nodes of a database need the same.",
		str(func(c *Config) *string { return &c.Secrets.KeyFile }, nil),
	},
	{
		"auth.oidc.issuer", "", text, "Issuer of the sign-in provider (OpenID Connect), such as https://id.example.com/realm; empty: people sign in with passwords alone.",
		func(c *Config, v []string) (err error) { c.Auth.OIDC.Issuer, err = issuer(v[0]); return err },
	},
	{
		"auth.oidc.client_id", "", text, "Client id of Dari at the provider; its redirect URL there is the console's address and /login/oidc/callback.",
		str(func(c *Config) *string { return &c.Auth.OIDC.ClientID }, nil),
	},
	{
		"auth.oidc.client_secret", "", text, "Client secret of Dari at the provider; better in the environment.",
		func(c *Config, v []string) error { c.Auth.OIDC.ClientSecret = Secret(v[0]); return nil },
	},
	{
		"auth.oidc.label", "", text, "What the button on the sign-in page says; empty: a text in the page's language.",
		str(func(c *Config) *string { return &c.Auth.OIDC.Label }, nil),
	},
	{
		"auth.oidc.scopes", "openid,email,profile", list, "What the provider is asked for; openid and email are needed.",
		func(c *Config, v []string) error { c.Auth.OIDC.Scopes = v; return checkScopes(v) },
	},
	{
		"auth.oidc.allowed_domains", "", list, "Domains of the e-mail addresses that may sign in, each exactly as after the @.",
		func(c *Config, v []string) error { c.Auth.OIDC.AllowedDomains = v; return checkDomains(v) },
	},
	{
		"auth.oidc.allowed_emails", "", list, "Single e-mail addresses that may sign in as well.",
		func(c *Config, v []string) error { c.Auth.OIDC.AllowedEmails = v; return checkEmails(v) },
	},
	{
		"auth.oidc.email_verified", "required", text, "Whether the provider must say that an address is verified: required, or assumed for one that never says so (it must not let people choose their address).",
		str(func(c *Config) *string { return &c.Auth.OIDC.EmailVerified }, oneOf("required", "assumed")),
	},
	{
		"auth.oidc.role_claim", "", text, "Claim with a person's groups or roles, such as groups or realm_access.roles; empty: roles are given in the console.",
		str(func(c *Config) *string { return &c.Auth.OIDC.RoleClaim }, nil),
	},
	{
		"auth.oidc.admin_values", "", list, "Values of the claim that make an admin.",
		func(c *Config, v []string) error { c.Auth.OIDC.AdminValues = v; return nil },
	},
	{
		"auth.oidc.builder_values", "", list, "Values of the claim that make a builder.",
		func(c *Config, v []string) error { c.Auth.OIDC.BuilderValues = v; return nil },
	},
	{
		"auth.oidc.default_role", "viewer", text, "Role of everybody else who may sign in: viewer, builder, admin, or none to refuse them.",
		str(func(c *Config) *string { return &c.Auth.OIDC.DefaultRole }, oneOf("viewer", "builder", "admin", "none")),
	},
	{
		"outbound.allow_hosts", "", list, "Hosts that settings may name although they are not public or speak plain http: host, host:port, IP or CIDR.",
		func(c *Config, v []string) error { c.Outbound.AllowHosts = v; return nil },
	},
	{
		"outbound.timeout", "10s", duration, "Longest wait for an answer of a messenger.",
		span(func(c *Config) *time.Duration { return &c.Outbound.Timeout }, 100*time.Millisecond, 10*time.Minute),
	},
	{
		"runtime.turn_timeout", "20s", duration, "Longest time an engine may take for one turn; 100ms to 10m.",
		span(func(c *Config) *time.Duration { return &c.Runtime.TurnTimeout }, 100*time.Millisecond, 10*time.Minute),
	},
	{
		"runtime.drain_timeout", "20s", duration, "Longest wait for running turns and deliveries at shutdown; the rest is done after the next start.",
		span(func(c *Config) *time.Duration { return &c.Runtime.DrainTimeout }, 0, 10*time.Minute),
	},
	{
		"runtime.max_turns", "4096", number, "Turns at the same time.",
		count(func(c *Config) *int { return &c.Runtime.MaxTurns }, 1, maxAtOnce),
	},
	{
		"runtime.max_deliveries", "1024", number, "Deliveries at the same time.",
		count(func(c *Config) *int { return &c.Runtime.MaxDeliveries }, 1, maxAtOnce),
	},
	{
		"retention.events", "720h", duration, "How long handled and failed events are kept with their deliveries; 0s keeps them for ever.",
		span(func(c *Config) *time.Duration { return &c.Retention.Events }, 0, forever),
	},
	{
		"retention.rejected", "168h", duration, "How long rejected and repeated events are kept; 0s keeps them for ever.",
		span(func(c *Config) *time.Duration { return &c.Retention.Rejected }, 0, forever),
	},
	{
		"retention.audit", "8760h", duration, "How long the audit log is kept; 0s keeps it for ever.",
		span(func(c *Config) *time.Duration { return &c.Retention.Audit }, 0, forever),
	},
	{
		"retention.max_events", "0", number, "Number of events kept at most; 0 means no bound.",
		count(func(c *Config) *int { return &c.Retention.MaxEvents }, 0, math.MaxInt32),
	},
	{
		"log.level", "info", text, "What is logged: debug, info, warn or error.",
		setLevel,
	},
	{
		"log.format", "text", text, "How it is logged: text or json.",
		str(func(c *Config) *string { return &c.Log.Format }, oneOf("text", "json")),
	},
}

func (k key) section() string { s, _, _ := strings.Cut(k.name, "."); return s }

func (k key) short() string { _, s, _ := strings.Cut(k.name, "."); return s }

// env is the name of the key's twin in the environment.
func (k key) env() string { return "DARI_" + strings.ToUpper(strings.ReplaceAll(k.name, ".", "_")) }

// split turns a text of the environment, or a default, into values.
func (k key) split(s string) []string {
	if k.kind != list {
		return []string{s}
	}
	var out []string
	for e := range strings.SplitSeq(s, ",") {
		if e = strings.TrimSpace(e); e != "" {
			out = append(out, e)
		}
	}
	return out
}

// sections are the file's sections in the order of the table.
func sections() []string {
	var out []string
	for _, k := range keys {
		if !slices.Contains(out, k.section()) {
			out = append(out, k.section())
		}
	}
	return out
}
