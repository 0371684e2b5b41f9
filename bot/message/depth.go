package message

import (
	"bytes"
	"errors"
)

// MaxDepth is how deep JSON from outside may be nested. The deepest that a platform documents, cards
// within cards, has a third of it; decoders would follow ten thousand levels.
const MaxDepth = 100

// ErrTooDeep means that JSON is nested deeper than MaxDepth.
var ErrTooDeep = errors.New("the JSON is nested more than 100 levels deep")

// CheckDepth refuses JSON that is nested too deep, before anything decodes it. It does not find out
// whether b is JSON at all.
func CheckDepth(b []byte) error {
	if bytes.Count(b, []byte{'{'})+bytes.Count(b, []byte{'['}) <= MaxDepth {
		return nil // as good as always, and many times faster
	}
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			if depth++; depth > MaxDepth {
				return ErrTooDeep
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return nil
}
