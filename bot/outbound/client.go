package outbound

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

const (
	connectTimeout = 5 * time.Second
	maxHeaderBytes = 64 << 10
	// idlePerHost keeps the connections of a burst to one platform for the next burst.
	idlePerHost = 256
)

// RefusedError means that the guard did not let a request out. Nothing was sent, and trying again is
// of no use until the setting or outbound.allow_hosts has changed.
type RefusedError struct {
	Host string // as in the URL
	// Addr is what Host resolved to; it is not valid when the URL itself was refused. It is not part of
	// the text: who may enter a host name need not learn the addresses of the operator's network.
	Addr netip.Addr
	why  string
}

func (e *RefusedError) Error() string { return "address refused: " + e.why }

// AddressRefused tells callers that wrap the client's errors what this one is.
func (e *RefusedError) AddressRefused() {}

// Client returns an HTTP client that connects to nothing but allowed addresses; a request elsewhere
// fails with a *RefusedError. The address is checked when the connection is made, so that a name which
// changes its address between check and call gains nothing.
//
// A request takes at most timeout, reading the body included; 0 means that the caller's context alone
// bounds it. Redirects are not followed: the caller gets the 3xx answer, and no credentials travel to a
// host nobody entered. Every client has a connection pool of its own, so make one per purpose. Bodies
// are decompressed on the fly; callers bound what they read with an io.LimitReader around the body,
// which counts the bytes after decompression.
func (g *Guard) Client(timeout time.Duration) *http.Client {
	return &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: guarded{g, &http.Transport{
			// No Proxy, not even from the environment: behind one the guard would see the proxy's address
			// instead of the one that is called.
			DialContext:         g.dial,
			TLSClientConfig:     &tls.Config{MinVersion: tls.VersionTLS12},
			TLSHandshakeTimeout: connectTimeout,
			// Holds also when a caller that reads a long stream clears the client's Timeout.
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: maxHeaderBytes,
			MaxIdleConns:           2 * idlePerHost,
			MaxIdleConnsPerHost:    idlePerHost,
			IdleConnTimeout:        90 * time.Second,
			ForceAttemptHTTP2:      true,
			// One HTTP/2 connection carries everything to a host; pings find out when it is dead.
			HTTP2: &http.HTTP2Config{SendPingTimeout: 15 * time.Second, PingTimeout: 5 * time.Second},
		}},
	}
}

// guarded refuses requests that CheckURL would refuse: not every URL comes from a checked setting, some
// arrive in callbacks, and the list may have become shorter since a setting was saved.
type guarded struct {
	guard *Guard
	base  *http.Transport
}

func (t guarded) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := t.guard.check(req.URL); err != nil {
		if req.Body != nil {
			req.Body.Close() // a RoundTripper closes the body even when it fails
		}
		return nil, &RefusedError{Host: req.URL.Hostname(), why: "the URL " + err.Error()}
	}
	return t.base.RoundTrip(req)
}

// CloseIdleConnections makes the method of http.Client work.
func (t guarded) CloseIdleConnections() { t.base.CloseIdleConnections() }

// dial connects to addr, the host and port of the URL.
func (g *Guard) dial(ctx context.Context, network, addr string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	n, _ := portNumber(port)
	d := net.Dialer{Timeout: connectTimeout, Resolver: g.resolver}
	if !g.allowsHost(host, n) {
		d.Control = func(_, resolved string, _ syscall.RawConn) error { return g.checkResolved(host, resolved) }
	}
	return d.DialContext(ctx, network, addr)
}

// checkResolved sees the very address that the socket is about to connect to.
func (g *Guard) checkResolved(host, resolved string) error {
	a, err := netip.ParseAddrPort(resolved)
	if err == nil && (public(a.Addr()) || g.allowsAddr(a)) {
		return nil
	}
	why := fmt.Sprintf("host %s leads to an address that is not public; "+
		"use a public host, or ask the operator to list it in outbound.allow_hosts", host)
	return &RefusedError{Host: host, Addr: a.Addr(), why: why}
}
