package llm

import (
	"strings"

	"dari/dialog/remote"
)

// maxText bounds an answer, in bytes. It is far more than any messenger shows.
const maxText = 256 << 10

// Text gathers an answer from its pieces, without the thoughts of the model.
type Text struct {
	say    func(string) error
	joiner joiner
	hush   hush
	whole  strings.Builder
}

// NewText hands the text on to say while it grows.
func NewText(say func(string) error) *Text { return &Text{say: say} }

// Add takes the next piece.
func (t *Text) Add(p Piece) error { return t.put(t.hush.add(t.joiner.add(string(p)))) }

// Replace puts another text in place of all that came. What was handed over of the old one cannot be
// taken back; only what the new one adds to it is.
func (t *Text) Replace(p Piece) error {
	old := t.whole.String()
	t.joiner, t.hush = joiner{}, hush{}
	t.whole.Reset()
	text := t.hush.add(t.joiner.add(string(p)))
	if rest, grows := strings.CutPrefix(text, old); grows {
		t.whole.WriteString(old)
		return t.put(rest)
	}
	if len(text) > maxText {
		return tooLong()
	}
	t.whole.WriteString(text)
	return nil
}

// End returns the whole text.
func (t *Text) End() (string, error) {
	err := t.put(t.hush.add(t.joiner.end()) + t.hush.end())
	return t.whole.String(), err
}

func (t *Text) put(s string) error {
	if s == "" {
		return nil
	}
	if t.whole.Len()+len(s) > maxText {
		return tooLong()
	}
	t.whole.WriteString(s)
	return t.say(s)
}

func tooLong() error {
	return remote.Failf("bad_answer", "the answer is larger than %d bytes", maxText)
}

// hush leaves out what a model thinks before it speaks. Servers without a parser for the model's
// thoughts send them as <think>…</think> at the beginning of the text.
type hush struct {
	held    string
	state   hushState
	thought bool // there was one: the space behind it goes with it
}

type hushState int

const (
	listening hushState = iota // nothing but space so far
	thinking
	speaking
)

const openThought, closeThought = "<think>", "</think>"

func (h *hush) add(s string) string {
	if h.state == speaking {
		return s
	}
	h.held += s
	if h.state == listening {
		begin := strings.TrimLeft(h.held, " \t\r\n")
		if h.thought {
			h.held = begin
		}
		switch {
		case strings.HasPrefix(begin, openThought):
			h.state, h.held, h.thought = thinking, begin[len(openThought):], true
		case strings.HasPrefix(openThought, begin):
			return "" // it may still become one
		default:
			return h.speak(h.held)
		}
	}
	if _, spoken, ok := strings.Cut(h.held, closeThought); ok {
		h.state, h.held = listening, "" // a second thought may follow
		return h.add(spoken)
	}
	h.held = h.held[max(0, len(h.held)-len(closeThought)):]
	return ""
}

func (h *hush) speak(s string) string {
	h.state, h.held = speaking, ""
	return s
}

// end returns what was held back and turned out to be no thought.
func (h *hush) end() string {
	if h.state == listening {
		return h.speak(h.held)
	}
	return ""
}
