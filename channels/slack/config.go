package slack

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"dari/bot/check"
	"dari/bot/settings"
)

// config is the decoded settings of one channel.
type config struct {
	signingSecret string
	botToken      string
	appToken      string // of Socket Mode; empty without it
	clientID      string // of the OAuth installation, as is clientSecret; empty without it
	clientSecret  string
	base          *url.URL // of the Web API; ends in "/": method names are appended to it
}

// scrub takes the secrets out of a text from outside.
func (c config) scrub(s string) string {
	for _, secret := range []string{c.botToken, c.signingSecret, c.appToken, c.clientSecret} {
		if secret != "" {
			s = strings.ReplaceAll(s, secret, "•••")
		}
	}
	return s
}

// rotating tells whether the bot token is one that dies after twelve hours:
// https://docs.slack.dev/authentication/using-token-rotation
func (c config) rotating() bool { return strings.HasPrefix(c.botToken, "xoxe.") }

var (
	// All of today's signing secrets are 32 hexadecimal digits, which Slack does not promise.
	signingSecret = regexp.MustCompile(`^[0-9A-Za-z]{16,64}$`)
	botToken      = regexp.MustCompile(`^(xoxe\.)?xoxb-[0-9A-Za-z-]+$`)
	appToken      = regexp.MustCompile(`^xapp-[0-9A-Za-z-]+$`)
)

type otherToken struct {
	prefix string
	is     string // for the error
	code   string // for the check
}

// otherTokens are tokens that people paste instead of the bot token, by their first letters:
// https://docs.slack.dev/authentication/tokens . The last entry fits everything.
var otherTokens = []otherToken{
	{"xapp-", "an app-level token, which belongs in app_token", "slack.token_app_level"},
	{"xoxp-", "a user token", "slack.token_user"},
	{"xoxe.xoxp-", "a user or configuration token", "slack.token_user"},
	{"xoxe-", "a refresh token", "slack.token_refresh"},
	{"xoxa-", "a legacy workspace token", "slack.token_legacy"},
	{"xoxr-", "a legacy refresh token", "slack.token_legacy"},
	{"xoxs-", "a legacy token", "slack.token_legacy"},
	{"xoxo-", "a legacy token", "slack.token_legacy"},
	{"xoxc-", "a token of a browser session", "slack.token_session"},
	{"xoxb-", "a bot token that is cut or holds characters that no token has; copy it again without line breaks", "slack.token_cut"},
	{"", "something else", "slack.token_unknown"},
}

func newConfig(v settings.Values) (config, error) {
	c := config{
		signingSecret: v.Text("signing_secret"), botToken: v.Text("bot_token"), appToken: v.Text("app_token"),
		clientID: v.Text("client_id"), clientSecret: v.Text("client_secret"),
	}
	if !signingSecret.MatchString(c.signingSecret) {
		return config{}, settings.Errorf("signing_secret", "format",
			"must be the one word, usually 32 hexadecimal characters, under Basic Information, App Credentials, Signing Secret")
	}
	if !botToken.MatchString(c.botToken) {
		return config{}, notABotToken(c.botToken)
	}
	if c.appToken != "" && !appToken.MatchString(c.appToken) {
		return config{}, settings.Errorf("app_token", "format",
			"must be the token under Basic Information, App-Level Tokens, which starts with xapp-; leave it empty without Socket Mode")
	}
	base, err := baseURL(v.Text("api_base_url"))
	if err != nil {
		return config{}, err
	}
	c.base = base
	return c, nil
}

// notABotToken says what was pasted instead.
func notABotToken(token string) error {
	at := slices.IndexFunc(otherTokens, func(o otherToken) bool { return strings.HasPrefix(token, o.prefix) })
	other := otherTokens[at]
	return check.Explain(settings.Errorf("bot_token", "format",
		"must be the Bot User OAuth Token under OAuth & Permissions, which starts with xoxb-; this is %s", other.is),
		check.New("bot_token", check.Fail, other.code))
}

// baseURL reads the address of the Web API and adds the slash at its end when it is missing.
func baseURL(raw string) (*url.URL, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, settings.Errorf("api_base_url", "format", "must be an address such as https://slack.com/api/, without user, query and fragment")
	}
	if !strings.HasSuffix(u.Path, "/") {
		u = u.JoinPath("/")
	}
	return u, nil
}
