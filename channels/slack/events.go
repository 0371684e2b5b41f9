package slack

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/slack-go/slack/slackevents"

	"dari/bot/message"
)

// event holds the fields that matter of all inner events: https://docs.slack.dev/reference/events
type event struct {
	Type        string `json:"type"`
	Subtype     string `json:"subtype"`
	User        string `json:"user"`
	UserID      string `json:"user_id"`
	Team        string `json:"team"`
	UserTeam    string `json:"user_team"`
	Inviter     string `json:"inviter"`
	Username    string `json:"username"`
	BotID       string `json:"bot_id"`
	Text        string `json:"text"`
	TS          string `json:"ts"`
	EventTS     string `json:"event_ts"`
	ThreadTS    string `json:"thread_ts"`
	DeletedTS   string `json:"deleted_ts"`
	Channel     string `json:"channel"`
	ChannelID   string `json:"channel_id"`
	ChannelType string `json:"channel_type"`
	Tab         string `json:"tab"`
	Reaction    string `json:"reaction"`
	FileID      string `json:"file_id"`

	Files       []file          `json:"files"`
	Attachments []attachment    `json:"attachments"`
	AppContext  json.RawMessage `json:"app_context"`
	Edited      json.RawMessage `json:"edited"`
	Message     *event          `json:"message"`
	Previous    *event          `json:"previous_message"`

	Item struct {
		Channel string `json:"channel"`
		TS      string `json:"ts"`
	} `json:"item"`
	Assistant struct {
		UserID    string `json:"user_id"`
		ChannelID string `json:"channel_id"`
		ThreadTS  string `json:"thread_ts"`
	} `json:"assistant_thread"`
}

// present tells whether an optional object is there, be it empty.
func present(v json.RawMessage) bool { return len(v) > 0 && string(v) != "null" }

func (a *adapter) inbound(env envelope) message.Inbound {
	var e event
	if len(env.Event) == 0 || decode(env.Event, &e) != nil || e.Type == "" {
		return message.Inbound{Kind: message.KindUnknown, Name: env.Type, Keys: env.keys(), Conversation: message.Conversation{Tenant: env.TeamID}}
	}
	in := message.Inbound{
		Kind: message.KindEvent, Name: e.Type, Keys: env.keys(), Time: env.time(e),
		Conversation: place(env.TeamID, e.room(), e.ChannelType, first(e.ThreadTS, e.Assistant.ThreadTS)),
		Sender:       message.User{ID: first(e.User, e.UserID, e.Assistant.UserID)},
	}
	self := env.self()
	if self == "" && e.concernsSelf() {
		self = a.ownID()
	}
	switch slackevents.EventsAPIType(e.Type) {
	case slackevents.Message:
		e.message(&in, self)
	case slackevents.AppMention:
		e.spoken(&in, self)
		in.Mentioned = true
	case slackevents.ReactionAdded, slackevents.ReactionRemoved:
		e.reaction(&in, self)
	case slackevents.MemberJoinedChannel, slackevents.MemberLeftChannel:
		e.member(&in, self)
	case slackevents.FileShared:
		in.Attachments = []message.Attachment{{Kind: message.KindFile, Ref: e.FileID}}
	case slackevents.AppHomeOpened:
		e.opened(&in)
	case slackevents.AssistantThreadStarted:
		in.Kind = message.KindFollow
	default:
		if _, documented := slackevents.EventsAPIInnerEventMapping[slackevents.EventsAPIType(e.Type)]; !documented {
			in.Kind = message.KindUnknown
		}
	}
	return in
}

// concernsSelf tells whether what an event means depends on which member the bot is.
func (e event) concernsSelf() bool {
	switch slackevents.EventsAPIType(e.Type) {
	case slackevents.Message, slackevents.AppMention:
		return mentions(e.Text) || e.Message != nil && mentions(e.Message.Text)
	case slackevents.ReactionAdded, slackevents.ReactionRemoved, slackevents.MemberJoinedChannel, slackevents.MemberLeftChannel:
		return true
	}
	return false
}

// mentions tells whether somebody is mentioned in a text.
func mentions(text string) bool { return strings.Contains(text, "<@") }

// opened handles the opening of the app's home. The messages tab is how a person begins to talk to an
// agent app: https://docs.slack.dev/ai/migrating-to-agent-messaging
// Slack tells of every opening, and nobody wants to be greeted whenever they look: an opening after an
// answer is ignored. The second key makes those that follow on each other repetitions, also when the bot
// had nothing to say.
func (e event) opened(in *message.Inbound) {
	if e.Tab != "messages" || e.Channel == "" {
		in.Ignore = first(e.Tab, "unknown") + " tab"
		return
	}
	in.Kind, in.Once = message.KindFollow, true
	in.Keys = append(in.Keys, "opened:"+e.Channel)
}

// keys is the platform's id of the event, the same on redelivery.
func (env envelope) keys() []string {
	if env.EventID == "" {
		return nil
	}
	return []string{env.EventID}
}

func (env envelope) time(e event) (t time.Time) {
	for _, ts := range []string{e.EventTS, e.TS, strconv.FormatInt(env.EventTime, 10)} {
		if t = moment(ts); !t.IsZero() {
			break
		}
	}
	return t
}

// room is the channel that the event is about.
func (e event) room() string {
	return first(e.Channel, e.ChannelID, e.Assistant.ChannelID, e.Item.Channel)
}

func (e event) reaction(in *message.Inbound, self string) {
	in.Kind = message.KindReaction
	in.MessageID = e.Item.TS
	in.Reaction = &message.Reaction{Name: e.Reaction, Removed: e.Type == string(slackevents.ReactionRemoved)}
	if self != "" && e.User == self {
		in.Sender.Bot, in.Ignore = true, botMessage
	}
}

// member tells who came or went. The bot itself coming or going is a matter of its own.
func (e event) member(in *message.Inbound, self string) {
	joined := e.Type == string(slackevents.MemberJoinedChannel)
	itself := self != "" && e.User == self
	switch {
	case itself && joined:
		in.Kind = message.KindJoin
	case itself:
		in.Kind = message.KindLeave
	case joined:
		in.Kind = message.KindMembersJoined
	default:
		in.Kind = message.KindMembersLeft
	}
	in.Members = []message.User{{ID: e.User, Bot: itself}}
	in.Sender.ID = first(e.Inviter, e.User)
}
