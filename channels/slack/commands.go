package slack

import (
	"net/url"
	"strings"

	"dari/bot/message"
)

// slashCommand reads the form of a slash command:
// https://docs.slack.dev/interactivity/implementing-slash-commands
// Slack allows none inside threads, so that the conversation is the channel itself.
func slashCommand(form url.Values) message.Inbound {
	get := func(key string) string { return strings.ToValidUTF8(form.Get(key), "\ufffd") }
	w := read(get("text"), "")
	in := message.Inbound{
		Kind: message.KindCommand, Name: "slash_command", Mentioned: true,
		Conversation: place(get("team_id"), get("channel_id"), "", ""),
		Sender:       message.User{ID: get("user_id"), Name: get("user_name")},
		Text:         w.text,
		Mentions:     w.mentions,
		Command:      &message.Command{Name: get("command"), Args: w.text},
	}
	if in.Conversation.ID == "" {
		in.Conversation = withUser(get("team_id"), in.Sender.ID)
	}
	in.Conversation.Title = title(get("channel_name"))
	in.Address = replyTo(in.Conversation, get("response_url"), in.Sender.ID, get("team_id")).raw()
	return in
}
