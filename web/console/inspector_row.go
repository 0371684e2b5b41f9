package console

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/words"
	"dari/store"
	"dari/web/trace"
)

// viewer reads events and conversations for one person: a viewer sees no personal data, and cannot find
// any by searching for it.
type viewer struct {
	c        *Console
	words    words.Words
	masked   bool
	botID    string
	channels []bot.ChannelView // the bot's
	byID     map[string]bot.ChannelView
	people   map[string]string               // names by conversation
	unsent   map[string]store.DeliveryStatus // what has become of answers that have not arrived, by event
}

func (c *Console) viewer(g *gin.Context, botID string) (*viewer, error) {
	r := &viewer{
		c: c, words: words.In(c.language(g)), masked: ranks[c.user(g).Role] < ranks["builder"], botID: botID,
		byID: map[string]bot.ChannelView{}, people: map[string]string{},
	}
	var err error
	r.channels, err = c.runtime.Channels(g.Request.Context(), botID)
	for _, ch := range r.channels {
		r.byID[ch.ID] = ch
	}
	return r, err
}

// eventRow is an event in the list.
type eventRow struct {
	ID, URL                string
	At                     time.Time
	Channel, Type          string
	Person, Text           string
	Kind, State, StateText string // State is that of the mark
	Took                   string
	Replay                 bool
}

func (r *viewer) row(ctx context.Context, e store.Event) eventRow {
	in := r.inbound(ctx, e)
	v := eventRow{
		ID: e.ID, URL: "/console/events/" + e.ID, At: e.ReceivedAt, Channel: r.channelName(e.ChannelID), Type: r.typeName(r.byID[e.ChannelID].Type),
		Person: r.person(ctx, e.ConversationID, in.Sender), Text: r.said(in), Kind: r.words[kindKeys[string(e.Kind)]],
		State: string(e.State), StateText: r.words["event."+string(e.State)], Replay: e.Of != "" && e.State != store.Duplicate,
	}
	if unsent, ok := unsentStates[r.unsent[e.ID]]; ok && e.State == store.Handled {
		v.State, v.StateText = unsent.mark, r.words[unsent.key]
	}
	if v.Text == "" && e.Reason != "" {
		own, _ := eventReason(e, trace.Turn{}, nil)
		v.Text = own.in(r.words, "", "engine", "–").Text
	}
	if !e.FinishedAt.IsZero() {
		v.Took = took(e.FinishedAt.Sub(e.ReceivedAt))
	}
	return v
}

// inbound is the event normalised, as far as its payload is kept whole and the adapter takes it.
func (r *viewer) inbound(ctx context.Context, e store.Event) (in message.Inbound) {
	if e.State == store.Rejected || e.State == store.Duplicate || len(e.Raw) == 0 {
		return in
	}
	defer func() {
		if recover() != nil { // an adapter that fails on this payload, which the event's own page says
			in = message.Inbound{}
		}
	}()
	in, _ = r.c.runtime.Normalise(ctx, e)
	return in
}

// person is whom the event comes from, as well as it is known.
func (r *viewer) person(ctx context.Context, conversationID string, sender message.User) string {
	if sender.Name != "" {
		return r.name(sender.Name)
	}
	if conversationID == "" {
		return ""
	}
	name, known := r.people[conversationID]
	if !known {
		if conv, err := r.c.store.Conversation(ctx, conversationID); err == nil && (sender.ID == "" || conv.User.ID == sender.ID) {
			name = conv.User.Name
		}
		r.people[conversationID] = name
	}
	if name != "" {
		return r.name(name)
	}
	return clip(sender.ID, 24)
}

func (r *viewer) name(s string) string {
	if r.masked {
		return trace.MaskName(s)
	}
	return s
}

func (r *viewer) text(s string) string {
	if r.masked {
		return trace.MaskText(s)
	}
	return s
}

// said is an inbound in a few words.
func (r *viewer) said(in message.Inbound) string {
	text := in.Text
	switch {
	case in.Postback != nil:
		text = cmp.Or(in.Postback.Label, in.Postback.Data)
	case in.Command != nil:
		text = strings.TrimSpace(in.Command.Name + " " + in.Command.Args)
	case text == "" && len(in.Attachments) > 0:
		text = in.Attachments[0].Name
	case in.Reaction != nil:
		text = in.Reaction.Name
	case in.Location != nil:
		text = cmp.Or(in.Location.Title, in.Location.Address)
	}
	return clip(r.text(text), 160)
}

func (r *viewer) channelName(id string) string { return cmp.Or(r.byID[id].Name, id) }

// channelURL is where a channel's state stands and its settings are a click away; "" of one that is gone.
func (r *viewer) channelURL(id string) string {
	if _, known := r.byID[id]; !known {
		return ""
	}
	return channelBase(id) + "/state"
}

func (r *viewer) typeName(typ string) string { return cmp.Or(r.words["type."+typ], typ) }

// fits tells whether an event belongs into the list.
func (r *viewer) fits(ctx context.Context, f filter, e store.Event) bool {
	ch := r.byID[e.ChannelID]
	if e.BotID != r.botID || !f.takesState(e.State) || !f.takes("kind", string(e.Kind)) || !f.takes("channel", ch.ID, ch.Type) {
		return false
	}
	if len(f.text) == 0 && len(f.values("person")) == 0 {
		return true
	}
	in := r.inbound(ctx, e)
	person := strings.ToLower(r.person(ctx, e.ConversationID, in.Sender))
	if !allIn(f.values("person"), person, strings.ToLower(in.Sender.ID)) {
		return false
	}
	for _, word := range f.text {
		if !slices.ContainsFunc([]string{person, e.ID, e.ConversationID, in.Sender.ID, e.Reason, e.Name, r.said(in)}, func(s string) bool {
			return strings.Contains(strings.ToLower(s), word)
		}) && (r.masked || !bytes.Contains(bytes.ToLower(e.Raw), []byte(word))) {
			return false
		}
	}
	return true
}

// allIn tells whether each of the words is in any of the texts.
func allIn(words []string, texts ...string) bool {
	for _, w := range words {
		if !slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, w) }) {
			return false
		}
	}
	return true
}

// clip shortens a text to so many characters.
func clip(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most-1]) + "…"
}

// took writes a duration as people read it.
func took(d time.Duration) string {
	switch {
	case d < 0:
		return "0 ms"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < time.Minute:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return d.Round(time.Second).String()
}
