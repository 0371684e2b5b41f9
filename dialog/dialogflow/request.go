package dialogflow

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog"
)

const (
	// maxText is the longest text that ES takes, in characters:
	// https://cloud.google.com/dialogflow/quotas
	maxText = 256
	// eventPrefix marks the data of a button that fires an event.
	eventPrefix = "event:"
)

// query is the body of detectIntent. Which fields stand where differs between the editions.
type query struct {
	Input  queryInput  `json:"queryInput"`
	Params queryParams `json:"queryParams"`
}

type queryInput struct {
	Text     *textInput  `json:"text,omitempty"`
	Event    *eventInput `json:"event,omitempty"`
	Language string      `json:"languageCode,omitempty"` // CX
}

type textInput struct {
	Text     string `json:"text"`
	Language string `json:"languageCode,omitempty"` // ES
}

type eventInput struct {
	Name       string            `json:"name,omitempty"`         // ES
	Event      string            `json:"event,omitempty"`        // CX
	Language   string            `json:"languageCode,omitempty"` // ES
	Parameters map[string]string `json:"parameters,omitempty"`   // ES
}

type queryParams struct {
	TimeZone   string            `json:"timeZone,omitempty"`
	Channel    string            `json:"channel,omitempty"`    // CX: which of the channel-specific answers to give
	SessionTTL string            `json:"sessionTtl,omitempty"` // CX
	Parameters map[string]string `json:"parameters,omitempty"` // CX
	Payload    *payload          `json:"payload,omitempty"`    // goes to the agent's webhook
}

// payload is what the agent's webhook learns of the turn.
type payload struct {
	Channel      string               `json:"channel"`
	UserID       string               `json:"userId,omitempty"`
	UserName     string               `json:"userName,omitempty"`
	Conversation string               `json:"conversationId,omitempty"`
	Attachments  []message.Attachment `json:"attachments,omitempty"`
	Location     *message.Location    `json:"location,omitempty"`
	Form         *message.Form        `json:"form,omitempty"`
	Params       map[string]string    `json:"postbackParams,omitempty"`
}

// asked is what a turn says: a text or the name of an event.
type asked struct {
	text, event string
	parameters  map[string]string
}

// ask reads what a turn says to the agent; ok is false when it is nothing that an agent understands.
func (e *engine) ask(in message.Inbound) (a asked, ok bool) {
	switch {
	case in.Kind == message.KindFollow:
		a.event = e.welcome
	case in.Kind == message.KindPostback && in.Postback != nil:
		if name, found := strings.CutPrefix(in.Postback.Data, eventPrefix); found {
			return asked{event: name, parameters: in.Postback.Params}, name != ""
		}
		a.text = first(in.Postback.Data, in.Postback.Label)
	case in.Kind == message.KindCommand && in.Command != nil:
		a.text = first(in.Command.Args, in.Command.Name)
	case in.Kind == message.KindForm && in.Form != nil:
		a.text = in.Form.Data
	case in.Kind == message.KindSticker && in.Sticker != nil:
		a.text = in.Sticker.Text
	case in.Kind == message.KindLocation && in.Location != nil:
		a.text = first(in.Location.Title, in.Location.Address)
	case in.Kind.FromUser():
		a.text = in.Text
	}
	a.text = strings.TrimSpace(a.text)
	if a.text == "" && a.event == "" && e.media != "" && in.Kind.FromUser() && in.Kind != message.KindText {
		a.event, a.parameters = e.media, map[string]string{"kind": string(in.Kind)}
		if len(in.Attachments) > 0 {
			a.parameters["url"] = in.Attachments[0].URL
		}
	}
	return a, a.text != "" || a.event != ""
}

// query is the body of the question. What had to be cut is noted.
func (e *engine) query(t dialog.Turn, a asked, note func(string, ...any)) query {
	in, language := t.Inbound, language(e.languages, t.Inbound.Locale, t.Bot.Locale)
	q := query{Params: queryParams{TimeZone: in.Timezone, Payload: e.payload(t)}}
	if e.edition == cx {
		q.Input.Language = language
		q.Params.Channel = t.Channel.Type
		if e.sessionTTL > 0 {
			q.Params.SessionTTL = fmt.Sprintf("%ds", int(e.sessionTTL/time.Second))
		}
		if e.sendNames && in.Sender.Name != "" {
			q.Params.Parameters = map[string]string{"user_name": in.Sender.Name}
		}
		if a.event != "" {
			q.Input.Event = &eventInput{Event: a.event}
		} else {
			q.Input.Text = &textInput{Text: a.text}
		}
		return q
	}
	if a.event != "" {
		q.Input.Event = &eventInput{Name: a.event, Language: language, Parameters: a.parameters}
		return q
	}
	if runes := []rune(a.text); len(runes) > maxText {
		note("the text has %d characters, Dialogflow ES reads the first %d", len(runes), maxText)
		a.text = string(runes[:maxText])
	}
	q.Input.Text = &textInput{Text: a.text, Language: language}
	return q
}

func (e *engine) payload(t dialog.Turn) *payload {
	in := t.Inbound
	p := &payload{
		Channel: t.Channel.Type, UserID: in.Sender.ID, Conversation: t.ConversationID,
		Attachments: slices.Clone(in.Attachments), Location: in.Location, Form: in.Form,
	}
	for i := range p.Attachments {
		p.Attachments[i].Ref = "" // means something to the channel alone
	}
	if e.sendNames {
		p.UserName = in.Sender.Name
	}
	if in.Postback != nil {
		p.Params = in.Postback.Params
	}
	return p
}

// language picks one of the agent's languages for a person; without a list of them it is the person's
// own. Dialogflow tells regions apart for few languages only:
// https://cloud.google.com/dialogflow/es/docs/reference/language
func language(known []string, locales ...string) string {
	for _, locale := range locales {
		locale = strings.ReplaceAll(locale, "_", "-")
		base, _, _ := strings.Cut(locale, "-")
		if base == "" {
			continue
		}
		if len(known) == 0 {
			if base == "zh" || base == "pt" {
				return locale
			}
			return base
		}
		for _, want := range []string{locale, base} {
			for _, k := range known {
				if strings.EqualFold(k, want) {
					return k
				}
			}
		}
	}
	if len(known) > 0 {
		return known[0]
	}
	return "en"
}

// sessionForm is a session id as this package makes it. Dialogflow takes at most 36 characters.
var sessionForm = regexp.MustCompile(`^[a-z2-7]{32}$`)

// session is the id of the turn's session: the one kept in the state, or a new one. The first turn is
// part of it, so that a conversation that is reset begins anew at Google too.
func (e *engine) session(t dialog.Turn) (id string, isNew bool) {
	if sessionForm.MatchString(t.State.Token) {
		return t.State.Token, false
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q %q", e.bot, t.ConversationID, t.ID))
	return strings.ToLower(base32.StdEncoding.EncodeToString(sum[:20])), true
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
