package bot

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

func (h *house) send(req SendRequest) ([]store.Delivery, error) {
	h.t.Helper()
	ch, err := h.rt.Channel(context.Background(), "ch")
	if err != nil {
		h.t.Fatal(err)
	}
	return h.rt.Send(context.Background(), ch, req)
}

func TestSomethingCanBeSaidToAPersonAndToAConversation(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		if _, err := h.send(SendRequest{User: "u9", Messages: []message.Message{message.Text("to a person")}}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.send(SendRequest{Conversation: "ch:c1", Messages: []message.Message{message.Text("to a room")}}); err != nil {
			t.Fatal(err)
		}
		h.settle()
		var got []string
		for _, o := range h.channel.sent[1:] {
			got = append(got, o.Conversation.ID+" "+o.Messages[0].Text)
		}
		slices.Sort(got)
		if !slices.Equal(got, []string{"c1 to a room", "direct-u9 to a person"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestAPersonWhoHasWrittenIsWrittenToWhereTheyWrote(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi", Reference: `{"service":"eu"}`})
		h.say("ch", said{Conv: "room", Key: "2", Text: "hi", Group: true, Mentioned: true, Reference: `{"service":"us"}`})
		h.settle()
		before := len(h.channel.sent)
		for _, user := range []string{"u1", "stable-u1", "u2"} {
			if _, err := h.send(SendRequest{User: user, Messages: []message.Message{message.Text("to " + user)}}); err != nil {
				t.Fatal(err)
			}
			h.settle()
		}
		var got []string
		for _, o := range h.channel.sent[before:] {
			got = append(got, o.Conversation.ID+" "+string(o.Reference)+" "+o.Messages[0].Text)
		}
		if want := []string{`c1 {"service":"eu"} to u1`, `c1 {"service":"eu"} to stable-u1`, "direct-u2  to u2"}; !slices.Equal(got, want) {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestWhoWasWrittenToFirstIsNotGreetedForIt(t *testing.T) {
	for name, row := range map[string]struct {
		first bool
		wait  time.Duration
		want  int
	}{
		"a person who comes is greeted":                    {false, 0, 1},
		"what the bot's own message has caused is ignored": {true, time.Second, 0},
		"who comes much later is greeted":                  {true, time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				if row.first {
					if _, err := h.send(SendRequest{User: "u1", Messages: []message.Message{message.Text("notice")}}); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(row.wait)
				h.settle()
				before := len(h.channel.sent)
				h.say("ch", said{Conv: "u1", Key: "1", Kind: string(message.KindFollow), Text: "welcome"})
				h.settle()
				if got := len(h.channel.sent) - before; got != row.want {
					t.Errorf("%d greetings, want %d", got, row.want)
				}
			})
		})
	}
}

func TestASendRequestIsCarriedOutOncePerKey(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		var first string
		for range 3 {
			ds, err := h.send(SendRequest{User: "u1", Messages: []message.Message{message.Text("once")}, Key: "k"})
			if err != nil || len(ds) != 1 || first != "" && ds[0].ID != first {
				t.Fatalf("%+v, %v", ds, err)
			}
			first = ds[0].ID
			h.settle()
		}
		if got := h.channel.texts(); len(got) != 1 {
			t.Errorf("sent %q", got)
		}
	})
}

func TestMistakesInASendRequestAreNamed(t *testing.T) {
	hello := []message.Message{message.Text("hello")}
	bubble(t, func(t *testing.T, h *house) {
		for field, req := range map[string]SendRequest{
			"to":              {Messages: hello},
			"to.conversation": {Conversation: "ch:nobody", Messages: hello},
			"messages":        {User: "u1"},
			"messages[1]":     {User: "u1", Messages: []message.Message{hello[0], {Type: "hologram"}}},
			"idempotency_key": {User: "u1", Messages: hello, Key: string(make([]byte, 201))},
		} {
			_, err := h.send(req)
			var ie *InputError
			if !errors.As(err, &ie) || ie.Field != field {
				t.Errorf("%s: got %v", field, err)
			}
		}
		if _, err := h.send(SendRequest{User: "u1", Conversation: "ch:c1", Messages: hello}); err == nil {
			t.Error("two recipients were taken")
		}
	})
}

func TestAPersonWhoCannotBeOpenedIsExplained(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.channel.openErr = channels.Failf(channels.Rejected, "user_not_found", "there is no such person")
		if _, err := h.send(SendRequest{User: "nobody", Messages: []message.Message{message.Text("x")}}); err != nil {
			t.Fatal(err)
		}
		h.settle()
		if d := h.deliveries()[0]; d.Result.Status != store.Undelivered || d.Result.ErrorCode != "user_not_found" {
			t.Errorf("%+v", d.Result)
		}
	})
}
