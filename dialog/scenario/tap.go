package scenario

import (
	"encoding/json"
	"strings"
)

// tap is what a button of this engine sends back. It names things instead of counting them, so that a
// tap on an old button can still be understood, or explained. The form is short because platforms allow
// as little as 300 bytes: "~a|book_room|room|big".
type tap struct {
	kind  byte
	flow  string // or the intent, or the event
	key   string // slot, or id of a choice
	value string
	args  map[string]any
}

// The kinds of tap.
const (
	tapSlot    = 'a' // an answer to an ask
	tapConfirm = 'k' // yes or no to "did I get that right?"
	tapOption  = 'c' // an option of a choice
	tapIntent  = 'i' // one of several intents
	tapNone    = 'n' // none of them
	tapFlow    = 'f' // start a flow
	tapEvent   = 'e' // raise an event
	tapResume  = 'r' // yes or no to "continue with …?"
	tapWhich   = 'w' // the question that a value answers
)

var (
	tapEscape   = strings.NewReplacer("%", "%25", "|", "%7C")
	tapUnescape = strings.NewReplacer("%7C", "|", "%25", "%")
)

func (t tap) encode() string {
	parts := []string{"~" + string(t.kind), tapEscape.Replace(t.flow), tapEscape.Replace(t.key), tapEscape.Replace(t.value)}
	if len(t.args) > 0 {
		if b, err := json.Marshal(t.args); err == nil {
			parts = append(parts, tapEscape.Replace(string(b)))
		}
	}
	return strings.TrimRight(strings.Join(parts, "|"), "|")
}

// parseTap reads the data of a postback; false when it is not one of ours.
func parseTap(data string) (tap, bool) {
	if len(data) < 2 || data[0] != '~' || !strings.ContainsRune("akcinferw", rune(data[1])) || len(data) > 2 && data[2] != '|' {
		return tap{}, false
	}
	t := tap{kind: data[1]}
	parts := strings.SplitN(data, "|", 5)
	for i, dst := range []*string{nil, &t.flow, &t.key, &t.value} {
		if dst != nil && i < len(parts) {
			*dst = tapUnescape.Replace(parts[i])
		}
	}
	if len(parts) == 5 {
		if json.Unmarshal([]byte(tapUnescape.Replace(parts[4])), &t.args) != nil {
			return tap{}, false
		}
	}
	return t, true
}
