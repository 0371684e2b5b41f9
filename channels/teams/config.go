package teams

import (
	"net/url"
	"regexp"
	"strings"
	"time"

	"dari/bot/settings"
)

// cloud is one of Microsoft's separate clouds, told apart by the host that publishes its keys.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
type cloud struct {
	metadata string // where the signing keys are published
	issuer   string // who signs callbacks
	login    string // who issues our token
	scope    string // what our token is for
	shared   string // the tenant of old multi-tenant bots
	// connector is the service URL for conversations that nothing is known of; "" if none is published.
	// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
	connector string
}

var (
	publicCloud = cloud{
		metadata: "https://login.botframework.com/v1/.well-known/openidconfiguration",
		issuer:   "https://api.botframework.com",
		login:    "https://login.microsoftonline.com",
		scope:    "https://api.botframework.com/.default",
		shared:   "botframework.com",

		connector: publicService,
	}
	governmentCloud = cloud{
		metadata: "https://login.botframework.azure.us/v1/.well-known/openidconfiguration",
		issuer:   "https://api.botframework.us",
		login:    "https://login.microsoftonline.us",
		scope:    "https://api.botframework.us/.default",
		shared:   "MicrosoftServices.onmicrosoft.us",

		connector: "https://smba.infra.gov.teams.microsoft.us/teams",
	}
	chinaCloud = cloud{
		metadata: "https://login.botframework.azure.cn/v1/.well-known/openidconfiguration",
		issuer:   "https://api.botframework.azure.cn",
		login:    "https://login.partner.microsoftonline.cn",
		scope:    "https://api.botframework.azure.cn/.default",
		shared:   "microsoftservices.partner.onmschina.cn",
	}
)

// config is what the settings say, decoded once.
type config struct {
	cloud
	appID       string
	secret      string
	tenant      string
	metadataURL string
	tokenURL    string
	hosts       hosts
}

var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

func newConfig(v settings.Values) (config, error) {
	c := config{
		appID:       v.Text("app_id"),
		secret:      v.Text("app_secret"),
		tenant:      v.Text("tenant_id"),
		metadataURL: v.Text("openid_metadata_url"),
		tokenURL:    v.Text("token_url"),
	}
	if err := c.checkIDs(); err != nil {
		return config{}, err
	}
	if day := v.Text("secret_expires"); day != "" { // for whoever has to renew it in time; nothing else uses it
		if _, err := time.Parse(time.DateOnly, day); err != nil {
			return config{}, settings.Errorf("secret_expires", "format", "is not a day; write it like 2027-05-31")
		}
	}
	if c.metadataURL == "" {
		c.metadataURL = publicCloud.metadata
	}
	host, err := httpHost("openid_metadata_url", c.metadataURL)
	if err != nil {
		return config{}, err
	}
	c.cloud = cloudOf(host)
	if !guid.MatchString(c.tenant) && !strings.EqualFold(c.tenant, c.shared) {
		return config{}, settings.Errorf("tenant_id", "format",
			"must be the Directory (tenant) ID, a GUID; only an old multi-tenant bot has %s here", c.shared)
	}
	if c.tokenURL == "" {
		c.tokenURL = c.login + "/" + c.tenant + "/oauth2/v2.0/token"
	}
	if _, err := httpHost("token_url", c.tokenURL); err != nil {
		return config{}, err
	}
	if c.hosts, err = newHosts(v.List("allowed_service_hosts")); err != nil {
		return config{}, err
	}
	if own := c.hosts[len(serviceHosts):]; len(own) > 0 { // whoever lists a host means it to be used
		c.connector = own[0].url()
	}
	return c, nil
}

// checkIDs finds the mix-ups that the portal's screens invite.
func (c config) checkIDs() error {
	secretIsID := guid.MatchString(c.secret)
	switch {
	case !guid.MatchString(c.appID) && secretIsID:
		return settings.Errorf("app_id", "swapped",
			"app_id and app_secret look swapped: the Application (client) ID is the GUID, the secret's Value is not")
	case !guid.MatchString(c.appID):
		return settings.Errorf("app_id", "format",
			"must be the Application (client) ID, a GUID such as 00000000-0000-0000-0000-000000000000")
	case c.secret == "":
		return settings.Errorf("app_secret", "required", "is missing")
	case secretIsID:
		return settings.Errorf("app_secret", "secret_id",
			"looks like an ID, not a secret: in Certificates & secrets copy the column Value, not Secret ID; a Value that is no longer shown needs a new secret")
	case strings.EqualFold(c.appID, c.tenant):
		return settings.Errorf("tenant_id", "swapped",
			"is the same as app_id; copy the Directory (tenant) ID from the app's Overview page")
	}
	return nil
}

func cloudOf(metadataHost string) cloud {
	for _, c := range []cloud{governmentCloud, chinaCloud} {
		if strings.HasPrefix(c.metadata, "https://"+metadataHost+"/") {
			return c
		}
	}
	return publicCloud
}

func httpHost(field, raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return "", settings.Errorf(field, "format", "must be a full address that starts with https://")
	}
	return strings.ToLower(u.Host), nil
}
