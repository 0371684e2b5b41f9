// Package echo is the engine for trials: it says back what came in.
package echo

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/dialog"
)

// Type is the echo engine. It has no settings.
type Type struct{}

// Name implements dialog.Type.
func (Type) Name() string { return "echo" }

// Fields implements dialog.Type.
func (Type) Fields() []settings.Field { return nil }

// New implements dialog.Type.
func (Type) New(settings.Values, dialog.Deps) (dialog.Engine, error) { return engine{}, nil }

type engine struct{}

// Turn implements dialog.Engine. It keeps no state and fails only when ctx has ended.
func (engine) Turn(ctx context.Context, t dialog.Turn, _ dialog.Emit) (dialog.Result, error) {
	if err := ctx.Err(); err != nil {
		code := "cancelled"
		if errors.Is(err, context.DeadlineExceeded) {
			code = "timeout"
		}
		return dialog.Result{}, &dialog.Error{Code: code, Err: err}
	}
	text := answer(t.Inbound, wordsFor(t))
	if text == "" {
		return dialog.Result{}, nil
	}
	return dialog.Result{Reply: message.Reply{Messages: []message.Message{message.Text(text)}}}, nil
}

// answer is what to say to in; "" when nobody spoke to the bot.
func answer(in message.Inbound, w words) string {
	if in.Kind != message.KindFollow && !in.Kind.FromUser() {
		return ""
	}
	if said := said(in, w); strings.TrimSpace(said) != "" {
		return said
	}
	return w.greeting // a mention with no words, or a chat just opened
}

func said(in message.Inbound, w words) string {
	switch {
	case in.Kind == message.KindText:
		return in.Text
	case in.Postback != nil && in.Kind == message.KindPostback:
		return first(in.Postback.Data, in.Postback.Label)
	case in.Command != nil && in.Kind == message.KindCommand:
		return in.Command.Name + " " + in.Command.Args
	case in.Form != nil && in.Kind == message.KindForm:
		return form(*in.Form, w)
	case in.Location != nil && in.Kind == message.KindLocation:
		l := in.Location
		return named(w.kinds[in.Kind], first(l.Title, l.Address), fmt.Sprintf("(%.5f, %.5f)", l.Lat, l.Lng))
	case in.Sticker != nil && in.Kind == message.KindSticker:
		return named(w.kinds[in.Kind], first(in.Sticker.Text, in.Sticker.ID))
	case len(in.Attachments) > 0:
		return attachments(in, w)
	}
	return w.kinds[in.Kind]
}

func attachments(in message.Inbound, w words) string {
	var lines []string
	for _, a := range in.Attachments {
		word := first(w.kinds[a.Kind], w.kinds[message.KindFile])
		lines = append(lines, named(word, a.Name))
	}
	if in.Text != "" {
		lines = append(lines, in.Text)
	}
	return strings.Join(lines, "\n")
}

func form(f message.Form, w words) string {
	lines := []string{named(w.kinds[message.KindForm], f.Data)}
	for _, key := range slices.Sorted(maps.Keys(f.Values)) {
		lines = append(lines, key+": "+f.Values[key])
	}
	return strings.Join(lines, "\n")
}

// named joins a kind's word and what is known of the thing: "Photo: cat.jpg".
func named(word string, details ...string) string {
	detail := strings.TrimSpace(strings.Join(details, " "))
	if detail == "" {
		return word
	}
	return word + ": " + detail
}

func first(texts ...string) string {
	for _, s := range texts {
		if s != "" {
			return s
		}
	}
	return ""
}
