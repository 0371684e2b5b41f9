package bot

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/channels"
	"dari/dialog"
	"dari/store"
)

// withRoom gives the bot a room from which people answer: the conversation "room" of its channel.
func withRoom(h *house) {
	h.t.Helper()
	h.channel.setLimits(func(l *channels.Limits) { l.TextMax = 200 })
	h.rt.forget("bot", "ch")
	h.say("ch", said{Conv: "room", Group: true, Mentioned: true, Key: "room", Text: "hello"})
	h.settle()
	if _, err := h.rt.PatchBot(context.Background(), "bot", BotPatch{Handoff: &store.HandoffRoom{Conversation: "ch:room"}}); err != nil {
		h.t.Fatal(err)
	}
	h.channel.sent = nil
}

func TestPeopleTakeOverAnswerFromTheirRoomAndGiveBack(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		withRoom(h)
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			r := reply("bot: " + turn.Inbound.Text)
			if turn.Inbound.Text == "human" {
				r.Handoff = &dialog.Handoff{Queue: "sales", Note: "wants a person"}
			}
			return r, nil
		}
		user := func(key, text string) {
			h.say("ch", said{Conv: "c1", Key: key, Text: text})
			h.settle()
		}
		room := func(key, text string) {
			h.say("ch", said{Conv: "room", Group: true, Key: key, Text: text})
			h.settle()
		}
		user("1", "human")
		open, err := h.rt.Handoffs(context.Background())
		if err != nil || len(open) != 1 || open[0].Queue != "sales" {
			t.Fatalf("%+v, %v", open, err)
		}
		code := "#" + open[0].Code
		user("2", "are you there?")
		room("3", code+" yes, I am")
		room("4", "#XXXX hello")
		room("5", "talk among people")
		room("6", code+" close")
		time.Sleep(2 * time.Second)
		user("7", "and now?")
		var toUser, toRoom []string
		for _, o := range h.channel.sent {
			if o.Conversation.ID == "c1" {
				toUser = append(toUser, o.Messages[0].Text)
			} else {
				toRoom = append(toRoom, o.Messages[0].Text)
			}
		}
		if !slices.Equal(toUser, []string{"bot: human", "yes, I am", "bot: and now?"}) {
			t.Errorf("to the person: %q", toUser)
		}
		if len(toRoom) != 3 || !strings.Contains(toRoom[0], "wants a person") || toRoom[1] != code+" u1: are you there?" || toRoom[2] != "#XXXX ?" {
			t.Errorf("to the room: %q", toRoom)
		}
	})
}

func TestTheBotIsBackWhenTheTimeOfPeopleIsOver(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		h.say("ch", said{Conv: "c1", Key: "1", Text: "a"})
		h.settle()
		first, err := h.rt.TakeOver(ctx, "ch:c1", dialog.Handoff{For: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := h.rt.TakeOver(ctx, "ch:c1", dialog.Handoff{}); err != nil || again.Code != first.Code {
			t.Errorf("%+v, %v", again, err)
		}
		h.say("ch", said{Conv: "c1", Key: "2", Text: "b"})
		h.settle()
		time.Sleep(time.Hour)
		h.say("ch", said{Conv: "c1", Key: "3", Text: "c"})
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"a", "c"}) {
			t.Errorf("got %q", got)
		}
		if again, err := h.rt.TakeOver(ctx, "ch:c1", dialog.Handoff{}); err != nil || again.Code == first.Code {
			t.Errorf("%+v, %v", again, err)
		}
		if err := h.rt.HandBack(ctx, "ch:c1"); err != nil {
			t.Error(err)
		}
		if err := h.rt.HandBack(ctx, "ch:c1"); err != nil {
			t.Error(err)
		}
		if _, err := h.rt.TakeOver(ctx, "ch:nobody", dialog.Handoff{}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%v", err)
		}
	})
}
