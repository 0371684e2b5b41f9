package remote

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"dari/dialog"
)

// Scrubber takes settings that are nobody's business out of whatever ends up in an error or a trace:
// a remote side, or a proxy before it, may echo what it was sent.
type Scrubber struct{ r *strings.Replacer }

// Shorter values ("ko", "1") would blot out ordinary words; so would the short words of a longer one.
const (
	minScrub     = 4
	minScrubPart = 8
)

// NewScrubber hides the values and the words in them ("Bearer abc…": the token by itself, too).
func NewScrubber(values ...string) Scrubber {
	hide := slices.Clone(values)
	for _, v := range values {
		for _, part := range strings.Fields(v) {
			if len(part) >= minScrubPart {
				hide = append(hide, part)
			}
		}
	}
	hide = slices.DeleteFunc(hide, func(s string) bool { return len(s) < minScrub })
	slices.SortFunc(hide, func(a, b string) int { return len(b) - len(a) }) // the whole before its parts
	var pairs []string
	for _, s := range hide {
		pairs = append(pairs, s, "•••")
		if inJSON := quoted(s); inJSON != s {
			pairs = append(pairs, inJSON, "•••")
		}
	}
	return Scrubber{strings.NewReplacer(pairs...)}
}

// quoted is how s looks inside a JSON string.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b[1 : len(b)-1])
}

// Text cleans a text.
func (s Scrubber) Text(in string) string {
	if s.r == nil {
		return in
	}
	return s.r.Replace(in)
}

// Error cleans an error in place. The chain below is given up only if it holds something to hide.
func (s Scrubber) Error(e *dialog.Error) *dialog.Error {
	e.Code, e.UserMessage = s.Text(e.Code), s.Text(e.UserMessage)
	if e.Err != nil {
		if clean := s.Text(e.Err.Error()); clean != e.Err.Error() {
			e.Err = errors.New(clean)
		}
	}
	return e
}

// Trace cleans a JSON value, and gives it up when it is none any more afterwards.
func (s Scrubber) Trace(in json.RawMessage) json.RawMessage {
	if len(in) == 0 {
		return nil
	}
	out := json.RawMessage(s.Text(string(in)))
	if !json.Valid(out) {
		return json.RawMessage(`{"notes":["the trace held a secret value and was left out"]}`)
	}
	return out
}
