package teams

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dari/bot/settings"
)

// serviceHosts are the Connector hosts of Teams, exact names: anybody can register a name below
// trafficmanager.net.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
var serviceHosts = []string{
	publicHost,
	"smba.infra.gcc.teams.microsoft.com",
	"smba.infra.gov.teams.microsoft.us",
	"smba.infra.dod.teams.microsoft.us",
}

// hosts decides where the bot's token may go. Whoever gets the token is the bot, everywhere.
type hosts []allowedHost

type allowedHost struct {
	name     string // lower case, no brackets
	port     string // "" means the scheme's own; for a loopback host any
	loopback bool
}

// newHosts reads the operator's entries, "host" or "host:port".
func newHosts(entries []string) (hosts, error) {
	out := hosts{}
	for _, name := range serviceHosts {
		out = append(out, allowedHost{name: name})
	}
	for _, entry := range entries {
		h, err := parseHost(strings.ToLower(strings.TrimSpace(entry)))
		if err != nil {
			return nil, settings.Errorf("allowed_service_hosts", "format", "entry %q: %v", entry, err)
		}
		out = append(out, h)
	}
	return out, nil
}

// hostName has a last label that starts with a letter, so that no spelling of an address matches.
var hostName = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)*[a-z]([a-z0-9-]*[a-z0-9])?$`)

func parseHost(entry string) (allowedHost, error) {
	h := allowedHost{name: entry}
	if strings.ContainsAny(entry, "/@?#") {
		return h, errors.New("write the host alone, without https:// and path")
	}
	if name, port, err := net.SplitHostPort(entry); err == nil {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return h, errors.New("the port must be a number from 1 to 65535")
		}
		h.name, h.port = name, port
	}
	h.name = strings.TrimSuffix(strings.TrimPrefix(h.name, "["), "]")
	h.loopback = isLoopback(h.name)
	switch {
	case strings.Contains(entry, "*"):
		return h, errors.New("write one exact host name; wildcards are not possible")
	case net.ParseIP(h.name) != nil && !h.loopback:
		return h, errors.New("write a host name; an address is possible for loopback only")
	case !h.loopback && !hostName.MatchString(h.name):
		return h, errors.New("is neither host nor host:port")
	}
	return h, nil
}

func isLoopback(name string) bool {
	ip := net.ParseIP(name)
	return name == "localhost" || ip != nil && ip.IsLoopback()
}

// check tells why a service URL must not be called, in words for the channel's owner.
func (hs hosts) check(serviceURL string) error {
	u, err := url.Parse(serviceURL)
	if err != nil || u.Host == "" || u.User != nil || strings.ContainsAny(serviceURL, "?#") {
		return errors.New("the service URL is not a plain https address")
	}
	if !hs.known(u) {
		return fmt.Errorf("%s://%s is not a known Teams host; add it to allowed_service_hosts only if you run it", u.Scheme, u.Host)
	}
	return nil
}

func (hs hosts) known(u *url.URL) bool {
	return slices.ContainsFunc(hs, func(h allowedHost) bool { return h.allows(u) })
}

// fileHosts end the names of the hosts that hold people's files.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
var fileHosts = []string{".sharepoint.com", ".sharepoint.us"}

// checkFile tells why a file must not be fetched from an address or stored there. Such calls carry no
// token; the address itself is what opens the file.
func (hs hosts) checkFile(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil {
		return errors.New("the file's address is not a plain https address")
	}
	inDrive := func(suffix string) bool { return strings.HasSuffix(strings.ToLower(u.Hostname()), suffix) }
	if u.Scheme == "https" && (u.Port() == "" || u.Port() == "443") && slices.ContainsFunc(fileHosts, inDrive) || hs.known(u) {
		return nil
	}
	return fmt.Errorf("%s://%s is no SharePoint host; add it to allowed_service_hosts only if you run it", u.Scheme, u.Host)
}

func (h allowedHost) allows(u *url.URL) bool {
	if strings.ToLower(u.Hostname()) != h.name {
		return false
	}
	own := map[string]string{"https": "443", "http": "80"}[u.Scheme]
	if own == "" || u.Scheme == "http" && !h.loopback {
		return false
	}
	port := u.Port()
	if port == "" {
		port = own
	}
	switch {
	case h.port != "":
		return port == h.port
	case h.loopback:
		return true
	}
	return port == own
}

// url is the root of the host, without TLS on loopback only.
func (h allowedHost) url() string {
	scheme, host := "https", h.name
	if h.loopback {
		scheme = "http"
	}
	switch {
	case h.port != "":
		host = net.JoinHostPort(h.name, h.port)
	case strings.Contains(h.name, ":"):
		host = "[" + h.name + "]"
	}
	return scheme + "://" + host + "/"
}

// sameServiceURL compares the way the platform's own library does: one trailing slash and case do
// not matter. https://github.com/microsoft/teams.ts
func sameServiceURL(a, b string) bool {
	norm := func(s string) string { return strings.ToLower(strings.TrimSuffix(s, "/")) }
	return norm(a) == norm(b)
}
