package slack

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack/slackevents"

	"dari/bot/message"
	"dari/channels"
)

// Parse implements channels.Adapter. One URL takes events (JSON), interactivity and slash commands
// (forms); a callback holds one event at most.
func (a *adapter) Parse(r *channels.Request) (channels.Callback, error) {
	if media, _, _ := mime.ParseMediaType(r.ContentType); media == "application/x-www-form-urlencoded" {
		return parseForm(r.Body)
	}
	return a.parseJSON(r.Body)
}

// envelope is what surrounds every event: https://docs.slack.dev/apis/events-api/
type envelope struct {
	Type           string          `json:"type"`
	Challenge      string          `json:"challenge"`
	TeamID         string          `json:"team_id"`
	EventID        string          `json:"event_id"`
	EventTime      int64           `json:"event_time"`
	Event          json.RawMessage `json:"event"`
	Authorizations []struct {
		UserID string `json:"user_id"`
		IsBot  bool   `json:"is_bot"`
	} `json:"authorizations"`
}

// self is the member id of the bot, "" if the envelope does not tell. An app that also acts for a
// person may be called with that person's authorization, which must not pass for the bot's.
func (e envelope) self() string {
	for _, auth := range e.Authorizations {
		if auth.IsBot {
			return auth.UserID
		}
	}
	return ""
}

func (a *adapter) parseJSON(body []byte) (channels.Callback, error) {
	var env envelope
	if err := decode(body, &env); err != nil {
		return channels.Callback{}, channels.Malformed("the body is not JSON: %v", err)
	}
	switch env.Type {
	case "":
		return channels.Callback{}, channels.Malformed("the body has no type")
	case slackevents.URLVerification:
		return challenge(env.Challenge)
	case slackevents.CallbackEvent:
		return one(a.inbound(env), body), nil
	case slackevents.AppRateLimited:
		return one(message.Inbound{
			Kind: message.KindEvent, Name: env.Type,
			Conversation: message.Conversation{Tenant: env.TeamID},
		}, body), nil
	}
	if isInteraction(env.Type) {
		return parseInteraction(body, body)
	}
	return one(message.Inbound{Kind: message.KindUnknown, Name: env.Type}, body), nil
}

// challenge answers the check of the request URL:
// https://docs.slack.dev/reference/events/url_verification
func challenge(text string) (channels.Callback, error) {
	if text == "" {
		return channels.Callback{}, channels.Malformed("url_verification without a challenge")
	}
	return channels.Callback{Answer: channels.Answer{
		Status: http.StatusOK, ContentType: "text/plain; charset=utf-8", Body: []byte(text),
	}}, nil
}

func parseForm(body []byte) (channels.Callback, error) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return channels.Callback{}, channels.Malformed("the form cannot be read: %v", err)
	}
	switch {
	case form.Has("payload"):
		return parseInteraction([]byte(form.Get("payload")), body)
	case form.Has("ssl_check"): // a probe: https://docs.slack.dev/interactivity/implementing-slash-commands
		return channels.Callback{}, nil
	case form.Get("command") != "":
		return one(slashCommand(form), body), nil
	}
	return channels.Callback{}, channels.Malformed("the form has neither payload nor command")
}

// one wraps the event of a callback. An event that asks for a turn but names no place to answer in is
// nothing this version knows.
func one(in message.Inbound, body []byte) channels.Callback {
	if in.Kind == message.KindUnknown || in.Kind.FromUser() && in.Conversation.ID == "" {
		in = message.Inbound{Kind: message.KindUnknown, Name: in.Name, Keys: in.Keys, Time: in.Time, Conversation: in.Conversation}
	}
	if len(in.Keys) == 0 {
		in.Keys = []string{digest(body)}
	}
	in.Raw = body
	return channels.Callback{Events: []message.Inbound{in}}
}

// digest is the key of a callback that Slack gives no id: interactions and slash commands. No two
// that ask for a turn have the same body, because each holds a trigger id of its own.
func digest(body []byte) string {
	sum := sha256.Sum256(body)
	return "body:" + hex.EncodeToString(sum[:16])
}

// decode reads JSON and leaves fields of an unexpected type empty: one odd field must not cost the
// whole message, and Slack adds and changes fields often. That is why the library's event types are
// not used here; they refuse an event for any odd block in it.
func decode[T any](b []byte, v *T) error {
	if !bytes.HasPrefix(bytes.TrimSpace(b), []byte("{")) {
		return errors.New("it is not an object")
	}
	err := channels.Decode(b, v)
	var odd *json.UnmarshalTypeError
	if errors.As(err, &odd) {
		return nil
	}
	return err
}

// moment reads a time stamp such as 1793000037.104729; zero if it is none.
func moment(ts string) time.Time {
	whole, fraction, _ := strings.Cut(ts, ".")
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || seconds <= 0 || seconds > maxSeconds {
		return time.Time{}
	}
	nanos, err := strconv.ParseInt((fraction + "000000000")[:9], 10, 64)
	if err != nil || nanos < 0 {
		nanos = 0
	}
	return time.Unix(seconds, nanos).UTC()
}

// maxSeconds is the end of the year 9999, the last that JSON times can hold.
const maxSeconds = 253402300799
