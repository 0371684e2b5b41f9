package llm

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"

	"dari/bot/message"
	"dari/dialog/remote"
)

const (
	// maxStream bounds a stream, in bytes: one event carries a few letters and wraps them in a few hundred.
	maxStream = 64 << 20
	// Linger is how long to wait for what may follow the end of an answer (its usage) from a server that
	// neither says that there is nothing more nor hangs up.
	Linger = time.Second
)

// ErrSilent means that nothing came for as long as Within allowed.
var ErrSilent = errors.New("nothing came any more")

// Stream is an answer that is being read: event by event, or whole.
type Stream struct {
	turn   context.Context
	own    context.Context // ends with the turn, with Close, or when the stream is silent
	cancel context.CancelCauseFunc
	timer  *time.Timer
	header http.Header
	closer io.Closer
	body   *bufio.Reader
	events *remote.Stream
	scrub  remote.Scrubber
}

// NewStream reads from a body; the context is that of the turn.
func NewStream(ctx context.Context, body io.ReadCloser) *Stream {
	own, cancel := context.WithCancelCause(ctx)
	s := &Stream{turn: ctx, own: own, cancel: cancel}
	s.attach(body)
	return s
}

func (s *Stream) attach(body io.ReadCloser) {
	s.closer = body
	s.body = bufio.NewReaderSize(io.LimitReader(body, maxStream), 512) // to look at its beginning; the events have a buffer of their own
	s.events = remote.NewStream(s.body)
}

// Close gives the connection back.
func (s *Stream) Close() {
	s.Within(0)
	s.cancel(context.Canceled)
	s.closer.Close()
}

// Within lets a call of Next or Whole that takes place at that time fail with ErrSilent; 0 ends the
// wait for it.
func (s *Stream) Within(d time.Duration) {
	if s.timer != nil {
		s.timer.Stop()
		s.timer = nil
	}
	if d > 0 {
		s.timer = time.AfterFunc(d, func() { s.cancel(ErrSilent) })
	}
}

// IsEvents tells whether the answer is a stream of events. Not every server labels it so, nor streams
// whenever it was asked to.
func (s *Stream) IsEvents() bool {
	switch t, _, _ := mime.ParseMediaType(s.header.Get("Content-Type")); t {
	case "text/event-stream":
		return true
	case "application/json":
		return false
	}
	for i := 1; i <= 64; i++ {
		start, err := s.body.Peek(i)
		if err != nil {
			return false
		}
		switch start[i-1] {
		case ' ', '\t', '\r', '\n':
			continue
		}
		return start[i-1] != '{' && start[i-1] != '[' && start[i-1] != '<'
	}
	return true
}

// Next returns the next event and io.EOF at the end. Other errors are *dialog.Error, or ErrSilent.
func (s *Stream) Next() (remote.Event, error) {
	e, err := s.events.Next()
	if err == nil || err == io.EOF && s.own.Err() == nil {
		return e, err
	}
	return remote.Event{}, s.failure(err)
}

// Whole reads the answer to its end. Its errors are those of Next.
func (s *Stream) Whole() ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(s.body, remote.MaxBody+1))
	switch {
	case err != nil:
		return nil, s.failure(err)
	case len(b) > remote.MaxBody:
		return nil, remote.Failf("bad_answer", "the answer is larger than %d bytes", remote.MaxBody)
	case len(b) == 0:
		return nil, remote.Failf("bad_answer", "the answer is empty")
	case message.CheckDepth(b) != nil:
		return nil, remote.Failf("bad_answer", "the answer: %w", message.ErrTooDeep)
	}
	return b, nil
}

func (s *Stream) failure(err error) error {
	switch {
	case s.turn.Err() != nil:
		return remote.Ended(s.turn.Err())
	case errors.Is(context.Cause(s.own), ErrSilent):
		return ErrSilent
	case errors.Is(err, remote.ErrEventTooLong):
		return remote.Failf("bad_answer", "%w", err)
	case remote.TimedOut(err):
		return remote.Failf("timeout", "the answer stopped: %w", remote.Plain(err))
	}
	return s.scrub.Error(remote.Failf("bad_answer", "the connection broke inside the answer"))
}
