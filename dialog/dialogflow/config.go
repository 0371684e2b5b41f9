package dialogflow

import (
	"crypto/rsa"
	"encoding/json"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"dari/bot/settings"
	"dari/dialog/remote"
)

const (
	es = "es"
	cx = "cx"

	defaultTokenURL = "https://oauth2.googleapis.com/token" // https://developers.google.com/identity/protocols/oauth2/service-account
	defaultTimeout  = 10 * time.Second
)

// config is the settings, checked and decoded.
type config struct {
	edition    string
	account    account
	sessions   string // address of the agent's sessions, without the session's own name
	languages  []string
	welcome    string
	media      string
	platform   string
	sessionTTL time.Duration
	timeout    time.Duration
	sendNames  bool
	scrub      remote.Scrubber
}

// account is a service account of Google.
type account struct {
	email, keyID, tokenURL string
	key                    *rsa.PrivateKey
}

func newConfig(v settings.Values) (config, error) {
	c := config{
		edition: v.Text("edition"), languages: v.List("languages"), welcome: v.Text("welcome_event"), media: v.Text("media_event"),
		platform: strings.ToUpper(v.Text("platform")), sessionTTL: v.Duration("session_ttl"), timeout: v.Duration("timeout"),
		sendNames: v.Text("send_names") == "yes",
	}
	if c.edition != es && c.edition != cx {
		return config{}, settings.Errorf("edition", "required", "must be es or cx")
	}
	if c.timeout <= 0 {
		c.timeout = defaultTimeout
	}
	project, err := c.readAccount(v)
	if err != nil {
		return config{}, err
	}
	if v.Text("project") != "" {
		project = v.Text("project")
	}
	c.sessions, err = sessionsURL(v, project)
	return c, err
}

// readAccount reads the key file and returns the project in it.
func (c *config) readAccount(v settings.Values) (project string, err error) {
	raw := v.Text("service_account")
	if raw == "" {
		return "", settings.Errorf("service_account", "required", "is missing")
	}
	var file struct {
		Type       string `json:"type"`
		Project    string `json:"project_id"`
		KeyID      string `json:"private_key_id"`
		PrivateKey string `json:"private_key"`
		Email      string `json:"client_email"`
		TokenURL   string `json:"token_uri"`
	}
	if json.Unmarshal([]byte(raw), &file) != nil || file.Email == "" || file.PrivateKey == "" {
		return "", settings.Errorf("service_account", "format",
			"must be the whole JSON key file of a service account, with client_email and private_key; make one in the Google Cloud console under IAM > Service accounts > Keys")
	}
	key, err := jwt.ParseRSAPrivateKeyFromPEM([]byte(file.PrivateKey))
	if err != nil {
		return "", settings.Errorf("service_account", "private_key", "the private_key in it is damaged; upload the file instead of pasting")
	}
	c.account = account{email: file.Email, keyID: file.KeyID, tokenURL: defaultTokenURL, key: key}
	if strings.HasPrefix(file.TokenURL, "https://") {
		c.account.tokenURL = file.TokenURL
	}
	if v.Text("token_url") != "" {
		c.account.tokenURL = v.Text("token_url")
	}
	c.scrub = remote.NewScrubber(raw, strings.TrimSpace(file.PrivateKey), file.KeyID)
	return file.Project, nil
}

// part is what may stand between two slashes of an address. "-" stands for a default at Google.
var part = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.:-]{0,126}$|^-$`)

// sessionsURL builds the address:
// https://cloud.google.com/dialogflow/es/docs/reference/rest/v2/projects.agent.sessions/detectIntent and
// https://cloud.google.com/dialogflow/cx/docs/reference/rest/v3/projects.locations.agents.sessions/detectIntent
func sessionsURL(v settings.Values, project string) (string, error) {
	location, agent, environment := v.Text("location"), v.Text("agent"), v.Text("environment")
	if location == "" {
		location = "global"
	}
	switch isCX := v.Text("edition") == cx; {
	case project == "":
		return "", settings.Errorf("project", "required", "is missing, and the key file names none")
	case !part.MatchString(project):
		return "", settings.Errorf("project", "format", "must be the id of a Google Cloud project such as my-project")
	case !part.MatchString(location):
		return "", settings.Errorf("location", "format", "must be a location such as asia-northeast1, or global")
	case isCX && agent == "":
		return "", settings.Errorf("agent", "required", "is missing; it is the last part of the agent's address in the console")
	case isCX && !part.MatchString(agent):
		return "", settings.Errorf("agent", "format", "must be the agent's id alone, such as aaaa1111-bbbb-2222-cccc-3333dddd4444")
	case environment != "" && !part.MatchString(environment):
		return "", settings.Errorf("environment", "format", "must be the name or id of an environment")
	}
	base, err := baseURL(v.Text("api_base_url"), location)
	if err != nil {
		return "", err
	}
	return base + agentPath(v.Text("edition"), project, location, agent, environment) + "/sessions/", nil
}

func baseURL(given, location string) (string, error) {
	switch {
	case given != "":
		u, err := url.Parse(given)
		if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" || u.RawQuery != "" || u.User != nil {
			return "", settings.Errorf("api_base_url", "format", "must be an address such as https://dialogflow.googleapis.com")
		}
		return strings.TrimSuffix(given, "/"), nil
	case location == "global":
		return "https://dialogflow.googleapis.com", nil
	}
	return "https://" + location + "-dialogflow.googleapis.com", nil
}

func agentPath(edition, project, location, agent, environment string) string {
	if edition == cx {
		path := "/v3/projects/" + project + "/locations/" + location + "/agents/" + agent
		if environment != "" {
			path += "/environments/" + environment
		}
		return path
	}
	path := "/v2/projects/" + project
	if location != "global" {
		path += "/locations/" + location
	}
	path += "/agent"
	if environment != "" {
		path += "/environments/" + environment + "/users/-"
	}
	return path
}
