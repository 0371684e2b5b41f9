// Package outbound guards the HTTP calls that people's settings make Dari do.
//
// Whoever may register a channel or an engine names addresses that Dari then calls from inside the
// operator's network. The guard lets public addresses through and everything else only when the
// operator has listed it (configuration key outbound.allow_hosts). It checks twice: CheckURL when a
// setting is saved, so that the form can say what is wrong, and Client when a connection is made, when
// the address behind the name is known and can no longer be exchanged.
package outbound

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// Guard decides which addresses may be called. It is safe for concurrent use.
type Guard struct {
	hosts     map[string]bool // "host", and "host:port" for entries bound to one port
	prefixes  []netip.Prefix
	addrPorts map[netip.AddrPort]bool
	resolver  *net.Resolver // nil is the system's
}

// New makes a guard that lets the listed hosts through besides all public ones. An entry is a host
// name, host:port, an IP address, or a CIDR range; a listed host may be reached under whatever address
// it resolves to. The error names every bad entry.
func New(allow []string) (*Guard, error) {
	g := &Guard{hosts: map[string]bool{}, addrPorts: map[netip.AddrPort]bool{}}
	var errs []error
	for _, entry := range allow {
		if err := g.add(entry); err != nil {
			errs = append(errs, fmt.Errorf("outbound.allow_hosts: %q %w", entry, err))
		}
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return g, nil
}

var errEntry = errors.New("is not a host, host:port, IP address or CIDR range; " +
	"write for example engine.example.com, localhost:9000, 10.1.2.3 or 10.0.0.0/8")

func (g *Guard) add(entry string) error {
	entry = strings.TrimSpace(entry)
	if strings.Contains(entry, "/") {
		return g.addPrefix(entry)
	}
	if ip, err := netip.ParseAddr(strings.Trim(entry, "[]")); err == nil && ip.Zone() == "" {
		ip = ip.Unmap()
		g.prefixes = append(g.prefixes, netip.PrefixFrom(ip, ip.BitLen()))
		return nil
	}
	if host, port, err := net.SplitHostPort(entry); err == nil {
		return g.addHostPort(host, port)
	}
	host := normal(entry)
	if !validName(host) || numeric(host) {
		return errEntry
	}
	g.hosts[host] = true
	return nil
}

func (g *Guard) addPrefix(entry string) error {
	p, err := netip.ParsePrefix(entry)
	switch {
	case err != nil:
		return errEntry
	case p.Addr().Is4In6():
		return errors.New("is an IPv4 range in IPv6 spelling; write it as IPv4")
	case p != p.Masked():
		return fmt.Errorf("is not the start of its range; write %s", p.Masked())
	}
	g.prefixes = append(g.prefixes, p)
	return nil
}

func (g *Guard) addHostPort(host, port string) error {
	n, ok := portNumber(port)
	if !ok {
		return errors.New("has no port between 1 and 65535")
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.Zone() == "" {
		g.addrPorts[netip.AddrPortFrom(ip.Unmap(), n)] = true
		return nil
	}
	host = normal(host)
	if !validName(host) || numeric(host) {
		return errEntry
	}
	g.hosts[hostPort(host, n)] = true
	return nil
}

// allowsHost tells whether the operator listed the name as it stands in the URL.
func (g *Guard) allowsHost(host string, port uint16) bool {
	host = normal(host)
	return g.hosts[host] || g.hosts[hostPort(host, port)]
}

// allowsAddr tells whether the operator listed the address.
func (g *Guard) allowsAddr(a netip.AddrPort) bool {
	ip := a.Addr().Unmap().WithZone("") // no prefix contains an address with a zone
	if g.addrPorts[netip.AddrPortFrom(ip, a.Port())] {
		return true
	}
	for _, p := range g.prefixes {
		if p.Contains(ip) {
			return true
		}
	}
	return false
}

func hostPort(host string, port uint16) string {
	return net.JoinHostPort(host, strconv.Itoa(int(port)))
}

func portNumber(s string) (uint16, bool) {
	n, err := strconv.ParseUint(s, 10, 16)
	return uint16(n), err == nil && n > 0
}
