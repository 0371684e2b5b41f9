package channels

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// Refusal says why a callback is turned away.
type Refusal struct {
	Status int    // HTTP status of the answer
	Code   string // stable: "signature", "stale", "malformed", "bot_id", "token", "service_url", …
	Detail string // for the channel's owner; the caller only sees the status
}

func (r *Refusal) Error() string { return r.Code + ": " + r.Detail }

// Unauthorized refuses with 401.
func Unauthorized(code, format string, args ...any) *Refusal {
	return &Refusal{http.StatusUnauthorized, code, fmt.Sprintf(format, args...)}
}

// Malformed refuses with 400.
func Malformed(format string, args ...any) *Refusal {
	return &Refusal{http.StatusBadRequest, "malformed", fmt.Sprintf(format, args...)}
}

// Kind sorts send errors. It alone decides retry, back-off, dead letter and wording.
type Kind string

// The kinds of send error.
const (
	Config      Kind = "config"       // the channel's settings are wrong; a person has to act
	Auth        Kind = "auth"         // the platform refuses the credentials or lacks a permission
	RateLimited Kind = "rate_limited" // try again after RetryAfter
	Temporary   Kind = "temporary"    // certainly not delivered; trying again is safe
	Rejected    Kind = "rejected"     // the platform will never take this message
	Blocked     Kind = "blocked"      // the person blocked the bot or the bot is no longer in the room
	Uncertain   Kind = "uncertain"    // it may have been delivered; sending again could double it
)

// SendError is a failed platform call.
type SendError struct {
	Kind       Kind
	RetryAfter time.Duration // from the platform, zero if it did not say
	Scope      string        // the missing permission, if that is the cause
	Code       string        // the platform's own code, shown to the owner
	// Doubt is true when the platform may have taken the message although trying again is safe; the
	// next attempt is told.
	Doubt bool
	Err   error
}

func (e *SendError) Error() string {
	s := string(e.Kind)
	if e.Code != "" {
		s += " (" + e.Code + ")"
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *SendError) Unwrap() error { return e.Err }

// AsSendError returns the SendError in err's chain. An error without one is of unknown effect and
// therefore uncertain.
func AsSendError(err error) *SendError {
	var se *SendError
	if errors.As(err, &se) {
		return se
	}
	return &SendError{Kind: Uncertain, Err: err}
}

// Failf makes a SendError.
func Failf(kind Kind, code, format string, args ...any) *SendError {
	return &SendError{Kind: kind, Code: code, Err: fmt.Errorf(format, args...)}
}
