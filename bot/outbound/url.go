package outbound

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"
)

// CheckURL returns an error that says what is wrong with the address and what would be right. It
// implements settings.URLPolicy. It asks no name server: a public name with a private address passes
// here and is refused when Client connects. The error never repeats the URL, which may hold a token.
func (g *Guard) CheckURL(raw string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "":
		return errors.New("is not an absolute URL; write it like https://host.example.com/path")
	case u.User != nil:
		return errors.New("must not contain a user name or password; leave out everything up to the @")
	case strings.Contains(raw, "#"):
		return errors.New("must not contain a fragment; leave out the # and what follows")
	}
	return g.check(u)
}

// check holds for a setting and for a request alike.
func (g *Guard) check(u *url.URL) error {
	port, err := urlPort(u)
	if err != nil {
		return err
	}
	listed, err := g.checkHost(u.Hostname(), port)
	if err != nil {
		return err
	}
	if u.Scheme == "http" && !listed {
		return errors.New("must use https; plain http is only for hosts that the operator lists in outbound.allow_hosts")
	}
	return nil
}

func urlPort(u *url.URL) (uint16, error) {
	if u.Scheme != "https" && u.Scheme != "http" {
		return 0, errors.New("must start with https://")
	}
	if p := u.Port(); p != "" {
		port, ok := portNumber(p)
		if !ok {
			return 0, errors.New("has no port between 1 and 65535; leave it out for the usual one")
		}
		return port, nil
	}
	if u.Scheme == "http" {
		return 80, nil
	}
	return 443, nil
}

// checkHost tells whether the host is on the operator's list, and refuses it if it is neither that nor
// possibly public.
func (g *Guard) checkHost(host string, port uint16) (listed bool, err error) {
	if ip, err := netip.ParseAddr(host); err == nil {
		return g.checkIP(ip, port)
	}
	name := normal(host)
	switch {
	case !validName(name):
		return false, errors.New("has no valid host name; write letters, digits, dots and hyphens, and an international name as xn--…")
	case numeric(name):
		return false, errors.New("has an IP address in an unusual spelling as host; write a name, or four decimal numbers with dots between them")
	case g.allowsHost(name, port):
		return true, nil
	case inside(name):
		return false, notPublic(name)
	}
	return false, nil
}

func (g *Guard) checkIP(ip netip.Addr, port uint16) (listed bool, err error) {
	switch {
	case ip.Is4In6():
		return false, fmt.Errorf("has an IPv4 address in IPv6 spelling as host; write %s", ip.Unmap())
	case g.allowsAddr(netip.AddrPortFrom(ip, port)):
		return true, nil
	case !public(ip):
		return false, notPublic(ip.String())
	}
	return false, nil
}

func notPublic(host string) error {
	return fmt.Errorf("host %s is not public; use a public host, or ask the operator to list it in outbound.allow_hosts", host)
}
