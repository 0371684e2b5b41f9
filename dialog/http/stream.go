package httpengine

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

const (
	// maxSilence is how long a stream may send nothing at all: three keep-alives of 15 s.
	maxSilence = 45 * time.Second
	// maxStream bounds a whole stream, in bytes. A token of text with its event takes about 100.
	maxStream = 4 << 20
)

var (
	errSilent  = errors.New("the stream sent nothing, not even a comment, for 45 seconds")
	errEndless = errors.New("the stream is larger than 4 MiB")
)

// stream reads an answer that comes in pieces, and emits them. It is asked for once only: people have
// seen its beginning.
func (e *engine) stream(ctx context.Context, giveUp context.CancelCauseFunc, body io.Reader, g *growth) (dialog.Result, *failure) {
	silence := time.AfterFunc(maxSilence, func() { giveUp(errSilent) })
	defer silence.Stop()
	events := remote.NewStream(&watched{from: body, left: maxStream, silence: silence})
	for {
		event, err := events.Next()
		if err != nil {
			return dialog.Result{}, g.broken(ctx, err)
		}
		g.last = event.ID
		if ended, res, f := g.take(event); ended || f != nil {
			return res, f
		}
	}
}

// watched is a body that may neither stand still nor go on for ever.
type watched struct {
	from    io.Reader
	left    int
	silence *time.Timer
}

func (w *watched) Read(p []byte) (int, error) {
	if w.left <= 0 {
		return 0, errEndless
	}
	n, err := w.from.Read(p[:min(len(p), w.left)])
	w.left -= n
	w.silence.Reset(maxSilence)
	return n, err
}

// growth is what a stream has said so far. One message grows at a time.
type growth struct {
	turnID   string
	later    bool
	emit     dialog.Emit
	id       string          // of the growing message
	text     strings.Builder // what has grown of it
	finished map[string]bool // ids that are said and done
	said     int
	last     string // id of the last event
	notes    notes
}

func newGrowth(t dialog.Turn, emit dialog.Emit) *growth {
	return &growth{turnID: t.ID, later: t.ReplyTo != "", emit: emit, finished: map[string]bool{}}
}

// streamed is the data of an event before the last.
type streamed struct {
	TurnID    string          `json:"turn_id"`
	MessageID string          `json:"message_id"`
	Text      string          `json:"text"`
	Message   json.RawMessage `json:"message"`
}

// take takes one event; ended tells that it was the last. Names it does not know are passed over, as
// is "typing": people are shown that anyway.
func (g *growth) take(e remote.Event) (ended bool, res dialog.Result, f *failure) {
	switch e.Name {
	case "delta", "message", "": // an event without a name is a message, as in browsers
	case "done":
		res, f = g.done(e.Data)
		return true, res, f
	case "error":
		return true, res, g.failed(e.Data)
	default:
		return false, res, nil
	}
	var s streamed
	if err := json.Unmarshal(e.Data, &s); err != nil {
		return false, res, badAnswer("event %s %q: %w", e.Name, remote.Clip(e.ID, 40), explain(err, ""))
	}
	if s.TurnID != "" && s.TurnID != g.turnID {
		return false, res, badAnswer("event %s %q: turn_id: is that of another turn", e.Name, remote.Clip(e.ID, 40))
	}
	if s.MessageID != "" && g.finished[s.MessageID] {
		g.notes.add("event %q: message_id %q was finished before; it was left out", e.ID, s.MessageID)
		return false, res, nil
	}
	if e.Name == "delta" {
		return false, res, stopped(g.delta(s))
	}
	return false, res, stopped(g.message(s))
}

// stopped is the failure of a turn that nobody listens to any more.
func stopped(err error) *failure {
	if err == nil {
		return nil
	}
	return &failure{err: remote.Failf("cancelled", "show the answer: %w", err)}
}

func (g *growth) delta(s streamed) error {
	if s.Text == "" {
		return nil
	}
	if s.MessageID != g.id {
		if err := g.finish(); err != nil {
			return err
		}
	}
	if g.text.Len() == 0 && !g.room() {
		return nil
	}
	g.id = s.MessageID
	g.text.WriteString(s.Text)
	return g.emit(dialog.Output{Delta: s.Text})
}

// message says a finished message. It takes the place of the growing text if that has its id.
func (g *growth) message(s streamed) error {
	m, ok := readMessage("message", s.Message, &g.notes)
	if s.MessageID != g.id || !ok {
		if err := g.finish(); err != nil || !ok {
			return err
		}
	}
	if g.text.Len() == 0 && !g.room() {
		return nil
	}
	return g.say(s.MessageID, m)
}

// finish says the growing text as it is, if there is any.
func (g *growth) finish() error {
	if g.text.Len() == 0 {
		return nil
	}
	return g.say(g.id, message.Text(g.text.String()))
}

func (g *growth) say(id string, m message.Message) error {
	g.id = ""
	g.text.Reset()
	if id != "" {
		g.finished[id] = true
	}
	return g.emit(dialog.Say(m))
}

// room tells whether one more message may begin, and counts it.
func (g *growth) room() bool {
	g.said++
	if g.said == maxMessages+1 {
		g.notes.add("the stream has more than %d messages, the others were left out", maxMessages)
	}
	return g.said <= maxMessages
}

// done reads the last event, which has everything that an answer in one piece has.
func (g *growth) done(data []byte) (dialog.Result, *failure) {
	var w wire
	if err := json.Unmarshal(data, &w); err != nil {
		return dialog.Result{}, badAnswer("event done: %w", explain(err, ""))
	}
	if w.Status == "" {
		w.Status = "done"
	}
	if err := w.check(g.turnID); err != nil {
		return dialog.Result{}, badAnswer("event done: %w", err)
	}
	if err := g.finish(); err != nil {
		return dialog.Result{}, stopped(err)
	}
	if w.Status == "error" {
		return dialog.Result{}, &failure{err: w.Error.as("failed", 200)}
	}
	w.notes = g.notes
	res, err := w.result(g.later)
	if err != nil {
		return dialog.Result{}, badAnswer("event done: %w", err)
	}
	return res, nil
}

// failed reads an error inside a stream, with or without an envelope. What was shown stays.
func (g *growth) failed(data []byte) *failure {
	var w wire
	_ = json.Unmarshal(data, &w) // what cannot be read stays empty: it is a failure all the same
	if w.Error == (wireError{}) {
		_ = json.Unmarshal(data, &w.Error)
	}
	if err := g.finish(); err != nil {
		return stopped(err)
	}
	return &failure{err: w.Error.as("failed", 200)}
}

// broken is the failure of a stream that ended with err instead of done. What was shown stays.
func (g *growth) broken(ctx context.Context, err error) *failure {
	switch {
	case errors.Is(context.Cause(ctx), errSilent):
		err = remote.Failf("timeout", "%w", errSilent)
	case ctx.Err() != nil:
		return &failure{err: remote.Ended(ctx.Err())}
	case errors.Is(err, errEndless) || errors.Is(err, remote.ErrEventTooLong):
		err = remote.Failf("bad_answer", "%w", err)
	default:
		err = remote.Failf("stream_cut", "the stream ended without the event done, after event %q", remote.Clip(g.last, 40))
	}
	if stop := g.finish(); stop != nil {
		return stopped(stop)
	}
	return &failure{err: dialog.AsError(err)}
}
