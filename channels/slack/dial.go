package slack

import (
	"context"
	"crypto/tls"
	"net"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	"dari/channels"
)

const (
	dialTimeout = 10 * time.Second
	// writeBuffer keeps every acknowledgement in one frame; Slack takes none of 20 KB or more.
	writeBuffer = 32 << 10
)

// dialer connects Socket Mode to Slack, or to the host of api_base_url, and to nobody else, wherever the
// answer to apps.connections.open points. As for all calls, no proxy of the environment is used.
func (c config) dialer() *websocket.Dialer {
	plain := &net.Dialer{Timeout: dialTimeout}
	secure := &tls.Dialer{NetDialer: plain, Config: &tls.Config{MinVersion: tls.VersionTLS12}}
	return &websocket.Dialer{
		HandshakeTimeout: dialTimeout, WriteBufferSize: writeBuffer,
		NetDialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if !c.mayDial("http", addr) {
				return nil, notSlack
			}
			return plain.DialContext(ctx, network, addr)
		},
		NetDialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			if !c.mayDial("https", addr) {
				return nil, notSlack
			}
			return secure.DialContext(ctx, network, addr)
		},
	}
}

var notSlack = channels.Failf(channels.Config, "socket_host", "slack: the address to connect to is not Slack's; check api_base_url")

// mayDial decides about host:port.
func (c config) mayDial(scheme, addr string) bool {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return false
	}
	if scheme == "https" && port == "443" && slackHost(host) {
		return true
	}
	usual := map[string]string{"http": "80", "https": "443"}[scheme]
	return scheme == c.base.Scheme && strings.EqualFold(host, c.base.Hostname()) && port == first(c.base.Port(), usual)
}
