package outbound

import (
	"net/netip"
	"strings"
	"testing"

	"dari/bot/settings"
)

var _ settings.URLPolicy = (*Guard)(nil)

func mustNew(t testing.TB, allow ...string) *Guard {
	t.Helper()
	g, err := New(allow)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestBadAllowEntryIsNamedWithTheRemedy(t *testing.T) {
	for _, tt := range []struct{ name, entry, want string }{
		{"empty", "", "is not a host"},
		{"a URL", "http://engine.example.com", "is not a host"},
		{"a URL without scheme", "engine.example.com/path", "is not a host"},
		{"a wildcard", "*.example.com", "is not a host"},
		{"a blank inside", "a b", "is not a host"},
		{"an empty label", "a..b", "is not a host"},
		{"an international name", "다리.example.com", "is not a host"},
		{"a short IP spelling", "127.1", "is not a host"},
		{"a hexadecimal IP spelling with port", "0x7f000001:80", "is not a host"},
		{"an address with zone", "fe80::1%eth0", "is not a host"},
		{"a prefix too long", "10.0.0.0/33", "is not a host"},
		{"a range with host bits", "10.1.2.3/8", "write 10.0.0.0/8"},
		{"a mapped range", "::ffff:10.0.0.0/104", "write it as IPv4"},
		{"port zero", "localhost:0", "port between 1 and 65535"},
		{"port too large", "localhost:65536", "port between 1 and 65535"},
		{"port by name", "localhost:http", "port between 1 and 65535"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := New([]string{"fine.example.com", tt.entry})
			if err == nil {
				t.Fatalf("New accepts %q", tt.entry)
			}
			for _, want := range []string{"outbound.allow_hosts", `"` + tt.entry + `"`, tt.want} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("error %q does not contain %q", err, want)
				}
			}
		})
	}
}

func TestEveryBadAllowEntryIsReported(t *testing.T) {
	_, err := New([]string{"a b", "fine.example.com", "c d"})
	if err == nil || !strings.Contains(err.Error(), `"a b"`) || !strings.Contains(err.Error(), `"c d"`) {
		t.Errorf("got %v", err)
	}
}

func TestOnlyGlobalAddressesArePublic(t *testing.T) {
	for _, tt := range []struct {
		name, ip string
		want     bool
	}{
		{"a public IPv4 address", "8.8.8.8", true},
		{"below the private range", "9.255.255.255", true},
		{"above the private range", "11.0.0.0", true},
		{"above the 172 range", "172.32.0.0", true},
		{"above carrier-grade NAT", "100.128.0.0", true},
		{"a public IPv6 address", "2606:4700::1111", true},
		{"a mapped public address", "::ffff:8.8.8.8", true},
		{"NAT64 of a public address", "64:ff9b::808:808", true},
		{"6to4 of a public address", "2002:808:808::1", true},

		{"unspecified", "0.0.0.0", false},
		{"this network", "0.1.2.3", false},
		{"private 10", "10.255.255.255", false},
		{"private 172", "172.31.255.255", false},
		{"private 192", "192.168.0.1", false},
		{"loopback", "127.0.0.1", false},
		{"loopback, far end", "127.255.255.254", false},
		{"metadata service", "169.254.169.254", false},
		{"carrier-grade NAT", "100.64.0.1", false},
		{"protocol assignments", "192.0.0.8", false},
		{"documentation 1", "192.0.2.1", false},
		{"documentation 2", "198.51.100.1", false},
		{"documentation 3", "203.0.113.1", false},
		{"benchmark", "198.19.255.255", false},
		{"6to4 relay", "192.88.99.1", false},
		{"multicast", "224.0.0.1", false},
		{"reserved", "240.0.0.1", false},
		{"broadcast", "255.255.255.255", false},
		{"IPv6 unspecified", "::", false},
		{"IPv6 loopback", "::1", false},
		{"IPv6 link-local", "fe80::1", false},
		{"IPv6 link-local with zone", "fe80::1%eth0", false},
		{"IPv6 unique local", "fd00:ec2::254", false},
		{"IPv6 site-local", "fec0::1", false},
		{"IPv6 multicast", "ff02::1", false},
		{"IPv6 discard", "100::1", false},
		{"IPv6 documentation", "2001:db8::1", false},
		{"newer IPv6 documentation", "3fff::1", false},
		{"Teredo", "2001::1", false},
		{"IPv6 benchmark", "2001:2::1", false},
		{"mapped loopback", "::ffff:127.0.0.1", false},
		{"compatible loopback", "::127.0.0.1", false},
		{"NAT64 of a private address", "64:ff9b::10.0.0.1", false},
		{"local NAT64", "64:ff9b:1::8.8.8.8", false},
		{"6to4 of loopback", "2002:7f00:1::1", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := public(netip.MustParseAddr(tt.ip)); got != tt.want {
				t.Errorf("public(%s) = %v", tt.ip, got)
			}
		})
	}
	if public(netip.Addr{}) {
		t.Error("the zero address is public")
	}
}
