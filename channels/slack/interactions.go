package slack

import (
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/channels"
)

// interaction holds the fields that matter of all interaction payloads:
// https://docs.slack.dev/reference/interaction-payloads
type interaction struct {
	Type         string  `json:"type"`
	CallbackID   string  `json:"callback_id"`
	ActionTS     string  `json:"action_ts"`
	MessageTS    string  `json:"message_ts"`
	ResponseURL  string  `json:"response_url"`
	Message      event   `json:"message"`
	Actions      []field `json:"actions"`
	ResponseURLs []struct {
		ChannelID   string `json:"channel_id"`
		ResponseURL string `json:"response_url"`
	} `json:"response_urls"`

	Team struct {
		ID string `json:"id"`
	} `json:"team"`
	User struct {
		ID       string `json:"id"`
		Name     string `json:"name"`
		Username string `json:"username"`
		TeamID   string `json:"team_id"`
	} `json:"user"`
	Channel struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"channel"`
	Container struct {
		MessageTS string `json:"message_ts"`
		ThreadTS  string `json:"thread_ts"`
		ChannelID string `json:"channel_id"`
	} `json:"container"`
	View struct {
		CallbackID string `json:"callback_id"`
		Metadata   string `json:"private_metadata"`
		State      struct {
			Values map[string]map[string]field `json:"values"`
		} `json:"state"`
	} `json:"view"`
}

func isInteraction(typ string) bool {
	switch slackapi.InteractionType(typ) {
	case slackapi.InteractionTypeBlockActions, slackapi.InteractionTypeBlockSuggestion,
		slackapi.InteractionTypeViewSubmission, slackapi.InteractionTypeViewClosed,
		slackapi.InteractionTypeShortcut, slackapi.InteractionTypeMessageAction:
		return true
	}
	return false
}

// parseInteraction reads a payload out of body, which is the form around it.
func parseInteraction(payload, body []byte) (channels.Callback, error) {
	var i interaction
	if err := decode(payload, &i); err != nil {
		return channels.Callback{}, channels.Malformed("the payload is not JSON: %v", err)
	}
	if i.Type == "" {
		return channels.Callback{}, channels.Malformed("the payload has no type")
	}
	cb := one(i.inbound(), body)
	if i.Type == string(slackapi.InteractionTypeBlockSuggestion) { // asks for list entries and waits for them
		cb.Answer = channels.Answer{ContentType: "application/json", Body: []byte(`{"options":[]}`)}
	}
	return cb, nil
}

// inbound turns an interaction into an event. Whoever uses a button, a command or a form of the bot
// addresses it, hence Mentioned.
func (i interaction) inbound() message.Inbound {
	in := message.Inbound{
		Kind: message.KindUnknown, Name: i.Type, Time: moment(i.ActionTS),
		Conversation: i.conversation(), Mentioned: true,
		Sender: message.User{ID: i.User.ID, Name: first(i.User.Username, i.User.Name)},
	}
	in.Address = i.reply(in.Conversation, i.ResponseURL).raw()
	switch slackapi.InteractionType(i.Type) {
	case slackapi.InteractionTypeBlockActions:
		i.action(&in)
	case slackapi.InteractionTypeViewSubmission:
		i.submission(&in)
	case slackapi.InteractionTypeViewClosed:
		in.Kind = message.KindEvent
	case slackapi.InteractionTypeShortcut:
		in.Kind = message.KindCommand
		in.Command = &message.Command{Name: i.CallbackID}
	case slackapi.InteractionTypeMessageAction:
		in.Kind = message.KindCommand
		in.Command = &message.Command{Name: i.CallbackID}
		in.MessageID = i.messageTS()
		in.Quoted = i.quoted()
	case slackapi.InteractionTypeBlockSuggestion:
		in.Kind, in.Ignore = message.KindEvent, "request for list entries"
	}
	return in
}

// quoted is the message that a message shortcut was used on.
func (i interaction) quoted() *message.Quoted {
	return &message.Quoted{
		ID: i.messageTS(), Text: read(i.Message.Text, "").text,
		Sender: message.User{ID: first(i.Message.User, i.Message.BotID), Bot: i.Message.BotID != ""},
	}
}

func (i interaction) messageTS() string {
	return first(i.Container.MessageTS, i.MessageTS, i.Message.TS)
}

// conversation is where the bot wrote the message with the button, so that the talk goes on with what
// is already known: a message outside of threads is answered outside of threads. A message shortcut
// is about a message somebody wrote, and is answered like that message. What happens on the home tab
// or in a dialog belongs to the direct chat.
func (i interaction) conversation() message.Conversation {
	tenant := first(i.Team.ID, i.User.TeamID)
	channel := first(i.Channel.ID, i.Container.ChannelID)
	if channel == "" {
		return withUser(tenant, i.User.ID)
	}
	root := first(i.Container.ThreadTS, i.Message.ThreadTS)
	if i.Type == string(slackapi.InteractionTypeMessageAction) && !isDirect(channel, "") {
		root = first(root, i.messageTS())
	}
	c := place(tenant, channel, "", root)
	c.Title = title(i.Channel.Name)
	return c
}

// title is the name of a channel, if it is one and not a word for its type.
func title(name string) string {
	if name == "directmessage" || name == "privategroup" {
		return ""
	}
	return name
}

// action handles a tapped button or a value picked from a list.
func (i interaction) action(in *message.Inbound) {
	if len(i.Actions) == 0 {
		return
	}
	f := i.Actions[0] // Slack sends each action by itself
	in.MessageID = i.messageTS()
	if t := moment(f.ActionTS); !t.IsZero() {
		in.Time = t
	}
	switch {
	case f.link():
		in.Kind, in.Ignore = message.KindEvent, "link button"
	case strings.HasPrefix(f.ActionID, sayPrefix):
		in.Kind, in.Text = message.KindText, first(f.Value, f.label())
	default:
		in.Kind, in.Postback = message.KindPostback, f.postback()
	}
}

// submission handles a submitted dialog. A dialog with a list of conversations may say where to
// answer.
func (i interaction) submission(in *message.Inbound) {
	in.Kind = message.KindForm
	in.Form = &message.Form{ID: i.View.CallbackID, Data: i.View.Metadata}
	for block, actions := range i.View.State.Values {
		for action, f := range actions {
			if in.Form.Values == nil {
				in.Form.Values = map[string]string{}
			}
			in.Form.Values[block+"."+action] = f.value()
		}
	}
	if len(i.ResponseURLs) > 0 && i.ResponseURLs[0].ChannelID != "" {
		r := i.ResponseURLs[0]
		in.Conversation = place(in.Conversation.Tenant, r.ChannelID, "", "")
		in.Address = i.reply(in.Conversation, r.ResponseURL).raw()
	}
}

func (i interaction) reply(at message.Conversation, responseURL string) reply {
	return replyTo(at, responseURL, i.User.ID, i.User.TeamID)
}
