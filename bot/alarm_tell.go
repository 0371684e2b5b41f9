package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"dari/bot/message"
	"dari/store"
)

// hookTimeout bounds a call of a webhook.
const hookTimeout = 10 * time.Second

// tellAlarms tells the targets what they are owed. Each target hears one alarm after the other; one that does
// not hear is left alone until the next look.
func (r *Runtime) tellAlarms(ctx context.Context, alarms []store.Alarm, targets []store.AlarmTarget, now time.Time) error {
	due := slices.DeleteFunc(slices.Clone(alarms), func(a store.Alarm) bool {
		// Another node may have tried just now.
		return len(a.Owed) == 0 || now.Sub(a.TriedAt) < alarmEvery*9/10
	})
	if len(due) == 0 {
		return nil
	}
	names, err := r.alarmNames(ctx)
	if err != nil {
		return err
	}
	heard := make([]map[string]bool, len(targets))
	var wg sync.WaitGroup
	for i, t := range targets {
		wg.Go(func() { heard[i] = r.tellTarget(ctx, t, due, names) })
	}
	wg.Wait()
	for _, a := range due {
		for i, t := range targets {
			if heard[i][a.ID] {
				a.Owed = slices.DeleteFunc(a.Owed, func(id string) bool { return id == t.ID })
			}
		}
		if a.TriedAt = now; a.State == alarmOver && len(a.Owed) == 0 {
			err = errors.Join(err, r.store.Alarms().Delete(ctx, a.ID))
			continue
		}
		err = errors.Join(err, r.store.Alarms().Put(ctx, a.ID, a))
	}
	return err
}

// tellTarget tells one target what it is owed and returns the ids of what need not be told again.
func (r *Runtime) tellTarget(ctx context.Context, t store.AlarmTarget, due []store.Alarm, names alarmNames) map[string]bool {
	heard := map[string]bool{}
	tried, told := false, false
	var failed error
	for _, a := range due {
		if !slices.Contains(a.Owed, t.ID) {
			continue
		}
		tried = true
		err := r.tellOne(ctx, t, a, names)
		if ctx.Err() != nil {
			return heard
		}
		var final *InputError
		if err == nil {
			told, heard[a.ID] = true, true
			continue
		}
		failed = err
		if heard[a.ID] = errors.As(err, &final); !heard[a.ID] {
			break
		}
	}
	if tried {
		r.noteTarget(ctx, t.ID, told, failed)
	}
	return heard
}

// noteTarget keeps how telling a target went.
func (r *Runtime) noteTarget(ctx context.Context, id string, told bool, failed error) (t store.AlarmTarget, err error) {
	t, err = r.store.AlarmTargets().Update(ctx, id, func(t *store.AlarmTarget) error {
		if t.LastError = ""; failed != nil {
			t.LastError = alarmText(failed.Error())
		}
		if told {
			t.LastAt = time.Now().UTC()
		}
		return nil
	})
	if failed != nil {
		r.log.Warn("alarm not told", "target", id, "error", alarmText(failed.Error()))
	}
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		r.log.Error("alarm target not updated", "target", id, "error", err)
	}
	return t, err
}

// tellOne tells one target of one alarm. An *InputError will not go away by trying again.
func (r *Runtime) tellOne(ctx context.Context, t store.AlarmTarget, a store.Alarm, names alarmNames) error {
	text, err := r.sayAlarm(a, names, t.Locale)
	if err != nil {
		return err
	}
	if t.Kind == TargetConversation {
		if a.Kind == AlarmCredentials && channelOf(t.ConversationID) == a.ChannelID {
			return &InputError{Field: "conversation", Code: "itself", Detail: "is in the channel whose credentials are refused; add a target elsewhere"}
		}
		return r.tellConversation(ctx, t, text, fmt.Sprintf("alarm %s %s %s %d", a.ID, a.State, t.ID, a.ToldAt.Unix()))
	}
	facts := alarmFacts{
		ID: a.ID, Kind: a.Kind, State: a.State, Bot: a.BotID, Channel: a.ChannelID, Count: a.Count, Since: a.Since, Last: a.Last, Payload: a.Payload,
	}
	if r.opts.ConsoleURL != "" {
		facts.URL = r.opts.ConsoleURL + alarmPath(a)
	}
	return r.postAlarm(ctx, t, alarmPost{text, facts})
}

func channelOf(conversationID string) string {
	channelID, _, _ := strings.Cut(conversationID, ":")
	return channelID
}

// tellConversation queues the text like any message, once per key.
func (r *Runtime) tellConversation(ctx context.Context, t store.AlarmTarget, text, key string) error {
	ch, err := r.Channel(ctx, channelOf(t.ConversationID))
	if errors.Is(err, store.ErrNotFound) {
		return &InputError{Field: "conversation", Code: "unknown", Detail: "is of a channel that is gone; remove this target"}
	}
	if err != nil {
		return err
	}
	_, err = r.Send(ctx, ch, SendRequest{Conversation: t.ConversationID, Messages: []message.Message{message.Text(text)}, Key: key})
	return err
}

// alarmPost is the body of a webhook's call. Slack's incoming webhooks take its text as it is:
// https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/
type alarmPost struct {
	Text  string     `json:"text"`
	Alarm alarmFacts `json:"alarm"`
}

type alarmFacts struct {
	ID      string    `json:"id"`
	Kind    string    `json:"kind"`
	State   string    `json:"state"` // "raised", "still", "over" or "test"
	Bot     string    `json:"bot,omitempty"`
	Channel string    `json:"channel,omitempty"`
	Count   int       `json:"count"`
	Since   time.Time `json:"since"`
	Last    string    `json:"last,omitempty"`
	Payload string    `json:"payload,omitempty"`
	URL     string    `json:"url,omitempty"`
}

// postAlarm calls a webhook. The address is a secret: errors name its host alone.
func (r *Runtime) postAlarm(ctx context.Context, t store.AlarmTarget, post alarmPost) error {
	address, err := r.sealer.Open(alarmOwner(t.ID), t.Sealed)
	if err != nil {
		return fmt.Errorf("the address does not open: %w", err)
	}
	body, err := json.Marshal(post)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, hookTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, string(address), bytes.NewReader(body))
	if err != nil {
		return errors.New("the address is not a URL")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "Dari")
	client := *r.opts.EngineHTTP // not the traced one: traces would hold the address
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("%s: %s", req.URL.Hostname(), whyUnreached(err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // for the next call on this connection
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code >= 300 && code < 400:
		return fmt.Errorf("%s answered %d; redirects are not followed", req.URL.Hostname(), code)
	default:
		return fmt.Errorf("%s answered %d", req.URL.Hostname(), code)
	}
}

// whyUnreached says why a call came to nothing, without the address that the client's errors repeat.
func whyUnreached(err error) string {
	var refused interface {
		error
		AddressRefused()
	}
	switch {
	case errors.As(err, &refused):
		return refused.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("did not answer within %v", hookTimeout)
	}
	return "cannot be reached"
}
