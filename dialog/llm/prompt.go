package llm

import (
	"strings"
	"time"

	"dari/dialog"
)

// prompts are system prompts by language; "" is the one for all others.
type prompts map[string]string

// of returns the prompt of a turn: that of the person's language, else the common one, else that of the
// bot's own language. The words that Fill knows are filled in.
func (p prompts) of(t dialog.Turn, now time.Time, zone *time.Location) string {
	own := language(t.Bot.Locale)
	asked := language(t.Inbound.Locale)
	if asked == "" {
		asked = own
	}
	for _, lang := range []string{asked, "", own} {
		if p[lang] != "" {
			return Fill(p[lang], t, now, zone)
		}
	}
	return ""
}

// language is the first part of a BCP 47 tag.
func language(locale string) string {
	lang, _, _ := strings.Cut(strings.ReplaceAll(locale, "_", "-"), "-")
	return strings.ToLower(lang)
}

// Fill replaces {{now}}, {{locale}}, {{bot}} and {{channel}} in a text of the bot's builder. The time is
// told in the given zone, that of the event if it is nil. Nothing that the person wrote is ever filled in.
func Fill(text string, t dialog.Turn, now time.Time, zone *time.Location) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	locale := t.Inbound.Locale
	if locale == "" {
		locale = t.Bot.Locale
	}
	return strings.NewReplacer(
		"{{now}}", now.In(zoneOf(t, zone)).Format("2006-01-02 15:04 Monday MST"),
		"{{locale}}", locale, "{{bot}}", t.Bot.Name, "{{channel}}", t.Channel.Type,
	).Replace(text)
}
