package outbound

import (
	"net/netip"
	"strings"
)

// reserved are the ranges that are not public, after the registries of special-purpose addresses:
// https://www.iana.org/assignments/iana-ipv4-special-registry/ and
// https://www.iana.org/assignments/iana-ipv6-special-registry/
var reserved = prefixes(
	"0.0.0.0/8",       // this network
	"10.0.0.0/8",      // private
	"100.64.0.0/10",   // carrier-grade NAT
	"127.0.0.0/8",     // loopback
	"169.254.0.0/16",  // link-local, with the clouds' metadata service
	"172.16.0.0/12",   // private
	"192.0.0.0/24",    // protocol assignments
	"192.0.2.0/24",    // documentation
	"192.88.99.0/24",  // former 6to4 relays
	"192.168.0.0/16",  // private
	"198.18.0.0/15",   // benchmarks
	"198.51.100.0/24", // documentation
	"203.0.113.0/24",  // documentation
	"224.0.0.0/4",     // multicast
	"240.0.0.0/4",     // reserved, broadcast
	"2001::/23",       // protocol assignments: Teredo, benchmarks, ORCHID
	"2001:db8::/32",   // documentation
	"3fff::/20",       // documentation
)

var (
	globalUnicast6 = netip.MustParsePrefix("2000::/3") // the part of IPv6 in use; all else is reserved
	nat64          = netip.MustParsePrefix("64:ff9b::/96")
	sixToFour      = netip.MustParsePrefix("2002::/16")
)

func prefixes(texts ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(texts))
	for i, t := range texts {
		out[i] = netip.MustParsePrefix(t)
	}
	return out
}

// public tells whether an address belongs to the open internet. IPv6 addresses that carry an IPv4
// address are judged by that one; a network with NAT64 reaches public IPv4 hosts in no other way.
func public(ip netip.Addr) bool {
	ip = embedded(ip.Unmap().WithZone(""))
	if !ip.IsValid() || ip.Is6() && !globalUnicast6.Contains(ip) {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// embedded returns the IPv4 address that ip is translated or tunnelled to, or ip itself.
func embedded(ip netip.Addr) netip.Addr {
	b := ip.As16()
	switch {
	case nat64.Contains(ip): // https://www.rfc-editor.org/rfc/rfc6052#section-2.2
		return netip.AddrFrom4([4]byte(b[12:]))
	case sixToFour.Contains(ip): // https://www.rfc-editor.org/rfc/rfc3056#section-2
		return netip.AddrFrom4([4]byte(b[2:6]))
	}
	return ip
}

// normal is the spelling of a host under which it is compared.
func normal(host string) string { return strings.TrimSuffix(strings.ToLower(host), ".") }

// validName tells whether a normalised host is a DNS name in ASCII.
func validName(host string) bool {
	if len(host) > 253 { // https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4, without the root's dot
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

// numeric tells whether some resolvers take the host for an IP address although it is not spelt like
// one: 127.1, 2130706433, 0x7f.1. The rule is https://url.spec.whatwg.org/#ends-in-a-number-checker
func numeric(host string) bool {
	const digits = "0123456789"
	last := host[strings.LastIndex(host, ".")+1:]
	if rest, hex := strings.CutPrefix(last, "0x"); hex {
		return strings.Trim(rest, digits+"abcdef") == ""
	}
	return last != "" && strings.Trim(last, digits) == ""
}

// inside tells whether a name stands for the machine itself or its own network by definition.
func inside(host string) bool {
	for _, suffix := range []string{"localhost", "local", "internal"} {
		if host == suffix || strings.HasSuffix(host, "."+suffix) {
			return true
		}
	}
	return false
}
