package lex

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"dari/bot/settings"
	"dari/dialog/remote"
)

const defaultTimeout = 10 * time.Second

// config is the settings, checked and decoded.
type config struct {
	bots      string // address of the bot's alias, without the locale
	region    string
	locales   []string
	keys      credentials
	welcome   string
	timeout   time.Duration
	sendNames bool
	scrub     remote.Scrubber
}

// The forms of names that stand in the address:
// https://docs.aws.amazon.com/lexv2/latest/dg/API_runtime_RecognizeText.html#API_runtime_RecognizeText_RequestParameters
var (
	regionForm = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]$`)
	idForm     = regexp.MustCompile(`^[0-9a-zA-Z]{10}$`)
	localeForm = regexp.MustCompile(`^[a-z]{2,3}_[A-Z0-9]{2,3}$`)
)

func newConfig(v settings.Values) (config, error) {
	for _, field := range []string{"region", "bot_id", "bot_alias_id", "access_key_id", "secret_access_key"} {
		if v.Text(field) == "" {
			return config{}, settings.Errorf(field, "required", "is missing")
		}
	}
	c := config{
		region: v.Text("region"), locales: v.List("locales"), welcome: v.Text("welcome_text"), timeout: v.Duration("timeout"),
		sendNames: v.Text("send_names") == "yes",
		keys:      credentials{v.Text("access_key_id"), v.Text("secret_access_key"), v.Text("session_token")},
		scrub:     remote.NewScrubber(v.Text("secret_access_key"), v.Text("session_token")),
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	switch {
	case !regionForm.MatchString(c.region):
		return config{}, settings.Errorf("region", "format", "must be a region of AWS such as ap-northeast-2")
	case !idForm.MatchString(v.Text("bot_id")):
		return config{}, settings.Errorf("bot_id", "format", "must be the bot's id of ten letters and digits, not its name")
	case !idForm.MatchString(v.Text("bot_alias_id")):
		return config{}, settings.Errorf("bot_alias_id", "format", "must be the alias's id of ten letters and digits, not its name; the draft's is TSTALIASID")
	case len(c.locales) == 0:
		return config{}, settings.Errorf("locales", "required", "is missing; name the bot's languages, such as ko_KR, ja_JP, en_US")
	}
	for _, l := range c.locales {
		if !localeForm.MatchString(l) {
			return config{}, settings.Errorf("locales", "format", "%q is not a locale of Lex such as ko_KR", remote.Clip(l, 20))
		}
	}
	base, err := baseURL(v.Text("api_base_url"), c.region)
	c.bots = base + "/bots/" + v.Text("bot_id") + "/botAliases/" + v.Text("bot_alias_id")
	return c, err
}

func baseURL(given, region string) (string, error) {
	if given == "" {
		return "https://runtime-v2-lex." + region + ".amazonaws.com", nil
	}
	u, err := url.Parse(given)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.RawQuery != "" || u.User != nil {
		return "", settings.Errorf("api_base_url", "format", "must be an address such as https://runtime-v2-lex.ap-northeast-2.amazonaws.com")
	}
	return strings.TrimSuffix(given, "/"), nil
}

// locale picks one of the bot's locales for a person: that of the person, of the language at least, or
// the first.
func locale(known []string, wanted ...string) string {
	for _, w := range wanted {
		w = strings.ReplaceAll(w, "-", "_")
		for _, k := range known {
			if strings.EqualFold(k, w) {
				return k
			}
		}
		language, _, _ := strings.Cut(w, "_")
		for _, k := range known {
			if base, _, _ := strings.Cut(k, "_"); strings.EqualFold(base, language) {
				return k
			}
		}
	}
	return known[0]
}
