// Package remote is what engines that are reached over HTTP share: asking, telling failures apart
// without telling secrets, and reading event streams.
package remote

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strconv"
	"sync/atomic"
	"syscall"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

// MaxBody bounds an answer that is not a stream, in bytes.
const MaxBody = 1 << 20

// Client asks one remote side. Its errors are *dialog.Error values, scrubbed.
type Client struct {
	HTTP  *http.Client
	Scrub Scrubber
	Now   func() time.Time
}

// Answer is an HTTP answer that has been read whole.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Ask sends a request and reads the answer whole, whatever its status. No answer, half an answer, one
// over MaxBody (after decompression) and one that is nested too deep are errors.
func (c Client) Ask(req *http.Request) (Answer, error) {
	resp, err := c.Open(req)
	if err != nil {
		return Answer{}, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, MaxBody+1))
	switch {
	case err != nil && req.Context().Err() != nil:
		return Answer{}, Ended(req.Context().Err())
	case err != nil:
		return Answer{}, c.Scrub.Error(Failf("bad_answer", "the connection broke inside the answer"))
	case len(body) > MaxBody:
		return Answer{}, Failf("bad_answer", "the answer is larger than %d bytes", MaxBody)
	case message.CheckDepth(body) != nil:
		return Answer{}, Failf("bad_answer", "the answer: %w", message.ErrTooDeep)
	}
	return Answer{resp.StatusCode, resp.Header, body}, nil
}

// Open sends a request and leaves the answer's body to the caller, for streams.
func (c Client) Open(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, Ended(err)
	}
	var wrote atomic.Bool
	trace := &httptrace.ClientTrace{WroteHeaders: func() { wrote.Store(true) }}
	if req.Header.Get("User-Agent") == "" {
		req.Header.Set("User-Agent", "Dari")
	}
	resp, err := c.HTTP.Do(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	if err == nil {
		return resp, nil
	}
	if ctx.Err() != nil {
		return nil, Ended(ctx.Err())
	}
	e := Failf("unreachable", "ask %s: %w", req.URL.Host, Plain(err))
	if wrote.Load() {
		if TimedOut(err) {
			e.Code = "timeout"
		}
	} else if passing(err) {
		e.Err = &unsent{e.Err}
	}
	return nil, c.Scrub.Error(e)
}

// unsent marks a failure of which the remote side has seen nothing and that may pass.
type unsent struct{ error }

func (u *unsent) Unwrap() error { return u.error }

// Unsent tells whether nothing of the request was written and another attempt may succeed: asking
// again does no harm then.
func Unsent(err error) bool {
	var u *unsent
	return errors.As(err, &u)
}

// Retryable tells whether an answer of that status says that nothing was done and asking again, after
// the time that RetryAfter reads, may help.
func Retryable(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// Post makes a request with a JSON body. HTML characters stay as they are in it.
func Post(ctx context.Context, address string, body any) (*http.Request, error) {
	b, err := JSON(body)
	if err != nil {
		return nil, Failf("failed", "build the request: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, bytes.NewReader(b))
	if err != nil {
		return nil, Failf("failed", "build the request: %w", Plain(err))
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	return req, nil
}

// JSON encodes a value without escaping HTML characters and without a final line break.
func JSON(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), err
}

// Failf makes an error of a turn.
func Failf(code, format string, args ...any) *dialog.Error {
	return &dialog.Error{Code: code, Err: fmt.Errorf(format, args...)}
}

// Refused is the error that a status of 300 and above stands for; said is what the answer says about
// it, "" if nothing.
func Refused(status int, said string) *dialog.Error {
	code := "refused"
	switch {
	case status >= 300 && status < 400:
		return Failf("redirect", "status %d: the engine redirects elsewhere; enter its final address", status)
	case status == http.StatusGone:
		code = "gone"
	case status == http.StatusTooManyRequests:
		code = "rate_limited"
	case status >= 500:
		code = "failed"
	}
	switch {
	case said != "":
		said = ": " + Clip(said, 300)
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		said = ": the engine refused the request; check its key or secret"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		said = ": there is no engine at this address; check the address"
	}
	return &dialog.Error{Code: code, Gone: status == http.StatusGone, Err: fmt.Errorf("status %d%s", status, said)}
}

// Ended is the failure of a turn whose context is over.
func Ended(err error) *dialog.Error {
	if errors.Is(err, context.DeadlineExceeded) {
		return Failf("timeout", "no answer before the deadline: %w", err)
	}
	return Failf("cancelled", "the turn was given up: %w", err)
}

// passing tells whether a failed connection may succeed a moment later. An address that Dari itself
// refuses and a bad certificate do not mend themselves.
func passing(err error) bool {
	var errno syscall.Errno
	var dns *net.DNSError
	return errors.As(err, &errno) || errors.As(err, &dns) || errors.Is(err, io.EOF) || TimedOut(err)
}

// TimedOut tells whether an error is a time-out of the network.
func TimedOut(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

// Plain takes off an error what the owner of the bot need not learn: the full URL, which may hold a key
// in its query, and the addresses of the operator's network.
func Plain(err error) error {
	var dns *net.DNSError
	var op *net.OpError
	var u *url.Error
	switch {
	case errors.As(err, &dns):
		own := *dns
		own.Server = ""
		return &own
	case errors.As(err, &op):
		return fmt.Errorf("%s: %w", op.Op, op.Err)
	case errors.As(err, &u):
		return u.Err
	}
	return err
}

// RetryAfter reads seconds or an HTTP date: https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
func RetryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseUint(v, 10, 32); err == nil {
		return time.Duration(s) * time.Second
	}
	if at, err := http.ParseTime(v); err == nil {
		return max(0, at.Sub(now))
	}
	return 0
}

// Clip cuts a foreign text to at most n code points.
func Clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n]) + "…"
	}
	return s
}
