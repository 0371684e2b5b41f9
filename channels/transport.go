package channels

import (
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"sync/atomic"
	"time"
)

// Transport wraps a round tripper so that its errors say whether the platform may have seen the
// request: a *SendError of kind Temporary when nothing was written, Uncertain otherwise.
func Transport(base http.RoundTripper) http.RoundTripper { return transport{base} }

// Refused is an error of a round tripper that did not let the request out, because the address is
// not one that may be called. Its text names the remedy.
type Refused interface {
	error
	AddressRefused()
}

type transport struct{ base http.RoundTripper }

func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}
	resp, err := t.base.RoundTrip(req.WithContext(httptrace.WithClientTrace(req.Context(), trace)))
	if err == nil {
		return resp, nil
	}
	var refused Refused
	if errors.As(err, &refused) {
		return nil, &SendError{Kind: Config, Code: "address_refused", Err: refused}
	}
	kind := Temporary
	if wrote.Load() {
		kind = Uncertain
	}
	return nil, &SendError{Kind: kind, Code: networkCode(err), Err: plain(err)}
}

// CloseIdleConnections passes the wish on.
func (t transport) CloseIdleConnections() {
	if c, ok := t.base.(interface{ CloseIdleConnections() }); ok {
		c.CloseIdleConnections()
	}
}

// networkCode names the cause without the address, which may be private.
func networkCode(err error) string {
	var dns *net.DNSError
	var timeout net.Error
	switch {
	case errors.As(err, &dns):
		return "dns"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	return "network"
}

func plain(err error) error {
	var op *net.OpError
	if errors.As(err, &op) {
		return op
	}
	return err
}

// RetryAfter reads a wait from the first of the named headers that holds one: seconds, or an HTTP
// date for Retry-After. Waits beyond an hour are cut to an hour.
func RetryAfter(h http.Header, now time.Time, names ...string) time.Duration {
	for _, name := range names {
		v := h.Get(name)
		if s, err := strconv.ParseFloat(v, 64); err == nil && s >= 0 && s < 1e9 {
			return min(time.Duration(s*float64(time.Second)), time.Hour)
		}
		if t, err := http.ParseTime(v); err == nil && t.After(now) {
			return min(t.Sub(now), time.Hour)
		}
	}
	return 0
}
