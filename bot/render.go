package bot

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// rendered is a reply brought down to what a messenger can show.
type rendered struct {
	calls [][]message.Message // one platform call each
	notes []string            // what was changed or lost, for the trace
}

// render degrades a reply to the limits of a channel type: what the messenger cannot show becomes
// text, what is too long is split, what is too much is spelled out. Nothing goes without a note.
//
// Button data longer than the messenger takes is handed to refer, which returns a short reference to
// stand in for it.
func render(reply message.Reply, channelType string, l channels.Limits, refer func(string) string) rendered {
	r := renderer{channel: channelType, limits: l, refer: refer}
	messages := slices.Clone(reply.Messages)
	if n := len(messages); n > 0 && len(reply.QuickReplies) > 0 {
		last := &messages[n-1]
		last.QuickReplies = append(slices.Clone(last.QuickReplies), reply.QuickReplies...)
	} else if len(reply.QuickReplies) > 0 {
		r.note("quick_replies: there is no message to show them under")
	}
	for i, m := range messages {
		r.path = fmt.Sprintf("messages[%d]", i)
		r.message(m)
	}
	r.quickRepliesLast()
	return rendered{calls: chunk(r.out, l.PerCall), notes: r.notes}
}

type renderer struct {
	channel string
	limits  channels.Limits
	refer   func(data string) string // keeps data that is too long; nil spells the button out instead
	path    string
	out     []message.Message
	notes   []string
}

func (r *renderer) note(format string, args ...any) {
	s := fmt.Sprintf(format, args...)
	if r.path != "" {
		s = r.path + ": " + s
	}
	r.notes = append(r.notes, s)
}

func (r *renderer) message(m message.Message) {
	if err := m.Validate(); err != nil {
		r.note("%v", err)
		if m.FallbackText == "" {
			return
		}
		m = message.Message{Type: message.TypeText, Text: m.FallbackText, QuickReplies: m.QuickReplies}
	}
	m.QuickReplies = r.quickReplies(&m)
	switch {
	case m.Type == message.TypeNative && m.Channel != r.channel,
		r.limits.Level(m.Type) == channels.Unsupported:
		r.note("%s is not shown on %s; sent as text", m.Type, r.channel)
		r.text(asText(m), m.QuickReplies)
	case m.Type == message.TypeText:
		r.text(m, m.QuickReplies)
	case m.Type == message.TypeButtons:
		r.buttons(m)
	case m.Type == message.TypeCards:
		r.cards(m)
	case m.URL != "" && !r.reachable(m):
		r.text(asText(m), m.QuickReplies)
	default:
		r.out = append(r.out, m)
	}
}

// reachable tells whether a platform can fetch the file, or the adapter brings it. All platforms insist on https.
func (r *renderer) reachable(m message.Message) bool {
	u, err := url.Parse(m.URL)
	switch carried := slices.Contains(r.limits.Carries, m.Type); {
	case err != nil || u.Host == "" || u.Scheme != "https" && !(carried && u.Scheme == "http"):
		r.note("url: is not an https address; sent as text")
	case !carried && over(m.URL, r.limits.MediaURL):
		r.note("url: is longer than the %d characters that %s takes; sent as text", r.limits.MediaURL, r.channel)
	default:
		return true
	}
	return false
}

// cards fits every card and splits too many over several messages.
func (r *renderer) cards(m message.Message) {
	cards := make([]message.Card, len(m.Cards))
	for i, c := range m.Cards {
		cards[i] = r.card(i, c)
	}
	groups := chunk(cards, r.limits.Cards)
	if len(groups) > 1 {
		r.note("%d cards are over the limit of %d; sent in %d messages", len(cards), r.limits.Cards, len(groups))
	}
	for i, g := range groups {
		part := m
		part.Cards, part.QuickReplies = g, nil
		if i == len(groups)-1 {
			part.QuickReplies = m.QuickReplies
		}
		r.out = append(r.out, part)
	}
}

// card fits one card: what has no room moves down, from title to text, and at last is cut with a note.
func (r *renderer) card(i int, c message.Card) message.Card {
	actions, spelled := r.actions(c.Actions, r.limits.ButtonLabel)
	if limit := r.limits.CardActions; len(actions) > limit {
		r.note("cards[%d]: %d buttons are over the limit of %d; the rest is spelled out", i, len(actions), limit)
		for _, a := range actions[limit:] {
			spelled = append(spelled, spell(a))
		}
		actions = actions[:limit]
	}
	c.Actions = actions
	if len(spelled) > 0 {
		c.Text = strings.TrimPrefix(c.Text+"\n"+strings.Join(spelled, "\n"), "\n")
	}
	for _, part := range []struct {
		name  string
		text  *string
		limit int
	}{{"title", &c.Title, r.limits.CardTitle}, {"text", &c.Text, r.limits.CardText}} {
		if short := shorten(*part.text, part.limit); short != *part.text {
			r.note("cards[%d].%s is over the limit of %d; cut", i, part.name, part.limit)
			*part.text = short
		}
	}
	return c
}

// text splits long text; quick replies stay with the last part.
func (r *renderer) text(m message.Message, quick []message.Action) {
	if strings.TrimSpace(m.Text) == "" {
		r.note("there is nothing to say in it")
		return
	}
	parts := split(m.Text, r.limits.TextMax, r.limits.TextUnit)
	if len(parts) > 1 {
		r.note("text of %d is over the limit of %d; sent in %d parts", count(m.Text, r.limits.TextUnit), r.limits.TextMax, len(parts))
	}
	for i, p := range parts {
		part := m
		part.Text, part.QuickReplies = p, nil
		if i == len(parts)-1 {
			part.QuickReplies = quick
		}
		r.out = append(r.out, part)
	}
}

