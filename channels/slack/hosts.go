package slack

import (
	"net/url"
	"strings"
)

// slackDomains are the domains that serve files to whoever shows the token:
// https://docs.slack.dev/messaging/working-with-files , https://docs.slack.dev/govslack
var slackDomains = []string{"slack.com", "slack-gov.com"}

// ours tells whether an address is one of Slack's, or of the host of api_base_url, which gets the token
// with every call anyway.
func (c config) ours(raw string) bool {
	u, err := url.Parse(raw)
	if err != nil || u.User != nil || u.Host == "" {
		return false
	}
	return u.Scheme == "https" && u.Port() == "" && slackHost(u.Host) || c.baseHost(u)
}

func (c config) baseHost(u *url.URL) bool {
	return u.Scheme == c.base.Scheme && strings.EqualFold(u.Host, c.base.Host)
}

func slackHost(host string) bool {
	host = strings.ToLower(host)
	for _, domain := range slackDomains {
		if host == domain || strings.HasSuffix(host, "."+domain) {
			return true
		}
	}
	return false
}
