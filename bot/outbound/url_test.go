package outbound

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"
)

func TestCheckURLRefuses(t *testing.T) {
	for _, tt := range []struct{ name, url, want string }{
		{"nothing", "", "not an absolute URL"},
		{"a bare host", "example.com", "not an absolute URL"},
		{"a path", "/hook", "not an absolute URL"},
		{"no scheme", "//example.com/hook", "must start with https://"},
		{"no host", "https:///hook", "not an absolute URL"},
		{"an opaque URL", "https:example.com", "not an absolute URL"},
		{"a port without host", "https://:443/", "no valid host name"},
		{"another scheme", "ftp://example.com/", "must start with https://"},
		{"a file", "file:///etc/passwd", "not an absolute URL"},
		{"plain http", "http://example.com/hook", "must use https"},
		{"a password", "https://u:hunter2@example.com/", "user name or password"},
		{"a user name that looks like a host", "https://example.com@10.0.0.1/", "user name or password"},
		{"a fragment", "https://example.com/#x", "fragment"},
		{"an empty fragment", "https://example.com/#", "fragment"},
		{"port zero", "https://example.com:0/", "port between 1 and 65535"},
		{"port too large", "https://example.com:70000/", "port between 1 and 65535"},
		{"a blank in the host", "https://exa mple.com/", "not an absolute URL"},
		{"a backslash in the host", `https://example.com\@10.0.0.1/`, "not an absolute URL"},
		{"an international host", "https://다리.example.com/", "xn--"},
		{"a host of full-width digits", "https://\uff11\uff12\uff17.0.0.1/", "xn--"},
		{"a host with an empty label", "https://example..com/", "no valid host name"},
		{"a host too long", "https://" + strings.Repeat("a.", 130) + "com/", "no valid host name"},

		{"localhost", "https://localhost/", "allow_hosts"},
		{"localhost in capitals", "https://LOCALHOST:8443/", "allow_hosts"},
		{"localhost with the root's dot", "https://localhost./", "allow_hosts"},
		{"a name under localhost", "https://a.localhost/", "allow_hosts"},
		{"a name under internal", "https://metadata.google.internal/", "allow_hosts"},
		{"a name under local", "https://printer.local/", "allow_hosts"},

		{"a private address", "https://10.0.0.1/", "allow_hosts"},
		{"loopback", "https://127.0.0.1:8443/", "allow_hosts"},
		{"the metadata service", "https://169.254.169.254/latest", "allow_hosts"},
		{"unspecified", "https://0.0.0.0/", "allow_hosts"},
		{"carrier-grade NAT", "https://100.64.0.1/", "allow_hosts"},
		{"benchmark range", "https://198.18.0.1/", "allow_hosts"},
		{"documentation range", "https://203.0.113.7/", "allow_hosts"},
		{"multicast", "https://224.0.0.1/", "allow_hosts"},
		{"IPv6 loopback", "https://[::1]/", "allow_hosts"},
		{"IPv6 unique local", "https://[fd00::1]/", "allow_hosts"},
		{"IPv6 link-local with zone", "https://[fe80::1%25eth0]/", "allow_hosts"},
		{"a mapped address", "https://[::ffff:127.0.0.1]/", "write 127.0.0.1"},
		{"NAT64 of a private address", "https://[64:ff9b::a00:1]/", "allow_hosts"},
		{"6to4 of a private address", "https://[2002:a00:1::1]/", "allow_hosts"},

		{"a hexadecimal octet", "https://0x7f.1/", "unusual spelling"},
		{"one large number", "https://2130706433/", "unusual spelling"},
		{"one hexadecimal number", "https://0x7F000001/", "unusual spelling"},
		{"a short address", "https://127.1/", "unusual spelling"},
		{"an octal octet", "https://0177.0.0.1/", "unusual spelling"},
		{"an address with the root's dot", "https://127.0.0.1./", "unusual spelling"},
		{"too many octets", "https://1.2.3.4.5/", "unusual spelling"},
		{"a bare hexadecimal prefix", "https://a.0x/", "unusual spelling"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := mustNew(t).CheckURL(tt.url)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("CheckURL(%q) = %v, want %q", tt.url, err, tt.want)
			}
			if strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %q shows the password", err)
			}
		})
	}
}

