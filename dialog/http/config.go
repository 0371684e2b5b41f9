package httpengine

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"
	"time"

	"dari/bot/settings"
	"dari/dialog/remote"
)

// A key has 24 to 64 bytes:
// https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme
const (
	secretPrefix   = "whsec_"
	minKey, maxKey = 24, 64
)

// config is the settings, checked and decoded.
type config struct {
	url       *url.URL
	keys      [][]byte      // the secret, and the previous one while it is being changed
	timeout   time.Duration // 0 means the turn's own deadline alone
	headers   http.Header
	sendNames bool
	scrub     remote.Scrubber
}

func newConfig(v settings.Values) (config, error) {
	c := config{timeout: v.Duration("timeout"), sendNames: v.Text("send_names") == "yes"}
	var err error
	if c.url, err = parseURL(v.Text("url")); err != nil {
		return config{}, err
	}
	if c.keys, err = parseSecrets(v); err != nil {
		return config{}, err
	}
	if c.headers, err = parseHeaders(v.Map("headers")); err != nil {
		return config{}, err
	}
	hide := []string{c.url.RawQuery}
	for _, key := range []string{"secret", "secret_previous"} {
		hide = append(hide, v.Text(key), strings.TrimPrefix(v.Text(key), secretPrefix))
	}
	for _, values := range c.url.Query() {
		hide = append(hide, values...)
	}
	for name := range c.headers {
		hide = append(hide, c.headers.Get(name))
	}
	c.scrub = remote.NewScrubber(hide...)
	return c, nil
}

// parseURL never quotes the address in its errors: its query may hold a key.
func parseURL(raw string) (*url.URL, error) {
	if raw == "" {
		return nil, settings.Errorf("url", "required", "is missing")
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" {
		return nil, settings.Errorf("url", "format", "must be an address such as https://engine.example.com/turn")
	}
	if u.User != nil {
		return nil, settings.Errorf("url", "credentials", "must not hold a user name or password; send them in headers (Authorization)")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

func parseSecrets(v settings.Values) ([][]byte, error) {
	if v.Text("secret") == "" {
		return nil, settings.Errorf("secret", "required", "is missing; make one with: echo whsec_$(openssl rand -base64 32)")
	}
	var keys [][]byte
	for _, field := range []string{"secret", "secret_previous"} {
		if v.Text(field) == "" {
			continue
		}
		key, err := parseSecret(field, v.Text(field))
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	return keys, nil
}

func parseSecret(field, s string) ([]byte, error) {
	encoded, found := strings.CutPrefix(s, secretPrefix)
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if !found || err != nil || len(key) < minKey || len(key) > maxKey {
		return nil, settings.Errorf(field, "format",
			"must be %s followed by the Base64 of %d to %d random bytes; make one with: echo whsec_$(openssl rand -base64 32)",
			secretPrefix, minKey, maxKey)
	}
	return key, nil
}

// reserved are the headers that Dari or HTTP itself sets. The idempotency keys are among them because
// they make Go's transport repeat a request by itself.
var reserved = []string{
	"Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect",
	"Host", "Idempotency-Key", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "X-Idempotency-Key",
}

func parseHeaders(in map[string]string) (http.Header, error) {
	out := http.Header{}
	for _, given := range slices.Sorted(maps.Keys(in)) {
		name, value := textproto.CanonicalMIMEHeaderKey(given), in[given]
		switch {
		case !token(given):
			return nil, settings.Errorf("headers", "format", "%q is not a header name; use letters, digits and dashes", given)
		case slices.Contains(reserved, name) || strings.HasPrefix(name, "Webhook-") || strings.HasPrefix(name, "Proxy-"):
			return nil, settings.Errorf("headers", "reserved", "%s is set by Dari; remove it", name)
		case out[name] != nil:
			return nil, settings.Errorf("headers", "double", "%s is there twice; keep one", name)
		case strings.ContainsFunc(value, func(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }):
			return nil, settings.Errorf("headers", "format", "the value of %s holds a line break or control character; remove it", name)
		}
		out.Set(name, value)
	}
	return out, nil
}

// token tells whether s is a header name: https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2
func token(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
			return false
		}
		return !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
	})
}
