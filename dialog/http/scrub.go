package httpengine

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"dari/dialog"
)

// An engine, or a proxy before it, may echo what it was sent. The scrubber takes the settings that
// are nobody's business out of whatever ends up in an error or a trace.
type scrubber struct{ r *strings.Replacer }

// Shorter values ("ko", "1") would blot out ordinary words; so would the short words of a longer one.
const (
	minScrub     = 4
	minScrubPart = 8
)

func newScrubber(secret string, u *url.URL, headers http.Header) scrubber {
	hide := []string{secret, strings.TrimPrefix(secret, secretPrefix), u.RawQuery}
	for _, values := range u.Query() {
		hide = append(hide, values...)
	}
	for name := range headers {
		hide = append(hide, headers.Get(name))
		for _, part := range strings.Fields(headers.Get(name)) { // "Bearer abc…": the token by itself, too
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
	return scrubber{strings.NewReplacer(pairs...)}
}

// quoted is how s looks inside a JSON string.
func quoted(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return s
	}
	return string(b[1 : len(b)-1])
}

func (s scrubber) text(in string) string { return s.r.Replace(in) }

// err cleans an error in place. The chain below is given up only if it holds something to hide.
func (s scrubber) err(e *dialog.Error) *dialog.Error {
	e.Code, e.UserMessage = s.text(e.Code), s.text(e.UserMessage)
	if e.Err != nil {
		if clean := s.text(e.Err.Error()); clean != e.Err.Error() {
			e.Err = errors.New(clean)
		}
	}
	return e
}

// trace cleans a JSON value, and gives it up when it is none any more afterwards.
func (s scrubber) trace(in json.RawMessage) json.RawMessage {
	out := json.RawMessage(s.text(string(in)))
	if len(in) > 0 && !json.Valid(out) {
		return json.RawMessage(`{"notes":["the trace held a header value and was left out"]}`)
	}
	return out
}
