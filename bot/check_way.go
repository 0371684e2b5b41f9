package bot

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"time"

	"dari/bot/check"
	"dari/channels"
	"dari/store"
)

// Headers by which a request to Dari's own public address learns that it has come back to Dari and not
// to somebody else's server: the answer proves the nonce with the key file, which all nodes share.
const (
	NonceHeader = "Dari-Nonce"
	ProofHeader = "Dari-Proof"
)

const maxNonce = 64

// Prove answers a nonce; "" for one that is too long to be Dari's.
func (c *Catalog) Prove(nonce string) string {
	if nonce == "" || len(nonce) > maxNonce {
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(c.sealer.MAC("reach", []byte(nonce)))
}

// checkWay looks whether a messenger can call the channel, as far as that can be told from here.
func (c *Catalog) checkWay(ctx context.Context, rec store.Channel) []check.Check {
	if rec.ID == "" {
		rec.ID = "new" // the way is the same for all channels
	}
	switch u, err := url.Parse(c.publicURL); {
	case c.publicURL == "":
		return []check.Check{check.New("public_url", check.Warn, "channel.url_none")}
	case err != nil || local(u.Hostname()):
		return []check.Check{check.New("public_url", check.Warn, "channel.url_local", "url", c.publicURL)}
	case u.Scheme != "https":
		return []check.Check{check.New("public_url", check.Warn, "channel.url_http", "url", c.publicURL)}
	}
	return []check.Check{
		check.New("public_url", check.Pass, "channel.url_good", "url", c.publicURL),
		c.checkReach(ctx, c.callbackURL(rec)),
	}
}

// local tells names and addresses that nobody outside can call.
func local(host string) bool {
	if ip, err := netip.ParseAddr(host); err == nil {
		return ip.IsLoopback() || ip.IsPrivate() || ip.IsUnspecified() || ip.IsLinkLocalUnicast()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "" || host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".local")
}

const (
	reachTimeout = 10 * time.Second
	// reachSlow is when an answer is late: LINE waits two seconds for all of it, and the work on a real
	// callback is still to be added. https://developers.line.biz/en/docs/messaging-api/receiving-messages/
	reachSlow = 1500 * time.Millisecond
)

// checkReach asks the callback address itself, with a GET that no callback route takes, so that proxies
// which pass on some paths only are found out, and nothing is recorded.
func (c *Catalog) checkReach(ctx context.Context, address string) check.Check {
	ctx, cancel := context.WithTimeout(ctx, reachTimeout)
	defer cancel()
	start := time.Now()
	answer, proven, err := c.callOurselves(ctx, address)
	took := time.Since(start)
	found := reached(address, answer, proven, took)
	if err != nil {
		found = notReached(address, err)
	}
	found.Took = took
	return found
}

func (c *Catalog) callOurselves(ctx context.Context, address string) (status int, proven bool, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, false, err
	}
	nonce := rand.Text()
	req.Header.Set(NonceHeader, nonce)
	client := *c.http
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return 0, false, err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // what it says does not matter
	return resp.StatusCode, hmac.Equal([]byte(resp.Header.Get(ProofHeader)), []byte(c.Prove(nonce))), nil
}

func reached(address string, status int, proven bool, took time.Duration) check.Check {
	switch {
	case proven && took > reachSlow:
		return check.New("reachable", check.Warn, "channel.reach_slow", "url", address, "time", took.Round(100*time.Millisecond).String())
	case proven:
		return check.New("reachable", check.Pass, "channel.reach_good", "url", address)
	case status/100 == 3:
		return check.New("reachable", check.Fail, "channel.reach_redirect", "url", address, "status", strconv.Itoa(status))
	case status == http.StatusMethodNotAllowed: // a filter that lets POST alone through says so too
		return check.New("reachable", check.Warn, "channel.reach_untold", "url", address)
	}
	return check.New("reachable", check.Fail, "channel.reach_foreign", "url", address, "status", strconv.Itoa(status))
}

// notReached warns only: many networks do not let a server call its own public address.
func notReached(address string, err error) check.Check {
	var certificate *tls.CertificateVerificationError
	se := channels.AsSendError(err)
	switch {
	case errors.As(err, &certificate):
		return check.New("reachable", check.Fail, "channel.reach_certificate", "url", address)
	case se.Code == "address_refused":
		return check.New("reachable", check.Warn, "channel.reach_private", "url", address)
	case se.Code == "":
		return check.New("reachable", check.Warn, "channel.reach_failed", "url", address, "code", "network")
	}
	return check.New("reachable", check.Warn, "channel.reach_failed", "url", address, "code", se.Code)
}