// buttons splits too many buttons over several messages and moves a text that is too long in front.
func (r *renderer) buttons(m message.Message) {
	actions, spelled := r.actions(m.Actions, r.limits.ButtonLabel)
	if len(spelled) > 0 {
		m.Text += "\n" + strings.Join(spelled, "\n")
	}
	if len(actions) == 0 {
		r.text(message.Message{Type: message.TypeText, Text: m.Text}, m.QuickReplies)
		return
	}
	if parts := split(m.Text, r.limits.ButtonText, channels.Graphemes); len(parts) > 1 {
		r.note("text above the buttons is over the limit of %d; its beginning is sent before them", r.limits.ButtonText)
		last := len(parts) - 1
		r.text(message.Text(strings.Join(parts[:last], "\n")), nil)
		m.Text = parts[last]
	}
	groups := chunk(actions, r.limits.Buttons)
	if len(groups) > 1 {
		r.note("%d buttons are over the limit of %d; sent in %d messages", len(actions), r.limits.Buttons, len(groups))
	}
	for i, g := range groups {
		part := m
		part.Actions, part.QuickReplies = g, nil
		if i > 0 {
			part.Text = "…"
		}
		if i == len(groups)-1 {
			part.QuickReplies = m.QuickReplies
		}
		r.out = append(r.out, part)
	}
}

// quickReplies fits the quick replies of m; those that do not fit are spelled out at the end of its text.
func (r *renderer) quickReplies(m *message.Message) []message.Action {
	quick, spelled := r.actions(m.QuickReplies, r.limits.QuickLabel)
	if limit := r.limits.QuickReplies; len(quick) > limit {
		r.note("%d quick replies are over the limit of %d; the rest is spelled out", len(quick), limit)
		for _, a := range quick[limit:] {
			spelled = append(spelled, "- "+a.Says())
		}
		quick = quick[:limit]
	}
	if len(spelled) > 0 && (m.Type == message.TypeText || m.Type == message.TypeButtons) {
		m.Text += "\n" + strings.Join(spelled, "\n")
	}
	return quick
}

// quickRepliesLast drops quick replies that would be hidden under a later message.
func (r *renderer) quickRepliesLast() {
	r.path = ""
	for i := range r.out[:max(len(r.out)-1, 0)] {
		if len(r.out[i].QuickReplies) > 0 {
			last := &r.out[len(r.out)-1]
			if len(last.QuickReplies) == 0 {
				last.QuickReplies = r.out[i].QuickReplies
			}
			r.out[i].QuickReplies = nil
			r.note("quick replies belong to the last message; moved there")
		}
	}
}

// actions shortens labels and takes out what the messenger has no button for; those are spelled out.
func (r *renderer) actions(in []message.Action, labelMax int) (fit []message.Action, spelled []string) {
	for _, a := range in {
		if !slices.Contains(r.limits.Actions, a.Kind) {
			r.note("%s has no %s button; %q is spelled out", r.channel, a.Kind, a.Label)
			spelled = append(spelled, spell(a))
			continue
		}
		if over(a.Data, r.limits.PostbackData) && r.refer != nil {
			a.Data = r.refer(a.Data)
		}
		if over(a.Data, r.limits.PostbackData) || over(a.URL, r.limits.URL) {
			r.note("data of button %q is longer than %s takes; spelled out", a.Label, r.channel)
			spelled = append(spelled, spell(a))
			continue
		}
		if short := shorten(a.Label, labelMax); short != a.Label {
			r.note("label %q is over the limit of %d; shortened", a.Label, labelMax)
			if a.Kind == message.ActionMessage && a.Text == "" {
				a.Text = a.Label
			}
			a.Label = short
		}
		if a.Kind != message.ActionCopy {
			a.Text = shorten(a.Text, r.limits.MessageAction)
		}
		fit = append(fit, a)
	}
	return fit, spelled
}

func over(s string, limit int) bool { return limit > 0 && !fits(s, limit, channels.UTF16) }

// spell writes a button as a line of text.
func spell(a message.Action) string {
	switch a.Kind {
	case message.ActionURL:
		return a.Label + ": " + a.URL
	case message.ActionPhone:
		return a.Label + ": " + a.Number
	case message.ActionCopy:
		return a.Label + ": " + a.Text
	}
	return "- " + a.Says()
}

// asText says in words what the messenger cannot show.
func asText(m message.Message) message.Message {
	if m.FallbackText != "" {
		return message.Text(m.FallbackText)
	}
	var lines []string
	add := func(parts ...string) {
		for _, p := range parts {
			if p != "" {
				lines = append(lines, p)
			}
		}
	}
	switch m.Type {
	case message.TypeLocation:
		add(m.Title, m.Address, fmt.Sprintf("https://www.google.com/maps?q=%g,%g", m.Lat, m.Lng))
	case message.TypeSticker:
		add(m.Alt)
	case message.TypeCards:
		for _, c := range m.Cards {
			add(c.Title, c.Subtitle, c.Text, c.ImageURL)
			for _, a := range c.Actions {
				add(spell(a))
			}
		}
	default:
		add(m.Text, m.Title, m.Alt, m.Name, m.URL)
		for _, a := range m.Actions {
			add(spell(a))
		}
	}
	return message.Text(strings.Join(lines, "\n"))
}

// chunk cuts a list into pieces of at most n; n of zero or less makes one piece.
func chunk[T any](list []T, n int) [][]T {
	if n <= 0 && len(list) > 0 {
		return [][]T{list}
	}
	return slices.Collect(slices.Chunk(list, max(n, 1)))
}
