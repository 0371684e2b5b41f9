package trace

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Personal data in traces is masked unless somebody with the right asks to see it, which is audited:
// people's names, and whatever looks like an e-mail address or a long number (telephone, account,
// card) in any text. What was said stays readable, or a trace would explain nothing; ids stay, because
// they are how the API names things.

var (
	mailPattern   = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	datePattern   = regexp.MustCompile(`^\d{4}-\d\d-\d\d(?:\D|$)`)
	numberPattern = regexp.MustCompile(`\+?\b\d(?:[ .()-]{0,2}\d){7,}\b`)
)

// nameKeys are the members of platforms' payloads and of our own that hold people's names.
var nameKeys = map[string]bool{
	"name": true, "display_name": true, "displayname": true, "real_name": true, "first_name": true, "last_name": true,
	"user_name": true, "username": true, "title_name": true, "given_name": true, "surname": true,
}

// idKeys hold ids and times, of which some look like numbers.
var idKeys = map[string]bool{
	"id": true, "of": true, "replay_of": true, "duplicate_of": true, "ts": true, "time": true, "timestamp": true, "keys": true, "key": true, "message_id": true, "received_at": true,
	"event_ts": true, "thread_ts": true, "event_time": true, "issuedtime": true, "created_at": true, "done_at": true, "next_at": true,
}

// MaskText hides what looks like an e-mail address or a long number.
func MaskText(s string) string {
	s = mailPattern.ReplaceAllStringFunc(s, func(m string) string { return m[:1] + "•••@•••" })
	return numberPattern.ReplaceAllStringFunc(s, func(n string) string {
		if datePattern.MatchString(n) {
			return n
		}
		return "•••" + n[len(n)-2:]
	})
}

// MaskName leaves the first letter of a name.
func MaskName(s string) string {
	if s == "" {
		return s
	}
	r, _ := utf8.DecodeRuneInString(s)
	return string(r) + "•••"
}

// MaskJSON masks what a JSON value holds; what is no JSON is masked as text. A value that holds nothing
// to mask comes back as it is, byte by byte.
func MaskJSON(raw []byte) []byte {
	if len(raw) == 0 {
		return raw
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var v any
	if dec.Decode(&v) != nil || dec.More() {
		return []byte(MaskText(string(raw)))
	}
	var m masker
	masked := m.value("", false, v)
	if !m.changed {
		return raw
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if enc.Encode(masked) != nil {
		return nil
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

type masker struct{ changed bool }

// value masks the value of a member. person is true inside what tells of a person.
func (m *masker) value(key string, person bool, v any) any {
	key = strings.ToLower(key)
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = m.value(k, person || personKeys[key], e)
		}
	case []any:
		for i, e := range v {
			v[i] = m.value(key, person, e)
		}
	case string:
		masked := MaskText(v)
		switch {
		case idKeys[key] || strings.HasSuffix(key, "id"):
			masked = v
		case nameKeys[key] && (person || personKeys[key] || key != "name"):
			masked = MaskName(v)
		}
		m.changed = m.changed || masked != v
		return masked
	}
	return v
}

// personKeys are the members that tell of a person.
var personKeys = map[string]bool{
	"sender": true, "user": true, "from": true, "profile": true, "members": true, "source": true, "recipient": true,
	"mentions": true, "mentioned": true, "membersadded": true, "membersremoved": true,
}
