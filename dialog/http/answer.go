package httpengine

import (
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// answer is an HTTP answer as it came.
type answer struct {
	status int
	header http.Header
	body   []byte
	cut    bool // the connection broke inside the body
	// later tells that the request named an address for later answers.
	later bool
}

// wire is the JSON of an answer. Fields it does not name are ignored.
type wire struct {
	Version      string          `json:"version"`
	TurnID       string          `json:"turn_id"`
	Status       string          `json:"status"`
	Messages     json.RawMessage `json:"messages"`
	QuickReplies json.RawMessage `json:"quick_replies"`
	State        json.RawMessage `json:"state"`
	Session      struct {
		End bool `json:"end"`
	} `json:"session"`
	Handoff json.RawMessage `json:"handoff"`
	NLU     json.RawMessage `json:"nlu"`
	Usage   json.RawMessage `json:"usage"`
	Error   wireError       `json:"error"`

	notes notes // what was lost before the rest was read, of a stream
}

type wireError struct {
	Code        string `json:"code"`
	Message     string `json:"message"`
	Retryable   *bool  `json:"retryable"`
	UserMessage string `json:"user_message"`
}

// result turns the answer to the turn of that id into a result or a failure.
func (a answer) result(turnID string, now time.Time) (dialog.Result, *failure) {
	switch {
	case a.status == http.StatusNoContent || a.status == http.StatusResetContent:
		return dialog.Result{}, nil
	case a.status >= 200 && a.status < 300:
		return a.decode(turnID)
	case a.status >= 300 && a.status < 400:
		return dialog.Result{}, fail("redirect", "status %d: the engine redirects elsewhere; enter its final address as url", a.status)
	}
	return dialog.Result{}, a.refusal(turnID, now)
}

func badAnswer(format string, args ...any) *failure { return fail("bad_answer", format, args...) }

// decode reads an answer of status 2xx.
func (a answer) decode(turnID string) (dialog.Result, *failure) {
	if err := a.readable(); err != nil {
		return dialog.Result{}, badAnswer("%w", err)
	}
	if len(a.body) == 0 && a.status == http.StatusAccepted {
		return dialog.Result{Later: a.later}, nil
	}
	if err := message.CheckDepth(a.body); err != nil {
		return dialog.Result{}, badAnswer("%w", err)
	}
	var w wire
	if err := json.Unmarshal(a.body, &w); err != nil {
		return dialog.Result{}, badAnswer("%w", explain(err, a.mediaType()))
	}
	if a.status == http.StatusAccepted && w.Status == "" {
		w.Status = "accepted"
	}
	if err := w.check(turnID); err != nil {
		return dialog.Result{}, badAnswer("%w", err)
	}
	if w.Status == "error" {
		return dialog.Result{}, &failure{err: w.Error.as("failed", a.status)}
	}
	res, err := w.result(a.later)
	if err != nil {
		return dialog.Result{}, badAnswer("%w", err)
	}
	return res, nil
}

// readable reports a body that is no use trying to decode.
func (a answer) readable() error {
	switch {
	case a.cut:
		return errors.New("the connection broke inside the answer")
	case len(a.body) > maxBody:
		return errors.New("the answer is larger than 1 MiB")
	case len(a.body) == 0 && a.status != http.StatusAccepted:
		return errors.New("the answer is empty; answer with status 204 to say nothing")
	}
	return nil
}

func (a answer) mediaType() string {
	t, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
	return t
}

// streams tells that the answer comes in pieces.
func (a answer) streams() bool {
	return a.status >= 200 && a.status < 300 && a.mediaType() == "text/event-stream"
}

// explain says in the answer's own words what is wrong with its JSON; t is the media type it came with.
func explain(err error, t string) error {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) && typ.Field != "" {
		return fmt.Errorf("%s: must not be a %s", typ.Field, kindOf(typ.Value))
	}
	if errors.As(err, &typ) {
		return fmt.Errorf("the answer must be a JSON object, not a %s", kindOf(typ.Value))
	}
	if t != "" && t != "application/json" {
		return fmt.Errorf("the answer is %s, not application/json: %w", remote.Clip(t, 60), err)
	}
	return fmt.Errorf("the answer is not JSON: %w", err)
}

// kindOf cuts the value off what encoding/json says of a number ("number 1.5").
func kindOf(v string) string {
	kind, _, _ := strings.Cut(v, " ")
	return kind
}

// check reports an answer that belongs to another contract or another turn.
func (w wire) check(turnID string) error {
	switch {
	case w.Version != "" && w.Version != version:
		return fmt.Errorf("version: %q is not known; answer with %q", remote.Clip(w.Version, 20), version)
	case w.TurnID != "" && w.TurnID != turnID:
		return errors.New("turn_id: is that of another turn; send back the request's own")
	case w.Status == "" && !given(w.Messages):
		return errors.New(`status: missing; write "done" and messages`)
	case w.Status != "" && w.Status != "done" && w.Status != "accepted" && w.Status != "error":
		return fmt.Errorf(`status: %q is not known; write "done", "accepted" or "error"`, remote.Clip(w.Status, 20))
	}
	return nil
}

// given tells whether a field is there and not null.
func given(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// refusal is an answer of status 4xx or 5xx. Its body helps if it can be read, and is not needed.
func (a answer) refusal(turnID string, now time.Time) *failure {
	var w wire
	if !a.cut && len(a.body) <= maxBody {
		// A half-read or foreign body still says more than none; what does not fit stays empty.
		_ = json.Unmarshal(a.body, &w)
	}
	if w.TurnID != "" && w.TurnID != turnID {
		w.Error = wireError{}
	}
	code := "refused"
	switch {
	case a.status == http.StatusGone:
		code = "gone"
	case a.status == http.StatusTooManyRequests:
		code = "rate_limited"
	case a.status >= 500:
		code = "failed"
	}
	f := &failure{err: w.Error.as(code, a.status)}
	f.err.Gone = a.status == http.StatusGone
	f.retry = remote.Retryable(a.status) && (w.Error.Retryable == nil || *w.Error.Retryable)
	f.after = remote.RetryAfter(a.header, now)
	return f
}

var codeForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$`)

// as makes the turn's error, with the given code unless the engine has one of its own.
func (e wireError) as(code string, status int) *dialog.Error {
	if codeForm.MatchString(e.Code) {
		code = e.Code
	}
	said := remote.Clip(e.Message, 300)
	switch {
	case said != "":
		said = ": " + said
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		said = ": the engine refused the request; check that secret and headers are the ones it expects"
	case status == http.StatusNotFound || status == http.StatusMethodNotAllowed:
		said = ": there is no engine at this address; check url"
	}
	return &dialog.Error{Code: code, UserMessage: remote.Clip(e.UserMessage, 2000), Err: fmt.Errorf("status %d%s", status, said)}
}
