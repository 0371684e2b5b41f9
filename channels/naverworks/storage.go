package naverworks

import (
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/publicsuffix"

	"dari/channels"
)

// storageHosts are the suffixes of the hosts that keep files. Those of the public-sector service are not
// documented; its other hosts end so: https://developers.worksmobile.com/kr/docs/gov
var storageHosts = []string{".worksmobile.com", ".gov-naverworks.com"}

// trusted tells whether a host may be given the token: the platform's storage, or one in the domain of the
// addresses that the settings name.
func (a *adapter) trusted(host string) bool {
	host = strings.ToLower(host)
	if slices.ContainsFunc(storageHosts, func(suffix string) bool { return strings.HasSuffix(host, suffix) }) {
		return true
	}
	for _, address := range []string{a.apiURL, a.authURL} {
		u, err := url.Parse(address)
		if err != nil {
			continue
		}
		domain, err := publicsuffix.EffectiveTLDPlusOne(strings.ToLower(u.Hostname()))
		if err == nil && (host == domain || strings.HasSuffix(host, "."+domain)) {
			return true
		}
	}
	return false
}

// storage checks an address that the platform names for an upload or a download, both of which carry the
// access token: it has to be the platform's own, or on the very host of api_base_url.
func (a *adapter) storage(raw string) (string, *channels.SendError) {
	wrong := func(why string) (string, *channels.SendError) {
		return "", channels.Failf(channels.Config, "storage_host", "the platform names a storage address %s; the access token is not sent there; check api_base_url", why)
	}
	api, err := url.Parse(a.apiURL)
	if err != nil {
		return wrong("while api_base_url is none itself")
	}
	u, err := api.Parse(raw)
	switch {
	case raw == "" || err != nil || u.User != nil:
		return wrong("that is no address")
	case u.Scheme == api.Scheme && strings.EqualFold(u.Host, api.Host):
		return u.String(), nil
	case u.Scheme != "https" || u.Port() != "" && u.Port() != "443":
		return wrong("that is not https")
	}
	if a.trusted(u.Hostname()) {
		return u.String(), nil
	}
	return wrong("on a host that is not the platform's")
}