func TestCheckURLLetsThrough(t *testing.T) {
	for _, tt := range []struct {
		name, url string
		allow     []string
	}{
		{"a public name", "https://api.example.com/v1?x=1", nil},
		{"a port", "https://api.example.com:8443/", nil},
		{"a name in capitals", "HTTPS://API.Example.com/", nil},
		{"a name with the root's dot", "https://api.example.com./", nil},
		{"a punycode name", "https://xn--hy1b215b.example.com/", nil},
		{"a label of digits before the last", "https://1.2.3.example/", nil},
		{"a name that only contains local", "https://local.example.com/", nil},
		{"a public address", "https://8.8.8.8/", nil},
		{"a public IPv6 address", "https://[2606:4700::1111]/", nil},

		{"a listed host", "https://engine.internal/", []string{"engine.internal"}},
		{"a listed host over plain http", "http://engine.internal:9000/", []string{"engine.internal"}},
		{"a listed public host over plain http", "http://api.example.com/", []string{"api.example.com"}},
		{"a listed host in other letters", "http://ENGINE.internal./", []string{" Engine.Internal "}},
		{"a listed host and port", "http://localhost:9000/", []string{"localhost:9000"}},
		{"a listed host with the scheme's port", "http://localhost/", []string{"localhost:80"}},
		{"a listed https port", "https://localhost/", []string{"localhost:443"}},
		{"a listed address", "http://10.1.2.3:8080/", []string{"10.1.2.3"}},
		{"a listed address and port", "http://10.1.2.3:8080/", []string{"10.1.2.3:8080"}},
		{"a listed range", "http://10.1.2.3/", []string{"10.0.0.0/8"}},
		{"a listed IPv6 address", "http://[::1]:8080/", []string{"::1"}},
		{"a listed IPv6 address in brackets", "http://[::1]:8080/", []string{"[::1]"}},
		{"a listed IPv6 address and port", "http://[::1]:8080/", []string{"[::1]:8080"}},
		{"a listed IPv6 range", "https://[fd00::7]/", []string{"fd00::/8"}},
		{"a mapped entry", "http://127.0.0.1/", []string{"::ffff:127.0.0.1"}},
		{"a listed address with zone", "https://[fe80::1%25eth0]/", []string{"fe80::/10"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if err := mustNew(t, tt.allow...).CheckURL(tt.url); err != nil {
				t.Errorf("CheckURL(%q) = %v", tt.url, err)
			}
		})
	}
}

func TestAllowListReachesNoFurtherThanItSays(t *testing.T) {
	for _, tt := range []struct{ name, allow, url string }{
		{"another port", "localhost:9000", "http://localhost:9001/"},
		{"another port of an address", "10.1.2.3:80", "https://10.1.2.3/"},
		{"a name below the listed one", "engine.internal", "https://a.engine.internal/"},
		{"a name above the listed one", "a.engine.internal", "https://engine.internal/"},
		{"an address next to the range", "10.0.0.0/16", "https://10.1.0.0/"},
		{"loopback by name when the address is listed", "127.0.0.1", "http://localhost/"},
		{"plain http to another host", "engine.internal", "http://api.example.com/"},
		{"an odd spelling of a listed address", "127.0.0.0/8", "http://127.1/"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if mustNew(t, tt.allow).CheckURL(tt.url) == nil {
				t.Errorf("allow %q lets %q through", tt.allow, tt.url)
			}
		})
	}
}

// FuzzCheckURL judges by net/netip's own predicates, so that a mistake in our table shows.
func FuzzCheckURL(f *testing.F) {
	for _, seed := range []string{
		"https://example.com/", "https://127.0.0.1/", "https://[::ffff:10.0.0.1]/", "https://0x7f.1/",
		"https://8.8.8.8:443/x?y#z", "http://localhost", "https://[fe80::1%25a]", "https://a@b/", "https://127.0.0.1./",
	} {
		f.Add(seed)
	}
	g := mustNew(f)
	f.Fuzz(func(t *testing.T, raw string) {
		if g.CheckURL(raw) != nil {
			return
		}
		u, err := url.Parse(raw)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
			t.Fatalf("%q passes", raw)
		}
		ip, err := netip.ParseAddr(strings.TrimSuffix(u.Hostname(), "."))
		if err != nil {
			return
		}
		ip = ip.Unmap()
		if ip.IsPrivate() || ip.IsLoopback() || !ip.IsGlobalUnicast() {
			t.Errorf("%q passes with host %s", raw, ip)
		}
	})
}
