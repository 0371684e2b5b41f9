package line

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// uri checks a URL that LINE is told. LINE wants what is not ASCII percent-encoded, which people
// rarely write: https://developers.line.biz/en/reference/messaging-api/#uri-action
func uri(field, raw string, limit int, schemes ...string) (string, error) {
	s := encoded(strings.TrimSpace(raw))
	u, err := url.Parse(s)
	switch {
	case err != nil || !slices.Contains(schemes, u.Scheme):
		return "", rejected(field, "it must be an address that begins with %s:", strings.Join(schemes, ":, "))
	case strings.HasPrefix(u.Scheme, "http") && u.Hostname() == "":
		return "", rejected(field, "the address has no host")
	case len(s) > limit:
		return "", rejected(field, "the address has %d characters; LINE takes %d", len(s), limit)
	}
	return s, nil
}

// encoded escapes the bytes that no address may hold, and no others.
func encoded(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c <= ' ' || c >= 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
