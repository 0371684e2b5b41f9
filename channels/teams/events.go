package teams

import "dari/bot/message"

// event fills in what the type of the activity says.
func (a *adapter) event(act activity, in *message.Inbound) {
	switch act.Type {
	case "message":
		a.message(act, in)
	case "messageUpdate":
		in.Kind, in.Name = message.KindEdit, named(act)
		a.text(act, in)
	case "messageDelete":
		in.Kind, in.Name = message.KindDelete, named(act)
	case "messageReaction":
		react(act, in)
	case "conversationUpdate":
		a.conversationUpdate(act, in)
	case "installationUpdate":
		install(act, in)
	case "event":
		in.Kind = message.KindEvent
		if act.Name != "" {
			in.Name = act.Name
		}
	case "typing":
		in.Kind, in.Ignore = message.KindEvent, "somebody is typing"
	case "endOfConversation":
		in.Kind = message.KindEvent
	}
}

// named is the finer name that Teams gives some activities.
func named(act activity) string {
	if act.ChannelData.EventType != "" {
		return act.ChannelData.EventType
	}
	return act.Type
}

func react(act activity, in *message.Inbound) {
	added, removed := act.ReactionsAdded, act.ReactionsRemoved
	switch {
	case len(added)+len(removed) != 1:
		return
	case len(added) == 1:
		in.Reaction = &message.Reaction{Name: added[0].Type}
	default:
		in.Reaction = &message.Reaction{Name: removed[0].Type, Removed: true}
	}
	in.Kind, in.MessageID, in.ReplyTo = message.KindReaction, act.ReplyToID, ""
}

// conversationUpdate tells of people and of changes in teams. The bot's own coming and going is
// left to installationUpdate, which arrives beside it, so that nobody is welcomed twice.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/subscribe-to-conversation-events
func (a *adapter) conversationUpdate(act activity, in *message.Inbound) {
	in.Kind, in.Name = message.KindEvent, named(act)
	members := act.MembersAdded
	if len(members) == 0 {
		members = act.MembersRemoved
	}
	bot := false
	for _, m := range members {
		if m.ID == a.self(act) {
			bot = true
			continue
		}
		in.Members = append(in.Members, person(m))
	}
	switch {
	case bot:
		in.Ignore = "the bot itself came or went; installationUpdate says so too"
	case len(act.MembersAdded) > 0:
		in.Kind = message.KindMembersJoined
	case len(act.MembersRemoved) > 0:
		in.Kind = message.KindMembersLeft
	}
}

func install(act activity, in *message.Inbound) {
	direct := in.Conversation.Kind == message.Direct
	switch {
	case act.Action == "add" && direct:
		in.Kind = message.KindFollow
	case act.Action == "add":
		in.Kind = message.KindJoin
		// Who installs the app into a team chooses the channel in which it says hello.
		if chosen := act.ChannelData.Settings.SelectedChannel.ID; chosen != "" && chosen != in.Conversation.ID {
			in.Conversation.ID, in.Conversation.Title = chosen, ""
		}
	case act.Action == "remove" && direct:
		in.Kind = message.KindUnfollow
	case act.Action == "remove":
		in.Kind = message.KindLeave
	default: // an upgrade of the app, which is no occasion to greet
		in.Kind = message.KindEvent
	}
}
