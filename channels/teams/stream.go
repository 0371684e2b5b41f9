package teams

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// Stream implements channels.Streamer, in personal chats. Teams takes one request per second, and ends
// a stream after two minutes. https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux
func (a *adapter) Stream(_ context.Context, out channels.Outgoing) (channels.Stream, error) {
	ref, err := a.target(out)
	if err != nil {
		return nil, err
	}
	if out.Conversation.Kind != message.Direct {
		return nil, channels.Failf(channels.Rejected, "stream", "teams: a text can grow in personal chats only")
	}
	return &stream{adapter: a, out: out, ref: ref}, nil
}

// stream is one growing message.
type stream struct {
	*adapter
	out channels.Outgoing
	ref reference

	id       string // of the stream, and of its message; "" before the first answer
	sequence int
	shown    string
	state    streamState
}

type streamState int

const (
	growing   streamState = iota
	ended                 // the message is there and takes no more parts, but can be replaced
	cancelled             // by the person, who does not want the rest
	refused               // Teams takes no stream here
)

// streamInfo makes a part of a stream out of an activity.
type streamInfo struct {
	Type     string `json:"type"`
	ID       string `json:"streamId,omitempty"`
	Kind     string `json:"streamType"`
	Sequence int    `json:"streamSequence,omitempty"`
}

// Update implements channels.Stream. Once Teams has ended the stream, it does nothing.
func (s *stream) Update(ctx context.Context, text string) error {
	if s.state != growing || strings.TrimSpace(text) == "" || text == s.shown || !strings.HasPrefix(text, s.shown) {
		return nil
	}
	act := s.part("typing", text, streamInfo{Kind: "streaming", Sequence: s.sequence + 1})
	got, err := s.send(ctx, act)
	if s.id != "" || err == nil { // a number is not used twice, but the first part is number 1
		s.sequence++
	}
	switch {
	case s.ends(err):
		return nil
	case err != nil:
		if s.id == "" && channels.AsSendError(err).Kind == channels.Uncertain {
			s.state = refused // without its id nothing can be added
		}
		return err
	case s.id == "" && got.ID == "":
		s.state = refused
		return nil
	case s.id == "":
		s.id = got.ID
	}
	s.shown = text
	return nil
}

// Finish implements channels.Stream. The receipt's route tells how it ended: "stream", "update" (the
// stream was over, and its message was replaced), "cancelled" (by the person), or none when the
// message went out as any other.
func (s *stream) Finish(ctx context.Context, m message.Message) (channels.Receipt, error) {
	if err := m.Validate(); err != nil {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "message", "teams: %w", err)
	}
	talks := m.Type == message.TypeText || m.Type == message.TypeButtons
	if s.state == growing && s.id != "" {
		whole := talks && strings.HasPrefix(m.Text, s.shown)
		act := s.part("message", s.shown, streamInfo{Kind: "final"})
		if whole {
			act = s.last(m)
		}
		_, err := s.send(ctx, act)
		switch {
		case err == nil && whole:
			return receipt("stream", s.id), nil
		case err == nil: // what follows does not begin with what was shown
			s.state = ended
		case !s.ends(err):
			return channels.Receipt{}, err
		}
	}
	out := s.out
	out.Messages = []message.Message{m}
	switch {
	case s.state == cancelled:
		return receipt("cancelled", s.id), nil
	case s.state == ended && talks:
		return s.replace(ctx, out)
	case s.state == ended:
		r, err := s.Send(ctx, out)
		r.MessageIDs = append([]string{s.id}, r.MessageIDs...)
		return r, err
	}
	return s.Send(ctx, out)
}

// last is the part that ends the stream. It alone may have buttons.
func (s *stream) last(m message.Message) outActivity {
	buttons := slices.Concat(m.Actions, m.QuickReplies)
	var suggested any
	if len(m.Actions) == 0 && suggestible(s.out.Conversation, m.QuickReplies) {
		suggested, buttons = suggest(s.ref, m.QuickReplies), nil
	}
	text, buttons := spellOut(m.Text, buttons)
	act := s.part("message", text, streamInfo{Kind: "final"})
	act.TextFormat, act.Locale, act.SuggestedActions = "plain", m.Lang, suggested
	if m.Format == "markdown" {
		act.TextFormat = "markdown"
	}
	if len(buttons) > 0 {
		act.Attachments = heroes(hero{}, "", buttons)
	}
	return act
}

// replace writes the whole message over what the stream has left.
func (s *stream) replace(ctx context.Context, out channels.Outgoing) (channels.Receipt, error) {
	if err := s.overwrite(ctx, s.ref, out, s.id); err != nil {
		return channels.Receipt{}, err
	}
	return receipt("update", s.id), nil
}

// part names no format: Teams shows what grows in its own way, and learns the format at the end.
func (s *stream) part(kind, text string, info streamInfo) outActivity {
	info.Type, info.ID = "streaminfo", s.id
	act := outActivity{
		Type: kind, From: s.ref.Bot, Conversation: outConversation{s.out.Conversation.ID, "personal"},
		Text: streamText(text), Entities: []streamInfo{info},
	}
	if s.ref.User != "" {
		act.Recipient = &account{ID: s.ref.User}
	}
	return act
}

func (s *stream) send(ctx context.Context, act outActivity) (answered, error) {
	body, err := encodeActivity(act)
	if err != nil {
		return answered{}, err
	}
	return s.call(ctx, http.MethodPost, sendURL(s.ref.ServiceURL, s.out.Conversation.ID), body)
}

// ends tells whether an error is Teams' way of ending the stream. The code is the same for all, so
// that the words have to be read.
// https://learn.microsoft.com/microsoftteams/platform/bots/streaming-ux#error-codes
func (s *stream) ends(err error) bool {
	var ce *connectorError
	if !errors.As(err, &ce) || ce.status != http.StatusForbidden || ce.code != "ContentStreamNotAllowed" {
		return false
	}
	words := strings.ToLower(ce.message)
	switch {
	case strings.Contains(words, "message size"):
		return false
	case strings.Contains(words, "exceeded streaming time"), strings.Contains(words, "already completed"):
		s.state = ended
	case strings.Contains(words, "cancel"):
		s.state = cancelled
	default:
		s.state = refused
	}
	if s.state == ended && s.id == "" { // another stream's end, so there is nothing to replace
		s.state = refused
	}
	return true
}

// streamText is markdownText for a text that still grows: each part has to begin with the one before,
// so nothing may depend on what comes later.
func streamText(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		text, complete := strings.CutSuffix(line, "\n")
		b.WriteString(text)
		if !complete {
			break
		}
		for n := len(text) - len(strings.TrimRight(text, " ")); n < 2 && strings.TrimSpace(text) != ""; n++ {
			b.WriteByte(' ')
		}
		b.WriteByte('\n')
	}
	return b.String()
}
