package slack

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/socketmode"

	"dari/channels"
)

// maxFrame bounds what Slack sends at once; its payloads stay far below.
const maxFrame = 4 << 20

// Listen receives events over Socket Mode, for machines that Slack cannot reach:
// https://docs.slack.dev/apis/events-api/using-socket-mode
// It hands each one to accept in the form in which it would have come as a callback, one after the other
// and in Slack's order, and acknowledges it when accept has returned nil: accept must make it durable, and
// has less than three seconds. What is not acknowledged, Slack sends again. There is no signature to
// verify, because Slack was called and not the other way round.
//
// Listen returns nil when ctx ends, and at once when the channel has no app_token. It connects again by
// itself; an error, which is a *SendError, means that a person has to act.
func (a *adapter) Listen(ctx context.Context, accept func(*channels.Request) error) error {
	if a.appToken == "" {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l := listener{adapter: a, accept: accept}
	l.client = socketmode.New(a.api, socketmode.OptionDialer(a.dialer()), socketmode.OptionReadLimit(maxFrame))
	done := make(chan error, 1)
	go func() { done <- l.client.RunContext(ctx) }()
	for {
		select {
		case err := <-done:
			if ctx.Err() != nil {
				return nil
			}
			return a.socketError(err)
		case event := <-l.client.Events:
			if err := l.handle(ctx, event); err != nil {
				cancel()
				<-done
				return err
			}
		}
	}
}

// socketError is sendError with the remedies for an app-level token.
func (a *adapter) socketError(err error) *channels.SendError {
	e := *a.sendError("apps.connections.open", err)
	if e.Kind == channels.Auth {
		e.Err = fmt.Errorf("slack: apps.connections.open: %s: make a token with the scope connections:write under "+
			"Basic Information, App-Level Tokens, and paste it as app_token", e.Code)
	}
	return &e
}

type listener struct {
	*adapter
	client *socketmode.Client
	accept func(*channels.Request) error
}

// handle takes what the library reports. It refuses events that it does not know and events with a block
// that it does not know; those are events like any others here.
func (l *listener) handle(ctx context.Context, event socketmode.Event) error {
	switch event.Type {
	case socketmode.EventTypeEventsAPI, socketmode.EventTypeInteractive, socketmode.EventTypeSlashCommand:
		l.take(ctx, *event.Request)
	case socketmode.EventTypeErrorBadMessage:
		var frame socketmode.Request
		if bad, ok := event.Data.(*socketmode.ErrorBadMessage); ok && json.Unmarshal(bad.Message, &frame) == nil {
			l.take(ctx, frame)
		}
	case socketmode.EventTypeConnectionError:
		if failed, ok := event.Data.(*slackapi.ConnectionErrorEvent); ok {
			return l.notConnected(failed)
		}
	case socketmode.EventTypeConnected:
		l.deps.Log.Info("socket connected", "channel", l.deps.ChannelID)
	}
	return nil
}

// notConnected gives up only where trying again is of no use.
func (l *listener) notConnected(failed *slackapi.ConnectionErrorEvent) error {
	e := l.socketError(failed.ErrorObj)
	if e.Kind == channels.Auth || e.Kind == channels.Config {
		return e
	}
	l.deps.Log.Warn("socket not connected", "channel", l.deps.ChannelID, "error", e.Error(), "again_in", failed.Backoff)
	return nil
}

// take accepts and acknowledges one frame. A frame of a type that did not exist yet is acknowledged
// unread, since Slack would send it for ever.
func (l *listener) take(ctx context.Context, frame socketmode.Request) {
	if frame.EnvelopeID == "" {
		return
	}
	log := l.deps.Log.With("channel", l.deps.ChannelID, "envelope", frame.EnvelopeID)
	var answer any
	if r := callback(frame); r == nil {
		log.Warn("socket frame of an unknown type", "type", frame.Type)
	} else {
		r.ReceivedAt = l.deps.Now()
		if err := l.accept(r); err != nil {
			log.Warn("socket event not accepted; Slack sends it again", "error", err)
			return
		}
		if frame.AcceptsResponsePayload {
			answer = l.answer(r)
		}
	}
	if err := l.client.AckCtx(ctx, frame.EnvelopeID, answer); err != nil && ctx.Err() == nil {
		log.Warn("socket event not acknowledged; Slack sends it again", "error", err)
	}
}

// answer is what a callback would have been answered with, nil if nothing.
func (l *listener) answer(r *channels.Request) any {
	if cb, err := l.Parse(r); err == nil && cb.Answer.ContentType == "application/json" {
		return json.RawMessage(cb.Answer.Body)
	}
	return nil
}

// callback gives a frame the form of a callback, nil for a type that is not known.
func callback(frame socketmode.Request) *channels.Request {
	const form = "application/x-www-form-urlencoded"
	r := &channels.Request{Header: http.Header{}, ContentType: form}
	switch frame.Type {
	case socketmode.RequestTypeEventsAPI:
		r.ContentType, r.Body = "application/json", frame.Payload
	case socketmode.RequestTypeInteractive:
		r.Body = []byte(url.Values{"payload": {string(frame.Payload)}}.Encode())
	case socketmode.RequestTypeSlashCommands:
		var fields map[string]any
		_ = json.Unmarshal(frame.Payload, &fields) // what is no object has no command, which Parse refuses
		values := url.Values{}
		for key, v := range fields {
			if v != nil {
				values.Set(key, fmt.Sprint(v))
			}
		}
		r.Body = []byte(values.Encode())
	default:
		return nil
	}
	return r
}

// Listens implements channels.Listener: an app-level token asks for Socket Mode.
func (a *adapter) Listens() bool { return a.appToken != "" }
