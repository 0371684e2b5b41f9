package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"

	"dari/dialog/remote"
)

// Limits of calls.
const (
	maxCalls    = 3 // without an answer of the person in between
	maxCallTime = 30 * time.Second
	retryPause  = 200 * time.Millisecond
)

// callStep asks an HTTP API.
type callStep struct {
	name     word
	method   string
	url      *tmpl
	headers  map[string]*tmpl
	json     *jsonBody
	form     map[string]*tmpl
	timeout  time.Duration
	attempts int
	retryOn  []string
	ok       *expression
	save     []assignment
	onError  *block
	onStatus bool // an expression reads the status, so 4xx is an answer like any other
}

// resultScope are the names that the expressions of an answer may use.
var (
	callScope   = map[string]types.Type{"status": types.Int, "body": types.Any, "headers": types.Any}
	resultScope = map[string]types.Type{"result": types.Any}
)

func (c *callStep) blocks() []*block {
	if c.onError == nil {
		return nil
	}
	return []*block{c.onError}
}

// answer is what a call gave.
type answer struct {
	status  int
	body    any
	headers map[string]any
}

func (c *callStep) do(r *run, f *frame, st *step) {
	if r.calls++; r.calls > maxCalls {
		r.fail(st, fmt.Errorf("more than %d calls without a word from the person: %s", maxCalls, r.tr.callNames()))
		return
	}
	began := r.e.deps.Now()
	note := callNote{Name: c.name.v, Method: c.method, URL: c.url.src}
	ans, err := c.ask(r, &note)
	note.MS, note.Status = r.e.deps.Now().Sub(began).Milliseconds(), ans.status
	if err == nil {
		err = c.judge(r, ans)
	}
	if err != nil {
		note.Error = r.e.scrub.Text(err.Error())
	}
	r.tr.Calls = append(r.tr.Calls, note)
	if r.ctx.Err() != nil {
		r.halt(remote.Ended(r.ctx.Err()))
		return
	}
	if err == nil || ans.status != 0 {
		r.saveAll(f, c.save, map[string]any{"status": ans.status, "body": ans.body, "headers": ans.headers})
	}
	if err == nil {
		return
	}
	if c.onError != nil {
		f.PC = c.onError.pc
		return
	}
	r.fail(st, err)
}

// judge tells whether an answer is a failure.
func (c *callStep) judge(r *run, a answer) error {
	switch {
	case c.ok != nil:
		if !r.truthIn(c.ok, map[string]any{"status": a.status, "body": a.body, "headers": a.headers}) {
			return fmt.Errorf("status %d, and \"ok\" says that this is a failure", a.status)
		}
	case a.status >= 500, a.status >= 300 && !c.onStatus, a.status >= 300 && a.status < 400:
		return fmt.Errorf("status %d", a.status)
	}
	return nil
}

// ask makes the attempts.
func (c *callStep) ask(r *run, note *callNote) (answer, error) {
	if mock, ok := r.mocks[c.name.v]; ok {
		note.Attempts = 1
		return mock.answer()
	}
	if r.mocks != nil {
		return answer{}, fmt.Errorf("the test has no mock for the call %q", c.name.v)
	}
	for {
		note.Attempts++
		a, err := c.once(r)
		again := note.Attempts < c.attempts && c.worth(a, err)
		if !again || !sleep(r.ctx, retryPause) {
			return a, err
		}
	}
}

func (c *callStep) worth(a answer, err error) bool {
	var slow errSlow
	switch {
	case errors.As(err, &slow), remote.Unsent(err):
		return slices.Contains(c.retryOn, "timeout")
	case err != nil:
		return false
	}
	return slices.Contains(c.retryOn, strconv.Itoa(a.status))
}

// errSlow is a call without an answer in its time.
type errSlow time.Duration

func (e errSlow) Error() string { return "no answer within " + time.Duration(e).String() }

// sleep waits, or returns false when ctx ends.
func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-time.After(d):
		return true
	case <-ctx.Done():
		return false
	}
}

func (c *callStep) once(r *run) (answer, error) {
	ctx, cancel := context.WithTimeout(r.ctx, c.timeout)
	defer cancel()
	req, err := c.request(ctx, r)
	if err != nil {
		return answer{}, err
	}
	client := remote.Client{HTTP: r.e.deps.HTTP, Scrub: r.e.scrub, Now: r.e.deps.Now}
	got, err := client.Ask(req)
	if err != nil {
		var timeout interface{ Timeout() bool }
		if errors.As(err, &timeout) && timeout.Timeout() || ctx.Err() != nil {
			return answer{}, errSlow(c.timeout)
		}
		return answer{}, err
	}
	a := answer{status: got.Status, headers: map[string]any{}}
	for k := range got.Header {
		a.headers[strings.ToLower(k)] = got.Header.Get(k)
	}
	if len(bytes.TrimSpace(got.Body)) == 0 {
		return a, nil
	}
	if json.Unmarshal(got.Body, &a.body) != nil {
		a.body = string(got.Body)
	}
	return a, nil
}
