package scenario

import (
	"strings"

	"dari/bot/message"
	"dari/dialog"
)

// maxMessages bounds what one turn may say.
const maxMessages = 50

// say adds a message to the answer. One without content is left out, and noted.
func (r *run) say(m message.Message) {
	if m.Type == message.TypeText && m.Format == "" {
		m.Format = "plain"
	}
	if err := m.Validate(); err != nil {
		r.tr.warn("a message was left out: %v", err)
		return
	}
	if len(r.out) >= maxMessages {
		r.tr.warn("more than %d messages in one turn: the rest was left out", maxMessages)
		return
	}
	if r.pause > 0 {
		m.SpeakAfterMS, r.pause = r.pause.Milliseconds(), 0
	}
	m.Lang = r.locale
	r.out = append(r.out, m)
}

// sayButtons says a text, with buttons when there are any.
func (r *run) sayButtons(text string, markdown bool, buttons []message.Action) {
	m := message.Message{Type: message.TypeText, Text: text}
	if markdown {
		m.Format = "markdown"
	}
	if len(buttons) > 0 {
		m.Type, m.Actions = message.TypeButtons, buttons
	}
	r.say(m)
}

// attach puts buttons under the text that was said last.
func (r *run) attach(buttons []message.Action) {
	if len(buttons) == 0 {
		return
	}
	if n := len(r.out); n > 0 && (r.out[n-1].Type == message.TypeText || r.out[n-1].Type == message.TypeButtons) {
		r.out[n-1].Type = message.TypeButtons
		r.out[n-1].Actions = append(r.out[n-1].Actions, buttons...)
		return
	}
	r.sayButtons(r.word("choose"), false, buttons)
}

// flush hands over what was said so far.
func (r *run) flush() {
	for _, m := range r.out {
		if err := r.emit(dialog.Say(m)); err != nil {
			r.halt(err)
			break
		}
	}
	r.remember(r.out)
	r.showed(r.out)
	r.out = nil
}

// textIn renders a text in the turn's locale; n picks the variant.
func (r *run) textIn(t *text, v view, n int) string {
	list := t.in(r.locale, r.p.bot.locale)
	if len(list) == 0 {
		return ""
	}
	return strings.TrimSpace(r.render(list[n%len(list)], v))
}

func (r *run) sayText(t *text, n int) string { return r.textIn(t, plainView, n) }

func (r *run) label(v *enumValue) string { return v.labelIn(r.locale, r.p.bot.locale) }

// remember keeps lines for the transcript of a handoff.
func (r *run) remember(list []message.Message) {
	for _, m := range list {
		text := m.Text
		if text == "" {
			text = "[" + string(m.Type) + "]"
		}
		r.line("bot: ", text)
	}
}

func (r *run) line(who, text string) {
	if !r.p.transcript {
		return
	}
	r.s.Said = append(r.s.Said, who+clip(oneLine(text), maxLine))
	if n := len(r.s.Said) - maxTranscript; n > 0 {
		r.s.Said = r.s.Said[n:]
	}
}
