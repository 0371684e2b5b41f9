package naverworks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"dari/channels"
)

// answerLimit bounds what is read of an answer; the largest, a bot object, is a few kilobytes.
const answerLimit = 1 << 20

// wire makes HTTP calls whose errors hold no address, header or body.
type wire struct {
	client  *http.Client
	timeout time.Duration
}

// answer is an HTTP answer.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    bool // the body broke off; the status is certain all the same
}

func (a answer) ok() bool { return a.status/100 == 2 }

func (w wire) do(ctx context.Context, method, address string, h http.Header, body string) (answer, *channels.SendError) {
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		return answer{}, channels.Failf(channels.Config, "address", "the address cannot be called; check auth_base_url and api_base_url")
	}
	req.Header = h
	resp, err := w.client.Do(req)
	if err != nil {
		return answer{}, transportError(err)
	}
	defer resp.Body.Close()
	out := answer{status: resp.StatusCode, header: resp.Header}
	out.body, err = io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	out.cut = err != nil
	return out, nil
}

// open makes a call whose answer the caller reads and closes. The time-out covers the wait for the
// answer's head; the body is bounded by ctx.
func (w wire) open(ctx context.Context, address string, h http.Header) (*http.Response, *channels.SendError) {
	ctx, cancel := context.WithCancel(ctx)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		cancel()
		return nil, channels.Failf(channels.Config, "address", "the address cannot be called; check api_base_url")
	}
	req.Header = h
	timer := time.AfterFunc(w.timeout, cancel)
	resp, err := w.client.Do(req)
	timer.Stop()
	if err != nil {
		cancel()
		return nil, nothingSent("the platform", transportError(err))
	}
	resp.Body = &cancelled{resp.Body, cancel}
	return resp, nil
}

// cancelled is a body that frees its request's context when it is closed.
type cancelled struct {
	io.ReadCloser
	cancel context.CancelFunc
}

// Close implements io.Closer.
func (c *cancelled) Close() error {
	defer c.cancel()
	return c.ReadCloser.Close()
}

// transportError keeps what the transport found out and drops the *url.Error, which shows the address.
func transportError(err error) *channels.SendError {
	var se *channels.SendError
	if errors.As(err, &se) {
		return se
	}
	var ue *url.Error
	if errors.As(err, &ue) {
		err = ue.Err
	}
	return &channels.SendError{Kind: channels.Uncertain, Code: "network", Err: err}
}

// nothingSent corrects the transport's judgement of a call that sends no message: whatever became of
// it, trying again is safe.
func nothingSent(who string, err *channels.SendError) *channels.SendError {
	if err.Kind == channels.Uncertain {
		return &channels.SendError{Kind: channels.Temporary, Code: err.Code, Err: fmt.Errorf("%s did not answer: %w", who, err.Err)}
	}
	return err
}

// explain makes a platform's text fit for an error: one line, not endless, without any of the secrets.
func explain(text string, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "•••")
		}
	}
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) > 200 {
		r = append(r[:200], '…')
	}
	return string(r)
}

// readJSON reads an answer's body; a false result means that it is not the expected JSON.
func readJSON(a answer, into any) bool { return !a.cut && json.Unmarshal(a.body, into) == nil }
