package llm

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"dari/dialog"
	"dari/dialog/remote"
)

// exchange is a question and its answer.
type exchange [2]string

// memory is the state between turns.
type memory struct {
	Version   int        `json:"v"`
	Exchanges []exchange `json:"x"`
}

const memoryVersion = 1

// recall reads a state. One that is not ours, too large or half written is an error; the conversation
// starts anew then.
func recall(s dialog.State) ([]exchange, error) {
	if s.Token == "" {
		return nil, nil
	}
	if len(s.Token) > dialog.MaxState {
		return nil, errors.New("the history is larger than a state may be; the conversation starts anew")
	}
	var m memory
	if err := json.Unmarshal([]byte(s.Token), &m); err != nil || m.Version != memoryVersion {
		return nil, errors.New("the history cannot be read; the conversation starts anew")
	}
	// A server refuses a conversation in which somebody said nothing.
	return slices.DeleteFunc(m.Exchanges, func(x exchange) bool { return x[0] == "" || x[1] == "" }), nil
}

// remember keeps the last most exchanges that fit into a state: the oldest are dropped whole. If not
// even the newest fits, its texts are clipped.
func remember(past []exchange, most int) dialog.State {
	const frame, each = len(`{"v":1,"x":[]}`), len(`["",""],`)
	from, room := len(past), dialog.MaxState-frame
	for from > 0 && from > len(past)-most {
		x := past[from-1]
		if room -= size(x[0]) + size(x[1]) + each; room < 0 {
			break
		}
		from--
	}
	if from == len(past) && from > 0 && most > 0 {
		q, a := past[from-1][0], past[from-1][1]
		room = dialog.MaxState - frame - each
		q = clip(q, max(room/2, room-size(a)))
		return encode([]exchange{{q, clip(a, room-size(q))}})
	}
	return encode(past[from:])
}

func encode(past []exchange) dialog.State {
	b, err := remote.JSON(memory{memoryVersion, past})
	if err != nil {
		panic(err) // texts can always be written
	}
	return dialog.State{Token: string(b)}
}

// size is the length of a text inside a JSON string, or a little more.
func size(s string) int {
	n := 0
	for i, r := range s {
		n += runeSize(s[i:], r)
	}
	return n
}

// runeSize is the length of the rune r, the first of s, inside a JSON string.
func runeSize(s string, r rune) int {
	switch {
	case r == '"' || r == '\\' || r == '\n' || r == '\r' || r == '\t':
		return 2
	case r < ' ' || r == '\u2028' || r == '\u2029' || r == utf8.RuneError && !strings.HasPrefix(s, "\ufffd"):
		return len(`\u2028`)
	}
	return utf8.RuneLen(r)
}

// clip cuts a text between two runes so that it has at most n bytes inside a JSON string.
func clip(s string, n int) string {
	const mark = "…"
	if size(s) <= n {
		return s
	}
	n -= len(mark)
	for i, r := range s {
		if n -= runeSize(s[i:], r); n < 0 {
			return s[:i] + mark
		}
	}
	return s + mark
}

// back is the last border of runes at or before i.
func back(s string, i int) int {
	for i > 0 && i < len(s) && !utf8.RuneStart(s[i]) {
		i--
	}
	return i
}
