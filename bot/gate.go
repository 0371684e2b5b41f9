package bot

import (
	"strings"

	"dari/bot/message"
	"dari/store"
)

// gate decides whether the bot answers an event, by the rules that are the same on every channel. It
// returns why not, or "". It also takes the bot's own name off the front of the text where the
// platform marks no mentions.
func gate(ch *Channel, conv store.Conversation, in *message.Inbound) string {
	if in.Once && conv.Answered {
		return "already greeted"
	}
	if in.Conversation.Kind == message.Direct {
		return ""
	}
	if !ch.Limits.MarksMentions {
		stripName(in, ch.Record.BotName)
	}
	switch ch.groupMode {
	case groupOff:
		return "the bot is off in rooms (group_mode off)"
	case groupAll:
		return ""
	}
	switch {
	case in.Mentioned, !needsMention(in.Kind):
		return ""
	case conv.Answered && in.Conversation.Kind == message.Thread:
		return ""
	}
	return "the bot was not mentioned (group_mode mention)"
}

// needsMention tells which kinds are talk among people unless the bot is addressed. A tapped button,
// a command or a form is the bot's own, and the rest only informs.
func needsMention(k message.Kind) bool {
	switch k {
	case message.KindPostback, message.KindCommand, message.KindForm:
		return false
	case message.KindEdit, message.KindReaction:
		return true
	}
	return k.FromUser()
}

func stripName(in *message.Inbound, name string) {
	rest, ok := strings.CutPrefix(in.Text, "@"+name)
	if !ok || name == "" {
		return
	}
	if rest == "" || strings.ContainsRune(" \t\n\u3000,:", []rune(rest)[0]) {
		in.Text, in.Mentioned = strings.TrimLeft(rest, " \t\n\u3000,:"), true
	}
}
