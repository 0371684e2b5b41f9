package foreign

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/remote"
)

// Wish is what an event asks of an engine that understands words alone.
type Wish int

// The wishes.
const (
	Nothing Wish = iota // it only informs
	Open                // somebody opens the chat, or calls the bot without saying anything
	Say                 // somebody says something
)

// Of tells what the event asks for.
func Of(in message.Inbound) Wish {
	switch {
	case in.Kind == message.KindFollow || in.Kind == message.KindJoin:
		return Open
	case in.Kind == message.KindText && strings.TrimSpace(in.Text) == "":
		return Open
	case in.Kind.FromUser():
		return Say
	}
	return Nothing
}

// Words says in words what a person did: a caption before the picture's address, the place's name before
// its position. It is an error of code "unsupported" when there are none, so that nobody meets silence.
func Words(in message.Inbound) (string, error) {
	if words := strings.TrimSpace(words(in)); words != "" {
		return words, nil
	}
	return "", remote.Failf("unsupported", "there are no words in this %s, and the engine understands nothing else", in.Kind)
}

func words(in message.Inbound) string {
	switch {
	case in.Text != "":
		return in.Text
	case in.Postback != nil:
		return cmp.Or(list(in.Postback.Params, " "), in.Postback.Data, in.Postback.Label)
	case in.Command != nil:
		return cmp.Or(in.Command.Args, strings.TrimPrefix(in.Command.Name, "/"))
	case in.Form != nil:
		return cmp.Or(list(in.Form.Values, "\n"), in.Form.Data)
	case in.Location != nil:
		l := in.Location
		return cmp.Or(strings.TrimSpace(l.Title+" "+l.Address), fmt.Sprintf("%.6f, %.6f", l.Lat, l.Lng))
	case in.Sticker != nil:
		return cmp.Or(in.Sticker.Text, strings.Join(in.Sticker.Keywords, " "))
	}
	var lines []string
	for _, a := range in.Attachments {
		lines = append(lines, cmp.Or(a.URL, a.Name))
	}
	return strings.Join(lines, "\n")
}

// list joins values in the order of their names.
func list(values map[string]string, between string) string {
	var out []string
	for _, key := range slices.Sorted(maps.Keys(values)) {
		out = append(out, values[key])
	}
	return strings.Join(out, between)
}

// Locale is the language to speak, as far as known: the person's, else the bot's.
func Locale(t dialog.Turn) string { return cmp.Or(t.Inbound.Locale, t.Bot.Locale) }

// Person is an id of the person for the engine, unique over all channels; for an event of nobody's that
// of the conversation.
func Person(t dialog.Turn) string {
	if t.Inbound.Sender.ID == "" {
		return t.ConversationID
	}
	return t.Channel.ID + ":" + t.Inbound.Sender.ID
}
