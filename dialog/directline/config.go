package directline

import (
	"net/url"
	"strings"
	"time"

	"dari/bot/settings"
	"dari/dialog/remote"
)

const (
	defaultBase    = "https://directline.botframework.com"
	defaultQuiet   = 1500 * time.Millisecond
	defaultTimeout = 20 * time.Second
)

// config is the settings, checked and decoded.
type config struct {
	secret    string // of Direct Line; "" with tokenURL
	tokenURL  string // of Copilot Studio; "" with secret
	base      string
	welcome   string
	quiet     time.Duration
	timeout   time.Duration
	sendNames bool
	seal      sealer
	scrub     remote.Scrubber
}

func newConfig(v settings.Values, bot string) (config, error) {
	c := config{
		secret: v.Text("secret"), tokenURL: v.Text("token_url"), base: v.Text("api_base_url"), welcome: v.Text("welcome_event"),
		quiet: v.Duration("quiet"), timeout: v.Duration("timeout"), sendNames: v.Text("send_names") == "yes",
	}
	if c.base == "" {
		c.base = defaultBase
	}
	if c.quiet <= 0 {
		c.quiet = defaultQuiet
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	switch {
	case c.secret == "" && c.tokenURL == "":
		return config{}, settings.Errorf("secret", "required", "is missing; enter the secret of the Direct Line channel, or the token endpoint of Copilot Studio as token_url")
	case c.secret != "" && c.tokenURL != "":
		return config{}, settings.Errorf("token_url", "double", "must be empty when there is a secret; keep one of the two")
	case c.tokenURL != "" && !isAddress(c.tokenURL):
		return config{}, settings.Errorf("token_url", "format", "must be the whole address of the token endpoint that Copilot Studio shows")
	case !isAddress(c.base) || strings.Contains(c.base, "?"):
		return config{}, settings.Errorf("api_base_url", "format", "must be an address such as %s", defaultBase)
	case c.quiet >= c.timeout:
		return config{}, settings.Errorf("quiet", "range", "must be shorter than timeout, which is %s", c.timeout)
	}
	c.base = strings.TrimSuffix(c.base, "/") + "/v3/directline"
	c.seal = newSealer(bot, c.secret, c.tokenURL)
	c.scrub = remote.NewScrubber(c.secret)
	return c, nil
}

func isAddress(raw string) bool {
	u, err := url.Parse(raw)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Hostname() != "" && u.User == nil
}
