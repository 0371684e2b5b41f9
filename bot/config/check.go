package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

func str(field func(*Config) *string, check func(string) error) func(*Config, []string) error {
	return func(c *Config, v []string) error {
		*field(c) = v[0]
		if check == nil {
			return nil
		}
		return check(v[0])
	}
}

func span(field func(*Config) *time.Duration, low, high time.Duration) func(*Config, []string) error {
	return func(c *Config, v []string) error {
		d, err := time.ParseDuration(v[0])
		switch {
		case err != nil:
			return fmt.Errorf("%q is not a duration; write it like 20s, 5m or 720h", v[0])
		case d < 0:
			return errors.New("must not be negative")
		case d < low || d > high:
			return fmt.Errorf("must be between %s and %s", brief(low), brief(high))
		}
		*field(c) = d
		return nil
	}
}

// brief writes a duration the way people do: 10m, not 10m0s.
func brief(d time.Duration) string {
	s := d.String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func count(field func(*Config) *int, low, high int) func(*Config, []string) error {
	return func(c *Config, v []string) error {
		n, err := strconv.Atoi(v[0])
		if err != nil || n < low || n > high {
			return fmt.Errorf("%q is not a whole number between %d and %d", v[0], low, high)
		}
		*field(c) = n
		return nil
	}
}

func setLevel(c *Config, v []string) error {
	if err := oneOf("debug", "info", "warn", "error")(v[0]); err != nil {
		return err
	}
	return c.Log.Level.UnmarshalText([]byte(v[0]))
}

func oneOf(options ...string) func(string) error {
	return func(s string) error {
		if !slices.Contains(options, s) {
			return fmt.Errorf("%q is not known; known are %s", s, strings.Join(options, ", "))
		}
		return nil
	}
}

func optional(check func(string) error) func(string) error {
	return func(s string) error {
		if s == "" {
			return nil
		}
		return check(s)
	}
}

func notEmpty(s string) error {
	if s == "" {
		return errors.New("must not be empty")
	}
	return nil
}

// issuer wants https; a provider on this very machine, for trials, may do without.
func issuer(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsAny(s, "?#") {
		return "", errors.New("is not the URL of an issuer; write it as the provider does, like https://id.example.com/realm")
	}
	ip, _ := netip.ParseAddr(u.Hostname())
	if u.Scheme != "https" && !(u.Scheme == "http" && (ip.IsLoopback() || u.Hostname() == "localhost")) {
		return "", errors.New("must use https; plain http is only for this machine")
	}
	return s, nil
}

func checkScopes(values []string) error {
	for _, want := range []string{"openid", "email"} {
		if !slices.Contains(values, want) {
			return fmt.Errorf("must hold %s", want)
		}
	}
	return nil
}

func checkDomains(values []string) error {
	for _, v := range values {
		if !hostName.MatchString(v) || !strings.Contains(v, ".") {
			return fmt.Errorf("%q is not a domain; write it like example.com, without @ and *", v)
		}
	}
	return nil
}

func checkEmails(values []string) error {
	for _, v := range values {
		if name, domain, ok := strings.Cut(v, "@"); !ok || name == "" || checkDomains([]string{domain}) != nil {
			return fmt.Errorf("%q is not an e-mail address", v)
		}
	}
	return nil
}

var hostName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func checkListen(s string) error {
	host, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err == nil && host != "" && !hostName.MatchString(host) {
		_, err = netip.ParseAddr(host)
	}
	if err != nil {
		return fmt.Errorf("%q is not an address to listen on; write host:port, like 127.0.0.1:8080 or :8080", s)
	}
	return nil
}

// publicURL does not repeat the value in its errors: it may carry a password.
func publicURL(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return "", errors.New("is not an absolute URL; write it like https://bot.example.com")
	case u.User != nil:
		return "", errors.New("must not contain a user name or password")
	case strings.ContainsAny(s, "?#"):
		return "", errors.New("must end before ? and #")
	}
	return strings.TrimRight(s, "/"), nil
}

// checkPrefixes accepts IPs and CIDRs.
func checkPrefixes(values []string) error {
	for _, v := range values {
		_, notAddr := netip.ParseAddr(v)
		_, notPrefix := netip.ParsePrefix(v)
		if notAddr != nil && notPrefix != nil {
			return fmt.Errorf("%q is neither an IP nor a CIDR such as 10.0.0.0/8", v)
		}
	}
	return nil
}
