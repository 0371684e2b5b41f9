package llm

import (
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"dari/bot/settings"
	"dari/dialog/remote"
)

const (
	defaultHistory   = 10
	defaultMaxTokens = 1024
	defaultRounds    = 5
	defaultToolTime  = 10 * time.Second
)

// Fields are the settings that every engine of this kind has; name is the engine's.
func Fields(name string) []settings.Field {
	fields := []settings.Field{
		{Key: "prompt", Kind: settings.Lines, Example: "You are the help desk of …"},
		{Key: "prompt_ko", Kind: settings.Lines},
		{Key: "prompt_ja", Kind: settings.Lines},
		{Key: "prompt_en", Kind: settings.Lines},
		ZoneField(name),
		{Key: "max_tokens", Kind: settings.Number, Default: strconv.Itoa(defaultMaxTokens)},
		{Key: "temperature", Kind: settings.Number, Example: "0.3"},
		{Key: "history", Kind: settings.Number, Default: strconv.Itoa(defaultHistory)},
		{Key: "timeout", Kind: settings.Duration, Example: "60s"},
		{Key: "stream", Kind: settings.Select, Options: []string{"auto", "off"}, Default: "auto"},
		{Key: "images", Kind: settings.Select, Options: []string{"off", "url", "inline"}, Default: "off"},
		{Key: "send_user", Kind: settings.Select, Options: []string{"no", "yes"}, Default: "no"},
		{Key: "mcp_servers", Kind: settings.Map, Example: "orders: https://tools.example.com/mcp"},
		{Key: "mcp_tokens", Kind: settings.Map, Example: "orders: …"},
		{Key: "tools", Kind: settings.List, Example: "lookup_order, calendar/*"},
		{Key: "tool_timeout", Kind: settings.Duration, Default: defaultToolTime.String()},
		{Key: "tool_rounds", Kind: settings.Number, Default: strconv.Itoa(defaultRounds)},
		{Key: "price_input", Kind: settings.Number, Example: "2.5"},
		{Key: "price_cached", Kind: settings.Number, Example: "0.25"},
		{Key: "price_output", Kind: settings.Number, Example: "10"},
		{Key: "currency", Kind: settings.Text, Default: "USD"},
	}
	for i := range fields {
		fields[i].Help = "engine." + name + "." + fields[i].Key
	}
	return fields
}

// Settings are the settings of Fields, checked and decoded.
type Settings struct {
	MaxTokens   int
	Temperature *float64 // nil leaves it to the server
	Stream      bool
	// Scrub hides the secrets of these settings and those given to Read.
	Scrub remote.Scrubber

	prompts  prompts
	zone     *time.Location // of {{now}}; nil: the event's
	history  int            // exchanges
	timeout  time.Duration
	images   string
	sendUser bool
	servers  map[string]string // name → address
	tokens   map[string]string // name → bearer token
	allowed  []string
	toolTime time.Duration
	rounds   int
	prices   prices
}

// Read decodes the settings of Fields. policy judges the addresses of tool servers, nil allows all;
// secrets are those of the engine's own settings.
func Read(v settings.Values, policy settings.URLPolicy, secrets ...string) (Settings, error) {
	n := numbers{v: v}
	s := Settings{
		MaxTokens: n.whole("max_tokens", defaultMaxTokens, 1, 1_000_000),
		Stream:    v.Text("stream") != "off",
		prompts:   prompts{"": v.Text("prompt"), "ko": v.Text("prompt_ko"), "ja": v.Text("prompt_ja"), "en": v.Text("prompt_en")},
		history:   n.whole("history", defaultHistory, 0, 100),
		timeout:   v.Duration("timeout"),
		images:    v.Text("images"),
		sendUser:  v.Text("send_user") == "yes",
		servers:   v.Map("mcp_servers"),
		tokens:    v.Map("mcp_tokens"),
		allowed:   v.List("tools"),
		toolTime:  v.Duration("tool_timeout"),
		rounds:    n.whole("tool_rounds", defaultRounds, 1, 50),
		prices: prices{
			input: n.number("price_input", 0, 0, 1e6), output: n.number("price_output", 0, 0, 1e6), currency: v.Text("currency"),
		},
	}
	s.prices.cached = n.number("price_cached", s.prices.input, 0, 1e6)
	if v.Text("temperature") != "" {
		t := n.number("temperature", 0, 0, 2)
		s.Temperature = &t
	}
	if s.toolTime == 0 {
		s.toolTime = defaultToolTime
	}
	if n.err != nil {
		return Settings{}, n.err
	}
	var err error
	if s.zone, err = Zone(v); err != nil {
		return Settings{}, err
	}
	if err := checkServers(s.servers, s.tokens, policy); err != nil {
		return Settings{}, err
	}
	s.Scrub = remote.NewScrubber(append(secrets, s.secrets()...)...)
	return s, nil
}

// secrets are what the addresses and keys of tool servers hold.
func (s Settings) secrets() []string {
	out := slices.Collect(maps.Values(s.tokens))
	for _, address := range s.servers {
		out = append(out, address)
		if u, err := url.Parse(address); err == nil {
			out = append(out, u.RawQuery)
			for _, values := range u.Query() {
				out = append(out, values...)
			}
		}
	}
	return out
}

// checkServers never quotes an address: it may hold a key.
func checkServers(addresses, tokens map[string]string, policy settings.URLPolicy) error {
	for _, name := range slices.Sorted(maps.Keys(addresses)) {
		u, err := url.Parse(addresses[name])
		switch {
		case !plainName(name):
			return settings.Errorf("mcp_servers", "format", "%q is no name for a server; use up to 32 letters, digits, - and _", remote.Clip(name, 40))
		case err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "":
			return settings.Errorf("mcp_servers", "format", "the address of %s must look like https://tools.example.com/mcp", name)
		case u.User != nil:
			return settings.Errorf("mcp_servers", "credentials", "the address of %s must not hold a user name or password; enter a token in mcp_tokens", name)
		}
		if policy != nil {
			if err := policy.CheckURL(addresses[name]); err != nil {
				return settings.Errorf("mcp_servers", "url", "the address of %s: %v", name, err)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tokens)) {
		if addresses[name] == "" {
			return settings.Errorf("mcp_tokens", "unknown", "there is no server %q in mcp_servers; use the same names", remote.Clip(name, 40))
		}
		if strings.ContainsFunc(tokens[name], func(r rune) bool { return r <= ' ' || r > '~' }) {
			return settings.Errorf("mcp_tokens", "format", "the token of %s holds a space, line break or foreign letter; remove it", name)
		}
	}
	return nil
}

// plainName tells whether s can be part of the name of a tool.
func plainName(s string) bool {
	return s != "" && len(s) <= 32 && nameOf(s) == s
}

// numbers reads numbers and keeps the first fault.
type numbers struct {
	v   settings.Values
	err error
}

func (n *numbers) number(key string, otherwise, lo, hi float64) float64 {
	if n.v.Text(key) == "" {
		return otherwise
	}
	f, err := strconv.ParseFloat(n.v.Text(key), 64)
	if (err != nil || !(f >= lo && f <= hi)) && n.err == nil {
		n.err = settings.Errorf(key, "range", "must be a number from %v to %v", lo, hi)
	}
	return f
}

func (n *numbers) whole(key string, otherwise, lo, hi int) int {
	f := n.number(key, float64(otherwise), float64(lo), float64(hi))
	if f != math.Trunc(f) && n.err == nil {
		n.err = settings.Errorf(key, "range", "must be a whole number from %d to %d", lo, hi)
	}
	return int(f)
}
