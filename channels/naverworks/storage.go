package naverworks

import (
	"net/url"
	"strings"

	"dari/channels"
)

// storageHosts are the suffixes of the hosts that keep files. Those of the public-sector service are not
// documented; its other hosts end so: https://developers.worksmobile.com/kr/docs/gov
var storageHosts = []string{".worksmobile.com", ".gov-naverworks.com"}

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
	for _, suffix := range storageHosts {
		if strings.HasSuffix(strings.ToLower(u.Hostname()), suffix) {
			return u.String(), nil
		}
	}
	return wrong("on a host that is not the platform's")
}
