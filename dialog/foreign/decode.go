package foreign

import (
	"cmp"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// Decode reads a JSON answer. An error says in the answer's own words what is wrong with it.
func Decode(header http.Header, body []byte, into any) *dialog.Error {
	if err := message.CheckDepth(body); err != nil {
		return remote.Failf("bad_answer", "the answer: %w", err)
	}
	err := json.Unmarshal(body, into)
	var typ *json.UnmarshalTypeError
	switch {
	case err == nil:
		return nil
	case len(strings.TrimSpace(string(body))) == 0:
		return remote.Failf("bad_answer", "the answer is empty")
	case errors.As(err, &typ):
		kind, _, _ := strings.Cut(typ.Value, " ") // cut off the value of a number
		article := "a"
		if strings.ContainsAny(kind[:1], "aeiou") {
			article = "an"
		}
		return remote.Failf("bad_answer", "%s: must not be %s %s", cmp.Or(typ.Field, "the answer"), article, kind)
	}
	if t, _, _ := mime.ParseMediaType(header.Get("Content-Type")); t != "" && t != "application/json" {
		return remote.Failf("bad_answer", "the answer is %s, not application/json: %w", remote.Clip(t, 60), err)
	}
	return remote.Failf("bad_answer", "the answer is not JSON: %w", err)
}

// Text is a text that may arrive as a number, a boolean or null as well. Anything else is empty.
type Text string

// UnmarshalJSON implements json.Unmarshaler.
func (t *Text) UnmarshalJSON(b []byte) error {
	var s string
	switch {
	case b[0] == '"':
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
	case scalar(b):
		s = string(b)
	}
	*t = Text(s)
	return nil
}

// ID is an opaque string or number, to be sent back exactly as it was received. The zero ID is "".
type ID string

// UnmarshalJSON implements json.Unmarshaler.
func (id *ID) UnmarshalJSON(b []byte) error {
	*id = ""
	if string(b) != `""` && (b[0] == '"' || scalar(b)) {
		*id = ID(b)
	}
	return nil
}

// MarshalJSON implements json.Marshaler.
func (id ID) MarshalJSON() ([]byte, error) {
	if id == "" {
		return []byte(`""`), nil
	}
	return []byte(id), nil
}

// String is the id without quotes.
func (id ID) String() string {
	var t Text
	if id == "" || t.UnmarshalJSON([]byte(id)) != nil {
		return ""
	}
	return string(t)
}

// scalar tells whether b is a JSON number or boolean.
func scalar(b []byte) bool {
	return b[0] == '-' || b[0] >= '0' && b[0] <= '9' || b[0] == 't' || b[0] == 'f'
}
