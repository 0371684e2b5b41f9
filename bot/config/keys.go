package config

import (
	"math"
	"slices"
	"strings"
	"time"
)

// key is one setting.
type key struct {
	name string // section.key
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
		"server.trusted_proxies", "", list, "IPs or CIDRs of reverse proxies whose X-Forwarded-For is believed, so that limits count people and not the proxy.",
		func(c *Config, v []string) error { c.Server.TrustedProxies = v; return checkPrefixes(v) },
	},
	{
		"store.driver", "bolt", text, "What keeps the data: bolt is a file on this machine.",
		str(func(c *Config) *string { return &c.Store.Driver }, checkDriver),
	},
	{
		"store.path", "data", text, "Directory of the data.",
		str(func(c *Config) *string { return &c.Store.Path }, notEmpty),
	},
	{
		"store.dsn", "", text, "Address of a database server; empty with bolt.",
		func(c *Config, v []string) error { c.Store.DSN = Secret(v[0]); return nil },
	},
	{
		"secrets.key_file", "", text, "File with the key that seals secrets, made at the first start; empty: secret.key in store.path.",
		str(func(c *Config) *string { return &c.Secrets.KeyFile }, nil),
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
