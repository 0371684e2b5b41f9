package httpengine

import (
	"context"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog/dialogtest"
)

func TestRetries(t *testing.T) {
	ok := dialogtest.Done(message.Text("네"))
	status := func(code int, header ...string) dialogtest.HTTPAnswer {
		a := dialogtest.HTTPAnswer{Status: code, Header: http.Header{}}
		for i := 0; i < len(header); i += 2 {
			a.Header.Set(header[i], header[i+1])
		}
		return a
	}
	ms := func(n ...int) (out []time.Duration) {
		for _, d := range n {
			out = append(out, time.Duration(d)*time.Millisecond)
		}
		return out
	}
	for _, c := range []struct {
		name   string
		script []dialogtest.HTTPAnswer
		sleeps []time.Duration
		code   string // "" if the turn succeeds
	}{
		{"503 is asked again", []dialogtest.HTTPAnswer{status(503), ok}, ms(250), ""},
		{"429, 502 and 504 are asked again", []dialogtest.HTTPAnswer{status(429), status(504), ok}, ms(250, 1000), ""},
		{"the third 502 is final", []dialogtest.HTTPAnswer{status(502), status(502), status(502), ok}, ms(250, 1000), "failed"},
		{"the third 429 is final", []dialogtest.HTTPAnswer{status(429), status(429), status(429), ok}, ms(250, 1000), "rate_limited"},
		{"a wait in seconds is kept", []dialogtest.HTTPAnswer{status(429, "Retry-After", "3"), ok}, ms(3000), ""},
		{"a wait until a date is kept", []dialogtest.HTTPAnswer{status(503, "Retry-After", now.Add(2*time.Second).Format(http.TimeFormat)), ok}, ms(1877), ""},
		{"a wait of nothing is not shorter than the back-off", []dialogtest.HTTPAnswer{status(503, "Retry-After", "0"), ok}, ms(250), ""},
		{"a wait beyond the deadline is not begun", []dialogtest.HTTPAnswer{status(429, "Retry-After", "8"), ok}, nil, "rate_limited"},
		{"a wait beyond measure is not begun", []dialogtest.HTTPAnswer{status(429, "Retry-After", "4294967295"), ok}, nil, "rate_limited"},
		{"500 is final", []dialogtest.HTTPAnswer{status(500), ok}, nil, "failed"},
		{"400 is final", []dialogtest.HTTPAnswer{status(400), ok}, nil, "refused"},
		{"408 is final", []dialogtest.HTTPAnswer{status(408), ok}, nil, "refused"},
		{"an engine that says retrying is no use is believed", []dialogtest.HTTPAnswer{{Status: 503, Body: `{"error":{"code":"closed","retryable":false}}`}, ok}, nil, "closed"},
		{"an engine cannot ask for retries of a 500", []dialogtest.HTTPAnswer{{Status: 500, Body: `{"error":{"code":"oops","retryable":true}}`}, ok}, nil, "oops"},
		{"an answer that broke off is not asked for again", []dialogtest.HTTPAnswer{{Body: "{", Cut: true}, ok}, nil, "bad_answer"},
		{"a 503 that broke off is asked again", []dialogtest.HTTPAnswer{{Status: 503, Body: "{", Cut: true}, ok}, ms(250), ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, nil)
			b.fake.Script(c.script...)
			res, err := b.Turn(t.Context(), turn(), nil)
			if c.code == "" {
				if err != nil || len(res.Reply.Messages) != 1 {
					t.Errorf("got %+v, %v", res, err)
				}
			} else {
				asError(t, err, c.code)
			}
			if !slices.Equal(b.sleeps, c.sleeps) {
				t.Errorf("slept %v, want %v", b.sleeps, c.sleeps)
			}
			if n := len(b.fake.Requests()); n != len(c.sleeps)+1 {
				t.Errorf("%d requests, want %d", n, len(c.sleeps)+1)
			}
		})
	}
}

func TestARetryHasTheSameIDAndANewSignature(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Status: 503, Header: http.Header{"Retry-After": {"2"}}})
	if _, err := b.Turn(t.Context(), turn(), nil); err != nil {
		t.Fatal(err)
	}
	got := b.fake.Requests() // the fake has verified both signatures
	if len(got) != 2 || got[0].Refused+got[1].Refused != "" {
		t.Fatalf("requests %+v", got)
	}
	one, two := got[0], got[1]
	if a, b := one.Header.Get("webhook-id"), two.Header.Get("webhook-id"); a != b || a != "turn_01JD3Z8Q7V" {
		t.Errorf("ids %q and %q", a, b)
	}
	if a, b := one.Header.Get("webhook-timestamp"), two.Header.Get("webhook-timestamp"); a != "1795251600" || b != "1795251602" {
		t.Errorf("time stamps %s and %s", a, b)
	}
	if one.Header.Get("webhook-signature") == two.Header.Get("webhook-signature") {
		t.Error("the signature is the same")
	}
	if one.Turn.DeadlineMS != 8000 || two.Turn.DeadlineMS != 6000 {
		t.Errorf("deadlines %d and %d", one.Turn.DeadlineMS, two.Turn.DeadlineMS)
	}
	if !strings.Contains(b.log.String(), "attempt=2") {
		t.Errorf("the log says %q", b.log)
	}
}

