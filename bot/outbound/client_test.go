package outbound

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// nameServer answers every question for an IPv4 address with ip, and every other one with nothing.
func nameServer(ip [4]byte) *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe() // not a packet connection: messages carry a length, as over TCP
		go func() {
			defer server.Close()
			var size [2]byte
			if _, err := io.ReadFull(server, size[:]); err != nil {
				return
			}
			query := make([]byte, binary.BigEndian.Uint16(size[:]))
			if _, err := io.ReadFull(server, query); err == nil {
				answer := dnsAnswer(query, ip)
				server.Write(append(binary.BigEndian.AppendUint16(nil, uint16(len(answer))), answer...))
			}
		}()
		return client, nil
	}}
}

// dnsAnswer builds the message of RFC 1035, section 4, for a query with one question.
func dnsAnswer(query []byte, ip [4]byte) []byte {
	end := 12
	for query[end] != 0 { // the labels of the name
		end += int(query[end]) + 1
	}
	question := query[12 : end+5] // with the final zero, type and class
	isA := binary.BigEndian.Uint16(query[end+1:]) == 1
	answer := append([]byte{query[0], query[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, question...)
	if isA {
		answer[7] = 1
		answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4) // name above, A, IN, no caching, 4 bytes
		answer = append(answer, ip[:]...)
	}
	return answer
}

func port(t *testing.T, srv *httptest.Server) string {
	t.Helper()
	u, err := url.Parse(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

// loopback starts a TLS server and counts the connections it gets.
func loopback(t *testing.T) (*httptest.Server, *atomic.Int32) {
	t.Helper()
	var connections atomic.Int32
	srv := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }))
	srv.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	return srv, &connections
}

// trusting makes the client accept the test server's certificate.
func trusting(c *http.Client, srv *httptest.Server) *http.Client {
	tls := c.Transport.(guarded).base.TLSClientConfig
	tls.RootCAs = srv.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs
	return c
}

func TestNameThatResolvesToLoopbackIsRefusedWhenConnecting(t *testing.T) {
	srv, connections := loopback(t)
	target := "https://example.com:" + port(t, srv) + "/" // the name in the test server's certificate
	for _, tt := range []struct {
		name  string
		allow []string
		want  bool
	}{
		{"nothing listed", nil, false},
		{"another address listed", []string{"127.0.0.2", "10.0.0.0/8"}, false},
		{"another port of the name listed", []string{"example.com:1"}, false},
		{"the address listed", []string{"127.0.0.1"}, true},
		{"the address listed with its port", []string{"127.0.0.1:" + port(t, srv)}, true},
		{"the name listed", []string{"example.com"}, true},
		{"the name listed with its port", []string{"example.com:" + port(t, srv)}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			connections.Store(0)
			g := mustNew(t, tt.allow...)
			g.resolver = nameServer([4]byte{127, 0, 0, 1})
			if err := g.CheckURL(target); err != nil {
				t.Fatalf("CheckURL: %v", err)
			}
			client := trusting(g.Client(5*time.Second), srv)
			defer client.CloseIdleConnections()
			resp, err := client.Get(target)
			if tt.want {
				if err != nil {
					t.Fatal(err)
				}
				resp.Body.Close()
				return
			}
			var refused *RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a RefusedError", err)
			}
			if refused.Host != "example.com" || refused.Addr != netip.MustParseAddr("127.0.0.1") {
				t.Errorf("refused = %+v", refused)
			}
			if msg := refused.Error(); !strings.Contains(msg, "outbound.allow_hosts") || strings.Contains(msg, "127.0.0.1") {
				t.Errorf("text %q does not help or tells the address", msg)
			}
			if n := connections.Load(); n != 0 {
				t.Errorf("%d connections were made", n)
			}
		})
	}
}

func TestRequestThatCheckURLWouldRefuseIsRefused(t *testing.T) {
	for _, tt := range []struct{ name, url string }{
		{"plain http", "http://example.com/secret-path"},
		{"localhost", "https://localhost/secret-path"},
		{"a loopback address", "https://127.0.0.1/secret-path"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := &closing{Reader: strings.NewReader("x")}
			req, err := http.NewRequest("POST", tt.url, body)
			if err != nil {
				t.Fatal(err)
			}
			_, err = mustNew(t).Client(time.Second).Do(req)
			var refused *RefusedError
			if !errors.As(err, &refused) {
				t.Fatalf("got %v, want a RefusedError", err)
			}
			if strings.Contains(refused.Error(), "secret-path") {
				t.Errorf("text %q shows the URL", refused)
			}
			if !body.closed {
				t.Error("the request's body is left open")
			}
		})
	}
}

type closing struct {
	io.Reader
	closed bool
}

func (c *closing) Close() error { c.closed = true; return nil }

func TestListedLoopbackIsReached(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "hello") }))
	defer srv.Close()
	client := mustNew(t, "127.0.0.0/8").Client(5 * time.Second)
	defer client.CloseIdleConnections()
	resp, err := client.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, _ := io.ReadAll(resp.Body); string(b) != "hello" {
		t.Errorf("got %q", b)
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	var asked atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer srv.Close()
	client := mustNew(t, "127.0.0.1").Client(5 * time.Second)
	defer client.CloseIdleConnections()
	resp, err := client.Get(srv.URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusFound || asked.Load() != 1 {
		t.Errorf("status %d after %d requests, want 302 after one", resp.StatusCode, asked.Load())
	}
}

func TestProxyOfTheEnvironmentIsIgnored(t *testing.T) {
	// The standard library reads the variables once per process, so the setting itself is looked at.
	if mustNew(t).Client(0).Transport.(guarded).base.Proxy != nil {
		t.Error("a proxy would hide the real address from the guard")
	}
}

func TestSlowAnswerEndsWithATimeout(t *testing.T) {
	release := make(chan struct{})
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer srv.Close()
	defer close(release)
	client := mustNew(t, "127.0.0.1").Client(20 * time.Millisecond)
	_, err := client.Get(srv.URL)
	var timeout net.Error
	if !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("got %v, want a timeout", err)
	}
}
