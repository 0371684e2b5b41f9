package console

import (
	"regexp"
	"strings"

	"dari/bot/words"
)

// noteKinds are the notes that the runtime leaves when it fits an answer to a messenger, which it writes
// in English; {1}, {2} … of the sentence are the pattern's groups.
var noteKinds = []struct {
	pattern *regexp.Regexp
	key     string
}{
	{regexp.MustCompile(`^quick_replies: there is no message`), "note.quick_alone"},
	{regexp.MustCompile(`^(\w+) is not shown on (\w+); sent as text$`), "note.as_text"},
	{regexp.MustCompile(`^url: is not an https address`), "note.not_https"},
	{regexp.MustCompile(`^url: is longer than the (\d+) characters`), "note.url_long"},
	{regexp.MustCompile(`^(\d+) cards are over the limit of (\d+); sent in (\d+) messages$`), "note.cards_many"},
	{regexp.MustCompile(`^cards\[(\d+)\]: (\d+) buttons are over the limit of (\d+)`), "note.card_buttons"},
	{regexp.MustCompile(`^cards\[(\d+)\]\.(\w+) is over the limit of (\d+); cut$`), "note.card_cut"},
	{regexp.MustCompile(`^there is nothing to say in it$`), "note.nothing"},
	{regexp.MustCompile(`^text of (\d+) is over the limit of (\d+); sent in (\d+) parts$`), "note.text_split"},
	{regexp.MustCompile(`^text above the buttons is over the limit of (\d+)`), "note.button_text"},
	{regexp.MustCompile(`^(\d+) buttons are over the limit of (\d+); sent in (\d+) messages$`), "note.buttons_many"},
	{regexp.MustCompile(`^(\d+) quick replies are over the limit of (\d+)`), "note.quick_many"},
	{regexp.MustCompile(`^quick replies belong to the last message`), "note.quick_moved"},
	{regexp.MustCompile(`^(\w+) has no (\w+) button; "(.*)" is spelled out$`), "note.no_button"},
	{regexp.MustCompile(`^data of button "(.*)" is longer than`), "note.data_long"},
	{regexp.MustCompile(`^label "(.*)" is over the limit of (\d+); shortened$`), "note.label_long"},
	{regexp.MustCompile(`^call (\d+): (.*)$`), "note.refused"},
}

// notePlace is where in the answer: "messages[0]: ".
var notePlace = regexp.MustCompile(`^messages\[\d+\]: `)

// noteIn says a note in the reader's language. One that nobody has foreseen stays as it is.
func noteIn(w words.Words, note string) string {
	place := notePlace.FindString(note)
	rest := strings.TrimPrefix(note, place)
	for _, k := range noteKinds {
		m := k.pattern.FindStringSubmatch(rest)
		if m == nil {
			continue
		}
		var pairs []any
		for i, name := range []string{"a", "b", "c"} {
			if i+1 < len(m) {
				pairs = append(pairs, name, wordOr(w, m[i+1]))
			}
		}
		if said, err := w.Say(k.key, pairs...); err == nil {
			return said
		}
	}
	return note
}

// wordOr is what people call a messenger, or the word itself.
func wordOr(w words.Words, s string) string {
	if name := w["type."+s]; name != "" {
		return name
	}
	return s
}
