package slack

import (
	"context"
	"slices"
	"strings"
	"time"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/channels"
)

// stopTime is for ending a stream when there is no time left.
const stopTime = 5 * time.Second

// stop ends the stream, if there is one, and puts the buttons below it. It does so even when the context
// has ended: Slack would show for minutes that the bot is writing.
func (s *stream) stop(ctx context.Context, below []slackapi.Block) error {
	if s.live == "" {
		return nil
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), stopTime)
		defer cancel()
	}
	var options []slackapi.MsgOption
	if len(below) > 0 {
		options = append(options, slackapi.MsgOptionBlocks(below...))
	}
	_, _, err := s.api.StopStreamContext(ctx, s.channel, s.live, options...)
	if err == nil {
		s.live = ""
		return nil
	}
	e := s.sendError("chat.stopStream", err)
	if !refusedForNow(e) {
		s.live = ""
	}
	return e
}

// Finish implements channels.Stream. What Slack refuses for now can be finished later: the next call goes on
// behind what is shown.
func (s *stream) Finish(ctx context.Context, m message.Message) (channels.Receipt, error) {
	s.out.Messages = []message.Message{m}
	if s.lost == nil && len(s.ids) == 0 {
		return s.Send(ctx, s.out)
	}
	if s.lost == nil && m.Type != message.TypeText && m.Type != message.TypeButtons {
		s.end(ctx)
		receipt, err := s.Send(ctx, s.out) // behind what was shown
		receipt.MessageIDs = slices.Concat(s.ids, receipt.MessageIDs)
		return receipt, err
	}
	err := s.finish(ctx, m)
	if refusedForNow(err) && ctx.Err() == nil {
		return channels.Receipt{}, err
	}
	s.end(ctx)
	if err != nil {
		return channels.Receipt{}, half(err)
	}
	return channels.Receipt{MessageIDs: slices.Clone(s.ids), Route: "stream"}, nil
}

// end stops a stream that had an error, was given up, or makes room for another message.
func (s *stream) end(ctx context.Context) {
	if err := s.stop(ctx, nil); err != nil {
		s.deps.Log.Debug("stream not stopped", "channel", s.deps.ChannelID, "error", err)
	}
}

// refusedForNow tells of calls that certainly did nothing and may do it later.
func refusedForNow(err error) bool {
	if err == nil {
		return false
	}
	kind := channels.AsSendError(err).Kind
	return kind == channels.RateLimited || kind == channels.Temporary
}

// half is an error of a message of which the person has read a part, and which nobody will finish: to send it
// again would show that part twice.
func half(err error) *channels.SendError {
	e := *channels.AsSendError(err)
	if refusedForNow(err) {
		e.Kind = channels.Uncertain
	}
	return &e
}

// finish shows the finished text, in place of what has been shown if it is another one.
func (s *stream) finish(ctx context.Context, m message.Message) error {
	if s.lost != nil {
		return s.lost
	}
	if _, err := single(s.out.Messages); err != nil {
		return err
	}
	if err := checkActions("actions", m.Actions); err != nil {
		return err
	}
	text := defused(m.Text + spelled(m.Actions) + spelled(m.QuickReplies))
	if s.unsure || !strings.HasPrefix(text, s.before+s.shown) {
		return s.replace(ctx)
	}
	if err := s.show(ctx, text); err != nil {
		return err
	}
	below := append(rows(m.Actions, 0), rows(m.QuickReplies, len(m.Actions))...)
	if s.native {
		err := s.stop(ctx, below)
		if err == nil || len(below) > 0 && channels.AsSendError(err).Kind != channels.Rejected || refusedForNow(err) {
			return err
		}
	}
	if len(below) == 0 {
		return nil // the text is all, whatever has become of the stream
	}
	return s.put(ctx, s.shown, below) // a stream that has expired can be changed like any message
}

// replace puts the finished message in the place of what is shown.
func (s *stream) replace(ctx context.Context) error {
	p, err := composeChange(s.out.Messages)
	if err != nil {
		return err
	}
	s.end(ctx) // Slack changes no message that is still being written
	return s.set(ctx, p)
}
