package naverworks

import (
	"crypto/rsa"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"dari/bot/settings"
	"dari/channels"
)

// config is the decoded form of the settings.
type config struct {
	botID          string
	botSecret      string
	clientID       string
	clientSecret   string
	serviceAccount string
	privateKey     *rsa.PrivateKey
	keyMended      bool   // it had lost its line breaks or the like
	authHeader     string // "" closes the token desk
	scopes         string // separated by single spaces
	authURL        string // without a slash at the end
	apiURL         string
	inFlight       int
}

// The bound of calls at once, which is the platform's own affair: https://developers.worksmobile.com/en/docs/rate-limits.
const (
	defaultInFlight = 4
	maxInFlight     = 100
)

// newConfig decodes the settings; the error is or wraps a *settings.Error.
func newConfig(v settings.Values) (config, error) {
	if err := checkCredentials(v); err != nil {
		return config{}, err
	}
	c := config{
		botID:          v.Text("bot_id"),
		botSecret:      v.Text("bot_secret"),
		clientID:       v.Text("client_id"),
		clientSecret:   v.Text("client_secret"),
		serviceAccount: v.Text("service_account"),
		authHeader:     v.Text("auth_header"),
		scopes:         strings.Join(channels.Scopes(v.Text("scopes")), " "),
	}
	if err := checkHeader(c.authHeader); err != nil {
		return config{}, err
	}
	if c.scopes == "" || strings.ContainsFunc(c.scopes, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
		return config{}, settings.Errorf("scopes", "format", "must be scope names separated by spaces, such as %q", defaultScopes)
	}
	var err error
	if c.privateKey, err = parseKey(v.Text("private_key")); err != nil {
		return config{}, err
	}
	c.keyMended = mended(v.Text("private_key"))
	if c.authURL, err = baseURL("auth_base_url", v.Text("auth_base_url"), defaultAuthURL); err != nil {
		return config{}, err
	}
	if c.apiURL, err = baseURL("api_base_url", v.Text("api_base_url"), defaultAPIURL); err != nil {
		return config{}, err
	}
	n := v.Number("max_in_flight")
	if c.inFlight = int(n); n == 0 { // a channel of before there was this setting
		c.inFlight = defaultInFlight
	} else if float64(c.inFlight) != n || n < 1 || n > maxInFlight {
		return config{}, settings.Errorf("max_in_flight", "range", "must be a whole number from 1 to %d", maxInFlight)
	}
	return c, nil
}

// credentials are the single-line values that get mixed up, with their names in the console.
var credentials = []struct{ key, name string }{
	{"bot_id", "Bot ID"},
	{"bot_secret", "Bot Secret"},
	{"client_id", "Client ID"},
	{"client_secret", "Client Secret"},
	{"service_account", "Service Account"},
}

// checkCredentials finds values that sit in the wrong field, as far as a value shows where it belongs.
func checkCredentials(v settings.Values) error {
	if strings.Trim(v.Text("bot_id"), "0123456789") != "" {
		return settings.Errorf("bot_id", "format", "must be digits only; it stands in the Developer Console under Bot")
	}
	for i, c := range credentials {
		value := v.Text(c.key)
		switch {
		case value == "":
			return settings.Errorf(c.key, "required", "is missing")
		case strings.Contains(value, "-----BEGIN") || strings.Contains(value, "-----END"):
			return settings.Errorf(c.key, "swapped", "holds the private key, which belongs into private_key; paste the %s here", c.name)
		case strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }):
			return settings.Errorf(c.key, "format", "has a space or a line break inside; paste the %s alone", c.name)
		case c.key != "service_account" && strings.Contains(value, "@"):
			return settings.Errorf(c.key, "swapped", "has an @, as only the Service Account has; paste the %s here", c.name)
		}
		for _, other := range credentials[:i] {
			if v.Text(other.key) == value {
				return settings.Errorf(c.key, "swapped", "is the same as %s; paste the %s here", other.key, c.name)
			}
		}
	}
	if clientSecretShape.MatchString(v.Text("client_id")) && clientIDShape.MatchString(v.Text("client_secret")) {
		return settings.Errorf("client_id", "swapped", "looks like the Client Secret, and client_secret like the Client ID; swap them")
	}
	return checkServiceAccount(v.Text("service_account"))
}

// The shapes that the console issues today: an ID of twenty characters, a secret of about ten. They are
// not promised, so that only the one the other way round counts as a mistake.
var (
	clientIDShape     = regexp.MustCompile(`^[A-Za-z0-9_]{20}$`)
	clientSecretShape = regexp.MustCompile(`^[A-Za-z0-9]{10,14}$`)
)

func checkServiceAccount(s string) error {
	name, domain, _ := strings.Cut(s, "@")
	if name == "" || domain == "" {
		return settings.Errorf("service_account", "format",
			"must look like a1b2c.serviceaccount@example.com; it is issued in the Developer Console under API, ClientApp, Service Account, and is not a member's e-mail address")
	}
	return nil
}

func checkHeader(s string) error {
	if s == "" {
		return nil
	}
	if len(s) < 4 || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return settings.Errorf("auth_header", "format", "must be at least 4 printable ASCII characters, or empty to close the token desk")
	}
	return nil
}

func baseURL(field, raw, usual string) (string, error) {
	if raw == "" {
		raw = usual
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", settings.Errorf(field, "format", "must be an address such as %s", usual)
	}
	return strings.TrimRight(raw, "/"), nil
}
