package foreign

import (
	"maps"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"

	"dari/bot/settings"
)

// Address reads a setting that holds an address. Its errors never quote it: the query may hold a key.
func Address(v settings.Values, field, example string) (*url.URL, error) {
	raw := v.Text(field)
	if raw == "" {
		return nil, settings.Errorf(field, "required", "is missing; enter an address such as %s", example)
	}
	u, err := url.Parse(raw)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Hostname() == "" {
		return nil, settings.Errorf(field, "format", "must be an address such as %s", example)
	}
	if u.User != nil {
		return nil, settings.Errorf(field, "credentials", "must not hold a user name or password; remove them")
	}
	u.Fragment, u.RawFragment = "", ""
	return u, nil
}

// reserved are the headers that Dari or HTTP itself sets. The idempotency keys are among them because
// they make Go's transport repeat a request by itself.
var reserved = []string{
	"Accept", "Accept-Encoding", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Expect",
	"Host", "Idempotency-Key", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "X-Idempotency-Key",
}

// Headers reads a setting of kind map as headers to send along with every question.
func Headers(v settings.Values, field string) (http.Header, error) {
	out := http.Header{}
	in := v.Map(field)
	for _, given := range slices.Sorted(maps.Keys(in)) {
		name := textproto.CanonicalMIMEHeaderKey(given)
		switch {
		case !httpguts.ValidHeaderFieldName(given):
			return nil, settings.Errorf(field, "format", "%q is not a header name; use letters, digits and dashes", given)
		case slices.Contains(reserved, name) || strings.HasPrefix(name, "Proxy-"):
			return nil, settings.Errorf(field, "reserved", "%s is set by Dari; remove it", name)
		case out[name] != nil:
			return nil, settings.Errorf(field, "double", "%s is there twice; keep one", name)
		case !httpguts.ValidHeaderFieldValue(in[given]):
			return nil, settings.Errorf(field, "format", "the value of %s holds a line break or control character; remove it", name)
		}
		out.Set(name, in[given])
	}
	return out, nil
}

// Hidden lists what is nobody's business in an address and headers.
func Hidden(u *url.URL, headers http.Header) []string {
	hide := []string{u.RawQuery}
	for _, values := range u.Query() {
		hide = append(hide, values...)
	}
	for name := range headers {
		hide = append(hide, headers.Get(name))
	}
	return hide
}