func TestTheDeadlineIsTheNearestOne(t *testing.T) {
	for _, c := range []struct {
		name     string
		timeout  string
		deadline time.Duration // of the turn, 0 for none
		want     int64
	}{
		{"the turn's own", "", 8 * time.Second, 8000},
		{"the engine's when that is nearer", "5s", 8 * time.Second, 5000},
		{"the turn's when that is nearer", "20s", 8 * time.Second, 8000},
		{"ten minutes when nobody says", "", 0, 600000},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["timeout"] = c.timeout })
			in := turn()
			in.Deadline = time.Time{}
			if c.deadline > 0 {
				in.Deadline = now.Add(c.deadline)
			}
			if _, err := b.Turn(t.Context(), in, nil); err != nil {
				t.Fatal(err)
			}
			if got := b.fake.Requests()[0].Turn.DeadlineMS; got != c.want {
				t.Errorf("deadline_ms %d, want %d", got, c.want)
			}
		})
	}
	t.Run("the context's when that is nearer", func(t *testing.T) {
		b := open(t, nil)
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
		defer cancel()
		if _, err := b.Turn(ctx, turn(), nil); err != nil {
			t.Fatal(err)
		}
		if got := b.fake.Requests()[0].Turn.DeadlineMS; got > 4000 {
			t.Errorf("deadline_ms %d", got)
		}
	})
	t.Run("one that has passed asks nobody", func(t *testing.T) {
		b := open(t, nil)
		in := turn()
		in.Deadline = now.Add(-time.Second)
		_, err := b.Turn(t.Context(), in, nil)
		asError(t, err, "timeout")
		if !errors.Is(err, context.DeadlineExceeded) || len(b.fake.Requests()) != 0 {
			t.Errorf("%v after %d requests", err, len(b.fake.Requests()))
		}
	})
}

func TestCancellingDuringTheWaitEndsTheTurn(t *testing.T) {
	b := open(t, nil)
	b.fake.Script(dialogtest.HTTPAnswer{Status: 503})
	ctx, cancel := context.WithCancel(t.Context())
	b.engine.sleep = func(ctx context.Context, _ time.Duration) error {
		cancel()
		return sleep(ctx, time.Hour)
	}
	_, err := b.Turn(ctx, turn(), nil)
	asError(t, err, "cancelled")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// broken is a transport that fails, after or before it says that the request was written.
type broken struct {
	wrote bool
	err   error
	calls int
}

func (b *broken) RoundTrip(r *http.Request) (*http.Response, error) {
	b.calls++
	if trace := httptrace.ContextClientTrace(r.Context()); b.wrote && trace != nil {
		trace.WroteHeaders()
	}
	return nil, b.err
}

type slow struct{}

func (slow) Error() string   { return "slow" }
func (slow) Timeout() bool   { return true }
func (slow) Temporary() bool { return true }

func TestConnectErrors(t *testing.T) {
	dial := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Addr: &net.TCPAddr{IP: net.IPv4(10, 9, 8, 7), Port: 443}, Err: err}
	}
	for _, c := range []struct {
		name  string
		wrote bool
		err   error
		calls int
		code  string
	}{
		{"a refused connection is tried again", false, dial(syscall.ECONNREFUSED), 3, "unreachable"},
		{"an unknown host is tried again", false, dial(&net.DNSError{Err: "no such host", Name: "engine.example.com", Server: "10.9.8.7:53"}), 3, "unreachable"},
		{"a connection that takes too long is tried again", false, dial(slow{}), 3, "unreachable"},
		{"a handshake that breaks off is tried again", false, io.EOF, 3, "unreachable"},
		{"a bad certificate is not", false, x509.UnknownAuthorityError{}, 1, "unreachable"},
		{"an address that Dari refuses is not", false, dial(errors.New("address refused")), 1, "unreachable"},
		{"a connection that broke after the request is not", true, syscall.ECONNRESET, 1, "unreachable"},
		{"an answer that takes too long is not", true, slow{}, 1, "timeout"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b := open(t, func(v settings.Values) { v["url"] = "https://engine.example.com/turn?code=query-key-123456" })
			transport := &broken{wrote: c.wrote, err: c.err}
			b.client.Transport = transport
			_, err := b.Turn(t.Context(), turn(), nil)
			asError(t, err, c.code)
			if transport.calls != c.calls {
				t.Errorf("%d calls, want %d", transport.calls, c.calls)
			}
			if s := err.Error(); strings.Contains(s, "query-key") || strings.Contains(s, "10.9.8.7") || !strings.Contains(s, "engine.example.com") {
				t.Errorf("the error is %q", s)
			}
		})
	}
}
