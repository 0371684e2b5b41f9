package line

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/line/line-bot-sdk-go/v8/linebot/webhook"

	"dari/bot/message"
)

// span is a part of a text, in UTF-16 code units.
type span struct{ start, end int }

// mentions takes the bot's own name out of a text and lists who is named in it. self is true when the
// bot is. The placeholders of LINE's own emoji, such as "(love)", stay.
func mentions(text string, m *webhook.Mention) (rest string, named []message.Mention, self bool) {
	if m == nil {
		return text, nil, false
	}
	var own []span
	for _, who := range m.Mentionees {
		switch who := who.(type) {
		case webhook.UserMentionee:
			named = append(named, message.Mention{User: message.User{ID: who.UserId}, Self: who.IsSelf})
			if who.IsSelf {
				own = append(own, span{int(who.Index), int(who.Index) + int(who.Length)})
			}
		case webhook.AllMentionee:
			named = append(named, message.Mention{All: true})
		}
	}
	return strip(text, own), named, len(own) > 0
}

// strip cuts the spans out of the text, from the last to the first so that the positions stay true.
// Spans that do not lie within the text are left alone.
func strip(text string, spans []span) string {
	units := utf16.Encode([]rune(text))
	spans = slices.DeleteFunc(spans, func(s span) bool { return s.start < 0 || s.start >= s.end || s.end > len(units) })
	if len(spans) == 0 {
		return text
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(b.start, a.start) })
	uncut := len(units)
	for _, s := range spans {
		end := min(s.end, uncut) // spans may overlap
		if end < len(units) && units[end] == ' ' && (s.start == 0 || units[s.start-1] == ' ') {
			end++ // of the blanks around the name one is enough
		}
		units = slices.Delete(units, s.start, end)
		uncut = s.start
	}
	return strings.TrimSpace(string(utf16.Decode(units)))
}
