package remote

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"dari/bot/message"
)

// Event is one server-sent event: https://html.spec.whatwg.org/multipage/server-sent-events.html
type Event struct {
	ID, Name string
	Data     []byte
}

// maxEvent bounds one event of a stream, in bytes.
const maxEvent = 1 << 20

// ErrEventTooLong means that a stream sent an event larger than anybody needs.
var ErrEventTooLong = errors.New("an event of the stream is larger than 1 MiB")

// tooDeep is an event that no decoder should see.
type tooDeep struct{}

func (tooDeep) Error() string { return "an event of the stream: " + message.ErrTooDeep.Error() }

func (tooDeep) Is(target error) bool {
	return target == ErrEventTooLong || target == message.ErrTooDeep
}

// Stream reads server-sent events. Comments and events without data are passed over.
type Stream struct{ lines *bufio.Scanner }

// NewStream reads from an answer's body.
func NewStream(r io.Reader) *Stream {
	s := &Stream{bufio.NewScanner(r)}
	s.lines.Buffer(make([]byte, 0, 4096), maxEvent)
	s.lines.Split(scanLine)
	return s
}

// Next returns the next event, io.EOF at the end of the stream, and ErrEventTooLong for one that is
// too large or nested too deep. An event that the end cuts off is none.
func (s *Stream) Next() (Event, error) {
	var e Event
	var data bytes.Buffer
	has := false
	for s.lines.Scan() {
		line := strings.TrimPrefix(s.lines.Text(), "\ufeff")
		if line == "" {
			if has {
				e.Data = data.Bytes()
				if message.CheckDepth(e.Data) != nil {
					return Event{}, tooDeep{}
				}
				return e, nil
			}
			e.Name = ""
			continue
		}
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch field {
		case "data":
			if has {
				data.WriteByte('\n')
			}
			has = true
			data.WriteString(value)
		case "event":
			e.Name = value
		case "id":
			e.ID = value
		}
		if data.Len() > maxEvent {
			return Event{}, ErrEventTooLong
		}
	}
	switch err := s.lines.Err(); {
	case errors.Is(err, bufio.ErrTooLong):
		return Event{}, ErrEventTooLong
	case err != nil:
		return Event{}, err
	}
	return Event{}, io.EOF
}

// scanLine ends lines at LF, CR LF or CR. Whether an LF follows a CR shows in the next bytes, so a
// stream that ends its lines with a bare CR is read one line late; nobody sends such.
func scanLine(data []byte, atEOF bool) (int, []byte, error) {
	i := bytes.IndexAny(data, "\r\n")
	switch {
	case i < 0 && atEOF:
		return len(data), nil, nil // half a line is none
	case i < 0:
		return 0, nil, nil
	case data[i] == '\r' && i+1 == len(data) && !atEOF:
		return 0, nil, nil // is there an LF behind it?
	case data[i] == '\r' && i+1 < len(data) && data[i+1] == '\n':
		return i + 2, data[:i], nil
	}
	return i + 1, data[:i], nil
}
