package bot

import (
	"context"
	"strings"
	"time"

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

// firstWords is how long ago the bot's own first message can be to be why a person is said to have come.
const firstWords = 10 * time.Minute

// wroteFirst says why a person who is said to have come is not greeted: NAVER WORKS sends begin for the bot's own
// first message, too, and a greeting behind that was asked for by nobody.
// https://developers.worksmobile.com/kr/docs/bot-callback-begin
func (r *Runtime) wroteFirst(ctx context.Context, l *liveTurn) (string, error) {
	page, err := r.store.Deliveries(ctx, store.Query{ConversationID: l.event.ConversationID, Limit: 1})
	if err != nil || len(page.Items) == 0 {
		return "", err
	}
	if d := page.Items[0]; d.EventID == "" && l.event.ReceivedAt.Sub(d.CreatedAt) < firstWords {
		return "already greeted by what the bot was told to send", nil
	}
	return "", nil
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
