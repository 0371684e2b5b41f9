package llm

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// Piece is a JSON string that may hold a part of a character: servers that cut their output token by
// token split the bytes of a Hangul syllable, or the two halves of an emoji, over two pieces. It keeps
// such bytes where encoding/json would put a replacement character; half a pair of UTF-16 surrogates is
// kept as the three bytes that UTF-8 would have for it.
//
// It also takes null, and the list of parts ({"type":"text","text":…}) that some gateways send instead
// of a string.
type Piece string

// UnmarshalJSON implements json.Unmarshaler.
func (p *Piece) UnmarshalJSON(b []byte) error {
	*p = ""
	switch {
	case string(b) == "null":
		return nil
	case len(b) > 0 && b[0] == '[':
		var parts []struct {
			Type string `json:"type"`
			Text Piece  `json:"text"`
		}
		if err := json.Unmarshal(b, &parts); err != nil {
			return &json.UnmarshalTypeError{Value: "array", Type: reflect.TypeFor[string]()}
		}
		for _, part := range parts {
			if part.Type == "text" || part.Type == "output_text" {
				*p += part.Text
			}
		}
		return nil
	case len(b) < 2 || b[0] != '"':
		return &json.UnmarshalTypeError{Value: "value that is no text", Type: reflect.TypeFor[string]()}
	}
	*p = Piece(unquote(string(b[1 : len(b)-1])))
	return nil
}

// String is the text of a piece that stands for itself.
func (p Piece) String() string {
	var j joiner
	return j.add(string(p)) + j.end()
}

// escapes are the letters after a backslash; a "u" has four digits behind it.
var escapes = map[byte]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// unquote undoes the escapes of a string that encoding/json has found to be well formed.
func unquote(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		i++
		if s[i] != 'u' || i+4 >= len(s) {
			out = append(out, escapes[s[i]])
			continue
		}
		n, _ := strconv.ParseUint(s[i+1:i+5], 16, 16)
		out = appendUnit(out, rune(n))
		i += 4
	}
	return string(out)
}

// appendUnit appends a UTF-16 unit: as UTF-8, and half a pair in the same way.
func appendUnit(b []byte, u rune) []byte {
	if utf16.IsSurrogate(u) {
		return append(b, 0xed, 0x80|byte(u>>6&0x3f), 0x80|byte(u&0x3f))
	}
	return utf8.AppendRune(b, u)
}

// joiner puts characters together again that were split over pieces. What never becomes a character is
// U+FFFD in the end.
type joiner struct{ rest []byte }

// add returns the whole characters so far; the beginning of one is held back.
func (j *joiner) add(p string) string {
	in := p
	if len(j.rest) > 0 {
		in = string(j.rest) + p
		j.rest = nil
	}
	if utf8.ValidString(in) {
		return in
	}
	var out strings.Builder
	for i := 0; i < len(in); {
		r, n := next(in[i:])
		if n == 0 { // only its beginning is there
			j.rest = []byte(in[i:])
			break
		}
		out.WriteRune(r)
		i += n
	}
	return out.String()
}

// end returns what is left of a character that was never finished.
func (j *joiner) end() string {
	if len(j.rest) == 0 {
		return ""
	}
	j.rest = nil
	return "\ufffd"
}

// next reads one character and its length; 0 when more bytes are needed to tell.
func next(s string) (rune, int) {
	if hi, ok := surrogate(s); ok {
		switch lo, ok := surrogate(s[3:]); {
		case ok && utf16.DecodeRune(hi, lo) != utf8.RuneError:
			return utf16.DecodeRune(hi, lo), 6
		case !ok && hi < 0xdc00 && len(s) < 6 && strings.HasPrefix("\xed", s[3:min(4, len(s))]):
			return 0, 0
		}
		return utf8.RuneError, 3
	}
	r, n := utf8.DecodeRuneInString(s)
	if !utf8.FullRuneInString(s) || len(s) == 2 && s[0] == 0xed && s[1] >= 0xa0 && s[1] <= 0xbf { // of half a pair
		return 0, 0
	}
	return r, n
}

// surrogate reads half a pair as appendUnit writes it.
func surrogate(s string) (rune, bool) {
	if len(s) < 3 || s[0] != 0xed || s[1] < 0xa0 || s[1] > 0xbf || s[2] < 0x80 || s[2] > 0xbf {
		return 0, false
	}
	return 0xd000 | rune(s[1]&0x3f)<<6 | rune(s[2]&0x3f), true
}
