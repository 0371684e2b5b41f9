// Package check is the vocabulary of connection tests: what was looked at, how it went, and which
// sentence says so in the reader's language.
package check

import (
	"errors"
	"time"
)

// Status is the result of one check.
type Status string

// The results of a check.
const (
	Pass Status = "pass"
	Warn Status = "warn"
	Fail Status = "fail"
)

// Check is one line of a connection test. Its sentence stands in the locale files under
// "check." + Code, with {name} places that Params fill; for a failure it names the screen to open.
type Check struct {
	ID     string // what was looked at: "token", "callback", …; unique within a report
	Status Status
	Code   string // which sentence: "line.webhook_off"
	Params map[string]string
	Took   time.Duration
}

// New makes a check; pairs of name and value become its Params. The code is written out, and what
// pairs are written right after it belong to it: a test compares them with the sentences.
func New(id string, status Status, code string, pairs ...string) Check {
	c := Check{ID: id, Status: status, Code: code}
	for i := 0; i+1 < len(pairs); i += 2 {
		if c.Params == nil {
			c.Params = map[string]string{}
		}
		c.Params[pairs[i]] = pairs[i+1]
	}
	return c
}

// Failed tells whether any check failed.
func Failed(checks []Check) bool {
	for _, c := range checks {
		if c.Status == Fail {
			return true
		}
	}
	return false
}

// Explain gives an error the check that tells it in the reader's language. The error's own text and
// what it wraps stay as they are.
func Explain(err error, c Check) error { return &explained{err, c} }

// Explained returns the check that Explain gave to err or to what it wraps.
func Explained(err error) (Check, bool) {
	var e *explained
	if !errors.As(err, &e) {
		return Check{}, false
	}
	return e.check, true
}

type explained struct {
	error
	check Check
}

func (e *explained) Unwrap() error { return e.error }
