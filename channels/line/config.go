package line

import (
	"net/url"
	"regexp"
	"strings"

	"dari/bot/settings"
)

// config is the typed form of a channel's settings.
type config struct {
	secret   string // channel secret: signs callbacks
	token    string // channel access token: authorises calls
	apiBase  string
	dataBase string // where the files are that people send
}

var (
	// A channel secret is 32 hexadecimal digits; no kind of channel access token is that short.
	secretShape = regexp.MustCompile(`^[0-9A-Fa-f]{32}$`)
	tokenShape  = regexp.MustCompile(`^[!-~]+$`) // it travels in a header
	anySecret   = regexp.MustCompile(`^[!-~]{8,}$`)
	digits      = regexp.MustCompile(`^[0-9]+$`)
)

func newConfig(v settings.Values) (config, error) {
	c := config{
		secret: v.Text("channel_secret"), token: v.Text("channel_access_token"),
		apiBase: v.Text("api_base_url"), dataBase: v.Text("data_base_url"),
	}
	for _, check := range []error{
		checkSecret(c.secret),
		checkToken(c.token),
		checkChannelID(v.Text("channel_id")),
		checkBase("api_base_url", c.apiBase),
		checkBase("data_base_url", c.dataBase),
	} {
		if check != nil {
			return config{}, check
		}
	}
	return c, nil
}

// checkSecret refuses only what cannot be a channel secret. All of today's are 32 hexadecimal digits,
// which LINE does not promise.
func checkSecret(s string) error {
	switch {
	case len(s) <= 64 && anySecret.MatchString(s):
		return nil
	case len(s) > 64:
		return settings.Errorf("channel_secret", "swapped",
			"looks like a channel access token; paste the Channel secret of the Basic settings tab here")
	}
	return settings.Errorf("channel_secret", "format",
		"must be one word of at least 8 characters, usually 32 hexadecimal ones; copy the Channel secret of the Basic settings tab")
}

func checkToken(s string) error {
	switch {
	case secretShape.MatchString(s):
		return settings.Errorf("channel_access_token", "swapped",
			"looks like a channel secret; paste the Channel access token of the Messaging API tab here")
	case !tokenShape.MatchString(s):
		return settings.Errorf("channel_access_token", "format",
			"must be one word without blanks or line breaks; copy the Channel access token of the Messaging API tab, without \"Bearer\"")
	}
	return nil
}

func checkChannelID(s string) error {
	if s == "" || digits.MatchString(s) {
		return nil
	}
	return settings.Errorf("channel_id", "format", "must be digits only; copy the Channel ID of the Basic settings tab, or leave it empty")
}

func checkBase(field, s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" ||
		!strings.HasPrefix(s, "https://") && !strings.HasPrefix(s, "http://") {
		return settings.Errorf(field, "format", "must be an https address without user, query and fragment; leave it empty for LINE's own")
	}
	return nil
}
