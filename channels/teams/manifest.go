package teams

import (
	"net/url"
	"regexp"
	"slices"
	"unicode/utf8"
)

// manifestVersion is an old enough schema for every tenant.
// https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
const manifestVersion = "1.19"

var allScopes = []string{"personal", "team", "groupChat"}

type manifest struct {
	Schema              string        `json:"$schema"`
	ManifestVersion     string        `json:"manifestVersion"`
	Version             string        `json:"version"`
	ID                  string        `json:"id"`
	Developer           developer     `json:"developer"`
	Name                manifestText  `json:"name"`
	Description         manifestText  `json:"description"`
	Icons               iconFiles     `json:"icons"`
	AccentColor         string        `json:"accentColor"`
	Bots                []manifestBot `json:"bots"`
	Permissions         []string      `json:"permissions"`
	DefaultInstallScope string        `json:"defaultInstallScope"`
}

type developer struct {
	Name       string `json:"name"`
	WebsiteURL string `json:"websiteUrl"`
	PrivacyURL string `json:"privacyUrl"`
	TermsURL   string `json:"termsOfUseUrl"`
}

type manifestText struct {
	Short string `json:"short"`
	Full  string `json:"full"`
}

type iconFiles struct {
	Color   string `json:"color"`
	Outline string `json:"outline"`
}

type manifestBot struct {
	BotID              string        `json:"botId"`
	Scopes             []string      `json:"scopes"`
	IsNotificationOnly bool          `json:"isNotificationOnly"`
	SupportsFiles      bool          `json:"supportsFiles"`
	SupportsCalling    bool          `json:"supportsCalling"`
	SupportsVideo      bool          `json:"supportsVideo"`
	CommandLists       []commandList `json:"commandLists,omitempty"`
}

type commandList struct {
	Scopes   []string          `json:"scopes"`
	Commands []manifestCommand `json:"commands"`
}

type manifestCommand struct {
	Title       string `json:"title"`
	Description string `json:"description"`
}

// The lengths of texts in a manifest, in characters.
// https://learn.microsoft.com/microsoftteams/platform/resources/schema/manifest-schema
const (
	maxShortName   = 30
	maxFullName    = 100
	maxShortText   = 80
	maxFullText    = 4000
	maxDeveloper   = 32
	maxAddress     = 2048
	maxCommands    = 10
	maxCommandName = 32
	maxCommandText = 128
)

var (
	semver = regexp.MustCompile(`^(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})\.(0|[1-9]\d{0,4})$`)
	color6 = regexp.MustCompile(`^#[0-9A-Fa-f]{6}$`)
)

// check keeps the schema's rules, so that what it passes can be uploaded.
func (m manifest) check() error {
	if len(m.Bots) != 1 || !guid.MatchString(m.Bots[0].BotID) {
		return optionError("app_id", "must be the bot's Microsoft App ID, a GUID")
	}
	if !guid.MatchString(m.ID) || m.ManifestVersion != manifestVersion {
		return optionError("id", "must be a GUID in a manifest of version %s", manifestVersion)
	}
	if !semver.MatchString(m.Version) {
		return optionError("version", "must be three numbers such as 1.0.0")
	}
	if !color6.MatchString(m.AccentColor) {
		return optionError("accent_color", "must be a colour such as #2F5D8A")
	}
	for _, t := range []struct {
		option, text string
		most         int
	}{
		{"name", m.Name.Short, maxShortName},
		{"name", m.Name.Full, maxFullName},
		{"summary", m.Description.Short, maxShortText},
		{"description", m.Description.Full, maxFullText},
		{"developer", m.Developer.Name, maxDeveloper},
	} {
		if err := checkLength(t.option, t.text, t.most); err != nil {
			return err
		}
	}
	for _, a := range []struct{ option, address string }{
		{"website", m.Developer.WebsiteURL}, {"privacy_url", m.Developer.PrivacyURL}, {"terms_url", m.Developer.TermsURL},
	} {
		u, err := url.Parse(a.address)
		if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || len(a.address) > maxAddress {
			return optionError(a.option, "must be an address that starts with https:// and has at most %d characters", maxAddress)
		}
	}
	return m.Bots[0].check()
}

func (b manifestBot) check() error {
	if len(b.Scopes) == 0 || slices.ContainsFunc(b.Scopes, func(s string) bool { return !slices.Contains(allScopes, s) }) {
		return optionError("scopes", "must be some of personal, team and groupChat")
	}
	if len(b.CommandLists) > len(allScopes) { // one for each scope at most
		return optionError("commands", "there are %d lists, %d are possible", len(b.CommandLists), len(allScopes))
	}
	for _, list := range b.CommandLists {
		if n := len(list.Commands); n == 0 || n > maxCommands {
			return optionError("commands", "there are %d, from 1 to %d are possible", n, maxCommands)
		}
		for _, c := range list.Commands {
			if err := checkLength("commands.title", c.Title, maxCommandName); err != nil {
				return err
			}
			if err := checkLength("commands.description", c.Description, maxCommandText); err != nil {
				return err
			}
		}
	}
	return nil
}

func checkLength(option, text string, most int) error {
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return optionError(option, "is missing")
	case n > most:
		return optionError(option, "has %d characters, Teams takes %d; shorten it", n, most)
	}
	return nil
}
