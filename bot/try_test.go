package bot

import (
	"context"
	"errors"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/dialog"
	"dari/store"
)

func TestABotIsTriedWithoutAStoreAndAPlatform(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			if turn.ReplyTo != "" || turn.Channel.Type != "scripted" {
				t.Errorf("asked %+v", turn)
			}
			return dialog.Result{
				Reply: message.Reply{Messages: []message.Message{message.Text(turn.State.Token + "→" + turn.Inbound.Text)}},
				State: &dialog.State{Token: turn.Inbound.Text},
			}, nil
		}
		ctx := context.Background()
		said := func(text string, kind message.ConversationKind, mentioned bool) message.Inbound {
			return message.Inbound{Kind: message.KindText, Text: text, Mentioned: mentioned, Conversation: message.Conversation{ID: "t", Kind: kind}, Sender: message.User{ID: "u"}}
		}
		d, conv, err := h.rt.Try(ctx, "bot", "scripted", said("one", message.Direct, false), store.Conversation{})
		if err != nil || d.Said.Messages[0].Text != "→one" || d.NextState != "one" || conv.State != "one" || !conv.Answered {
			t.Fatalf("%+v, %+v, %v", d, conv, err)
		}
		d, conv, err = h.rt.Try(ctx, "bot", "scripted", said("two", message.Direct, false), conv)
		if err != nil || d.Said.Messages[0].Text != "one→two" || d.State != "one" || conv.State != "two" {
			t.Errorf("%+v, %+v, %v", d, conv, err)
		}
		if _, _, err := h.rt.Try(ctx, "bot", "fax", said("x", message.Direct, false), conv); !isInput(err) {
			t.Errorf("an unknown type: %v", err)
		}
		if _, _, err := h.rt.Try(ctx, "none", "scripted", said("x", message.Direct, false), conv); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("an unknown bot: %v", err)
		}
		if list, err := h.store.Conversations(ctx, store.Query{}); err != nil || len(list.Items) != 0 {
			t.Errorf("%d conversations are kept, %v", len(list.Items), err)
		}
		if l, err := h.store.Ledger(ctx); err != nil || l.Accepted != 0 {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

func isInput(err error) bool {
	var input *InputError
	return errors.As(err, &input)
}

func TestATrialFollowsTheRulesOfRooms(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.setLimits(func(l *channels.Limits) { l.MarksMentions = true })
		in := message.Inbound{Kind: message.KindText, Text: "x", Conversation: message.Conversation{ID: "t", Kind: message.Group}}
		d, conv, err := h.rt.Try(context.Background(), "bot", "scripted", in, store.Conversation{})
		if err != nil || d.Gate == "" || len(d.Said.Messages) != 0 || conv.Answered {
			t.Errorf("not mentioned: %+v, %v", d, err)
		}
		in.Mentioned = true
		if d, _, err = h.rt.Try(context.Background(), "bot", "scripted", in, store.Conversation{}); err != nil || d.Gate != "" {
			t.Errorf("mentioned: %+v, %v", d, err)
		}
	})
}
