package llm

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/dialog"
	"dari/dialog/dialogtest"
	"dari/dialog/remote"
)

func TestACallIsRepeatedOnlyWhereNothingWasDone(t *testing.T) {
	busy := dialogtest.HTTPAnswer{Status: 429, Header: http.Header{"Retry-After": {"2"}}, Body: `{"code":"busy"}`}
	ok := dialogtest.HTTPAnswer{Body: "ok"}
	for _, row := range []struct {
		name   string
		script []dialogtest.HTTPAnswer
		left   time.Duration
		code   string
		calls  int
		waits  []time.Duration
	}{
		{"an answer", []dialogtest.HTTPAnswer{ok}, time.Minute, "", 1, nil},
		{"a busy server is asked again when it says so", []dialogtest.HTTPAnswer{busy, ok}, time.Minute, "", 2, []time.Duration{2 * time.Second}},
		{"and again, later", []dialogtest.HTTPAnswer{{Status: 503}, {Status: 503}, ok}, time.Minute, "", 3, []time.Duration{250 * time.Millisecond, time.Second}},
		{"not for ever", []dialogtest.HTTPAnswer{busy, busy, busy, ok}, time.Minute, "rate_limited", 3, []time.Duration{2 * time.Second, 2 * time.Second}},
		{"not when the turn would be over", []dialogtest.HTTPAnswer{busy, ok}, time.Second, "rate_limited", 1, nil},
		{"not when the server advises against it", []dialogtest.HTTPAnswer{{Status: 429, Header: http.Header{"X-Should-Retry": {"false"}}}}, time.Minute, "rate_limited", 1, nil},
		{"a failed answer may have cost money", []dialogtest.HTTPAnswer{{Status: 500}}, time.Minute, "failed", 1, nil},
		{"a gateway's time-out, too", []dialogtest.HTTPAnswer{{Status: 504}}, time.Minute, "failed", 1, nil},
		{"a refusal stays one", []dialogtest.HTTPAnswer{{Status: 400}}, time.Minute, "refused", 1, nil},
		{"a redirect is not followed", []dialogtest.HTTPAnswer{{Status: 307, Header: http.Header{"Location": {"/elsewhere"}}}}, time.Minute, "redirect", 1, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			stage := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return ok, nil })
			stage.Script(row.script...)
			var waits []time.Duration
			c := Caller{
				Remote: remote.Client{HTTP: WithoutRedirects(&http.Client{Transport: dialogtest.LocalClient().Transport})},
				Refusal: func(status int, body []byte) (*dialog.Error, bool) {
					return remote.Refused(status, ""), status == 429 || status == 503
				},
				Sleep: func(_ context.Context, d time.Duration) error { waits = append(waits, d); return nil },
			}
			ctx, cancel := context.WithTimeout(t.Context(), row.left)
			defer cancel()
			s, err := c.Open(ctx, func(ctx context.Context) (*http.Request, error) { return remote.Post(ctx, stage.URL, "x") })
			if s != nil {
				defer s.Close()
			}
			if row.code == "" && err != nil || row.code != "" && (err == nil || dialog.AsError(err).Code != row.code) {
				t.Errorf("got %v, want code %q", err, row.code)
			}
			if n := len(stage.Calls()); n != row.calls || len(waits) != len(row.waits) {
				t.Fatalf("%d calls with waits %v, want %d with %v", n, waits, row.calls, row.waits)
			}
			for i := range waits {
				if waits[i] != row.waits[i] {
					t.Errorf("waits %v, want %v", waits, row.waits)
				}
			}
		})
	}
}

func TestAStreamIsToldFromAWholeAnswer(t *testing.T) {
	for _, row := range []struct {
		kind, body string
		events     bool
	}{
		{"text/event-stream; charset=utf-8", "{}", true},
		{"application/json", "data: {}\n\n", false},
		{"text/plain", "data: {}\n\n", true},
		{"", ": hello\n\ndata: {}\n\n", true},
		{"", " \n{\"a\":1}", false},
		{"text/html", "<html>", false},
		{"", "", false},
		{"", strings.Repeat("\n", 100) + "data: {}", true},
	} {
		s := NewStream(t.Context(), io.NopCloser(strings.NewReader(row.body)))
		s.header = http.Header{"Content-Type": {row.kind}}
		if got := s.IsEvents(); got != row.events {
			t.Errorf("%q %q: %v", row.kind, row.body, got)
		}
		s.Close()
	}
}

func TestASilentStreamEnds(t *testing.T) {
	hold := make(chan struct{})
	defer close(hold)
	answer := dialogtest.Stream("data: 1", "data: 2")
	answer.Hold = hold
	stage := dialogtest.NewStage(t, func(dialogtest.Call) (dialogtest.HTTPAnswer, error) { return answer, nil })
	c := Caller{Remote: remote.Client{HTTP: dialogtest.LocalClient()}}
	s, err := c.Open(t.Context(), func(ctx context.Context) (*http.Request, error) { return remote.Post(ctx, stage.URL, "x") })
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if e, err := s.Next(); err != nil || string(e.Data) != "1" {
		t.Fatalf("%q, %v", e.Data, err)
	}
	s.Within(30 * time.Millisecond)
	if _, err := s.Next(); !errors.Is(err, ErrSilent) {
		t.Errorf("got %v, want %v", err, ErrSilent)
	}
}

func TestAWholeAnswerIsBounded(t *testing.T) {
	for name, body := range map[string]string{"none": "", "an endless one": strings.Repeat("x", remote.MaxBody+1)} {
		s := NewStream(t.Context(), io.NopCloser(strings.NewReader(body)))
		if _, err := s.Whole(); err == nil || dialog.AsError(err).Code != "bad_answer" {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
