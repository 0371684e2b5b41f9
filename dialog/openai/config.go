package openai

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dari/bot/settings"
)

const defaultURL = "https://api.openai.com/v1"

// config is the settings of this engine alone.
type config struct {
	base       *url.URL // without a slash at its end
	key        string
	keyHeader  string // "Authorization" or "api-key"
	model      string
	apiVersion string
	tokenField string // "max_tokens" or "max_completion_tokens"
	tokenFixed bool   // the bot's builder chose it
}

func newConfig(v settings.Values) (config, error) {
	c := config{
		key: v.Text("api_key"), keyHeader: "Authorization", model: v.Text("model"),
		apiVersion: v.Text("api_version"), tokenField: v.Text("token_field"),
	}
	var err error
	if c.base, err = parseBase(v.Text("base_url")); err != nil {
		return config{}, err
	}
	if c.model == "" {
		return config{}, settings.Errorf("model", "required", "is missing; enter a model that the server lists")
	}
	if strings.ContainsFunc(c.key, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return config{}, settings.Errorf("api_key", "format", "holds a space, line break or foreign letter; copy it again")
	}
	if v.Text("auth") == "api-key" {
		c.keyHeader = "api-key"
	}
	c.tokenFixed = c.tokenField == "max_tokens" || c.tokenField == "max_completion_tokens"
	if !c.tokenFixed {
		c.tokenField = guessTokenField(c.base.Hostname())
	}
	return c, nil
}

// parseBase never quotes the address in its errors: its query may hold a key. It takes the address of a
// server alone, and that of the very endpoint, too.
func parseBase(raw string) (*url.URL, error) {
	if raw == "" {
		raw = defaultURL
	}
	u, err := url.Parse(raw)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
		return nil, settings.Errorf("base_url", "format", "must be an address such as %s", defaultURL)
	}
	if u.User != nil {
		return nil, settings.Errorf("base_url", "credentials", "must not hold a user name or password; enter the key in api_key")
	}
	u.Fragment, u.RawFragment, u.RawPath = "", "", ""
	u.Path = strings.TrimRight(strings.TrimSuffix(strings.TrimRight(u.Path, "/"), "/chat/completions"), "/")
	if u.Path == "" {
		u.Path = "/v1"
	}
	return u, nil
}

// guessTokenField: the makers of the API have renamed the field, and their newer models refuse the old
// name; other servers know the old name for certain.
func guessTokenField(host string) string {
	for _, domain := range []string{"openai.com", "azure.com", "azure.us", "azure.cn"} {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return "max_completion_tokens"
		}
	}
	return "max_tokens"
}

func (c config) secrets() []string {
	out := []string{c.key, c.base.RawQuery}
	for _, values := range c.base.Query() {
		out = append(out, values...)
	}
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// endpoint is the address of a path below the base.
func (c config) endpoint(base *url.URL, path string) string {
	u := *base
	u.Path += path
	if c.apiVersion != "" {
		q := u.Query()
		q.Set("api-version", c.apiVersion)
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// modelList is the address of the list of models. Azure's address of a deployment has none below it, the
// resource has.
func (c config) modelList() string {
	base := *c.base
	base.Path, _, _ = strings.Cut(base.Path, "/deployments/")
	return c.endpoint(&base, "/models")
}

// authorize adds the key, if there is one: servers of one's own often need none.
func (c config) authorize(req *http.Request) {
	switch {
	case c.key == "":
	case c.keyHeader == "api-key":
		req.Header.Set("api-key", c.key)
	default:
		req.Header.Set("Authorization", "Bearer "+c.key)
	}
}
