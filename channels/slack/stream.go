package slack

import (
	"context"
	"encoding/json"
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/channels"
)

// Stream implements channels.Streamer. The text is taken for Markdown. It grows by
// https://docs.slack.dev/reference/methods/chat.appendStream where Slack allows that: in threads, and only
// in paid workspaces. Elsewhere, and when a stream has died, it grows by chat.update, so that no
// conversation is unsupported. Nothing is sent before there is a text.
func (a *adapter) Stream(_ context.Context, out channels.Outgoing) (channels.Stream, error) {
	s := &stream{adapter: a, out: out}
	s.channel, s.thread = target(out.Conversation, out.User)
	if s.channel == "" {
		return nil, rejected("conversation", "there is none to write to")
	}
	_ = json.Unmarshal(out.Address, &s.to) // without the person it grows by chat.update
	named := out.Conversation.Kind == message.Direct || s.to.User != "" && s.to.Team != ""
	s.native = s.thread != "" && named && !a.noStreams.on(a.deps.Now())
	return s, nil
}

// stream is a text that is being written. It is one message, unless a stream died on the way or the text
// has become too long for one.
type stream struct {
	*adapter
	out             channels.Outgoing
	to              reply
	channel, thread string

	native bool     // the message grows by appendStream, otherwise by chat.update
	live   string   // the message that has to be stopped
	ts     string   // the message that grows; "" while there is none
	ids    []string // all messages
	before string   // the text in earlier messages
	shown  string   // the text in the message that grows

	unsure bool                // the message may show more than shown
	lost   *channels.SendError // there may be a message that cannot be found again
}

// Update implements channels.Stream.
func (s *stream) Update(ctx context.Context, text string) error {
	return s.show(ctx, defused(settled(text)))
}

// show brings what is shown up to the text.
func (s *stream) show(ctx context.Context, text string) error {
	switch {
	case s.lost != nil:
		return s.lost
	case s.unsure: // Finish replaces what is shown
		return nil
	}
	rest, ok := strings.CutPrefix(text, s.before)
	if !ok {
		return rejected("text", "does not begin with what was shown")
	}
	for s.native && rest != s.shown {
		more, ok := strings.CutPrefix(rest, s.shown)
		if !ok {
			return rejected("text", "does not begin with what was shown")
		}
		piece, _ := cut(more, maxMarkdown, characters)
		if err := s.append(ctx, piece); err != nil {
			return err
		}
		rest = strings.TrimPrefix(text, s.before) // append may have given up the stream
	}
	if s.native {
		return nil
	}
	return s.rewrite(ctx, rest)
}

// append adds to the stream, starting it if need be. When Slack does not let it, the text goes on in
// another message, which grows in the other way.
func (s *stream) append(ctx context.Context, piece string) error {
	starting := s.ts == ""
	var err error
	if starting {
		err = s.start(ctx, piece)
	} else {
		_, _, err = s.api.AppendStreamContext(ctx, s.channel, s.ts, slackapi.MsgOptionMarkdownText(piece))
	}
	if err == nil {
		s.shown += piece
		return nil
	}
	e := s.sendError("chat.appendStream", err)
	switch {
	case e.Kind == channels.Uncertain && starting:
		s.lost = e
		return e
	case e.Kind == channels.Uncertain:
		s.unsure = true
		return e
	case lacking(e) && starting:
		s.noStreams.begin(s.deps.Now())
	case starting && e.Kind == channels.RateLimited: // few streams may begin per minute, messages many
	case e.Kind != channels.Rejected:
		return e
	}
	s.native = false
	s.turnPage()
	return nil
}

func (s *stream) start(ctx context.Context, text string) error {
	options := []slackapi.MsgOption{slackapi.MsgOptionTS(s.thread), slackapi.MsgOptionMarkdownText(text)}
	if s.to.User != "" {
		options = append(options, slackapi.MsgOptionRecipientUserID(s.to.User), slackapi.MsgOptionRecipientTeamID(s.to.Team))
	}
	_, ts, err := s.api.StartStreamContext(ctx, s.channel, options...)
	if err == nil && ts == "" {
		err = channels.Failf(channels.Uncertain, "", "slack: chat.startStream: the answer names no message")
	}
	if err == nil {
		s.live = ts
		s.began(ts)
	}
	return err
}

func (s *stream) began(ts string) {
	s.ts = ts
	s.ids = append(s.ids, ts)
}

// turnPage lets the text go on in another message.
func (s *stream) turnPage() {
	s.before += s.shown
	s.shown, s.ts = "", ""
}

// rewrite shows the text in a message that grows by chat.update, and in further ones when it is longer
// than one can be.
func (s *stream) rewrite(ctx context.Context, text string) error {
	for text != s.shown {
		head, tail := cut(text, maxMarkdown, characters)
		if head != s.shown {
			if err := s.put(ctx, head, nil); err != nil {
				return err
			}
		}
		if tail == "" {
			return nil
		}
		s.turnPage()
		text = tail
	}
	return nil
}

// put makes the growing message show the text, which is safe already, and the buttons below it.
func (s *stream) put(ctx context.Context, text string, below []slackapi.Block) error {
	p := post{text: first(summary(unescape(text)), typingStatus), blocks: below}
	if text != "" {
		p.blocks = append([]slackapi.Block{slackapi.NewMarkdownBlock("", text)}, below...)
	}
	if err := s.set(ctx, p); err != nil {
		return err
	}
	s.shown = text
	return nil
}

// set posts the growing message, or changes it to the whole of p.
func (s *stream) set(ctx context.Context, p post) error {
	if s.ts == "" {
		channel, ts, err := s.post(ctx, s.channel, s.thread, p)
		if err != nil {
			e := s.sendError("chat.postMessage", err)
			if e.Kind == channels.Uncertain {
				s.lost = e
			}
			return e
		}
		s.channel = channel
		s.began(ts)
		return nil
	}
	_, _, _, err := s.api.UpdateMessageContext(ctx, s.channel, s.ts, p.options()...)
	if err != nil {
		return s.sendError("chat.update", err)
	}
	s.unsure = false
	return nil
}
