package rasa

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/foreign"
	"dari/dialog/remote"
)

// listen asks for a stream and says every message as soon as it is there. The stream is called
// text/event-stream and is none: every line is one JSON value.
// https://github.com/RasaHQ/rasa/blob/main/rasa/core/channels/rest.py
func (e *engine) listen(ctx context.Context, t dialog.Turn, said string, say func(message.Message) error, s *speech) error {
	resp, err := e.Open(ctx, func() (*http.Request, error) { return e.post(ctx, t, said) })
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	body := io.LimitReader(resp.Body, remote.MaxBody+1)
	if resp.StatusCode >= 300 {
		start, err := io.ReadAll(body)
		if err != nil && ctx.Err() != nil {
			return remote.Ended(ctx.Err())
		}
		return refusal(resp.StatusCode, start)
	}
	return s.listen(ctx, body, say)
}

// listen reads lines to their end.
func (s *speech) listen(ctx context.Context, body io.Reader, say func(message.Message) error) error {
	read := 0
	lines := bufio.NewScanner(body)
	lines.Buffer(make([]byte, 0, 4096), remote.MaxBody+1)
	for lines.Scan() {
		read += len(lines.Bytes()) + 1
		line := bytes.TrimSpace(lines.Bytes())
		line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("data:"))) // as a real event stream would have it
		if len(line) == 0 || line[0] == ':' {
			continue
		}
		if err := s.line(line, say); err != nil && ctx.Err() != nil {
			return remote.Ended(ctx.Err()) // the end of the turn cut the line
		} else if err != nil {
			return err
		}
	}
	switch err := lines.Err(); {
	case err != nil && ctx.Err() != nil:
		return remote.Ended(ctx.Err())
	case read > remote.MaxBody || errors.Is(err, bufio.ErrTooLong):
		return remote.Failf("bad_answer", "the stream is longer than %d bytes", remote.MaxBody)
	case err != nil:
		return remote.Failf("bad_answer", "the connection broke inside the stream")
	}
	return nil
}

// line says what stands in one line: a message, or a list of them from a server that does not stream.
func (s *speech) line(line []byte, say func(message.Message) error) error {
	items := []json.RawMessage{line}
	if line[0] == '[' {
		items = nil
		if err := foreign.Decode(nil, line, &items); err != nil {
			return err
		}
	}
	for _, raw := range items {
		if !json.Valid(raw) {
			return remote.Failf("bad_answer", "a line of the stream is not JSON")
		}
		for _, m := range foreign.Reply(s.messages(raw), nil, &s.notes).Messages {
			s.said++
			if err := say(m); err != nil {
				return err
			}
		}
	}
	return nil
}
