package bot

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/dialog"
	"dari/store"
)

// later has the engine promise an answer, and returns the address to bring it to.
func later(h *house) string {
	h.t.Helper()
	h.engine.turn = func(context.Context, dialog.Turn) (dialog.Result, error) { return dialog.Result{Later: true}, nil }
	h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
	h.settle()
	token, ok := strings.CutPrefix(h.engine.turns[0].ReplyTo, "https://dari.example"+RepliesPath)
	if !ok {
		h.t.Fatalf("reply to %q", h.engine.turns[0].ReplyTo)
	}
	return token
}

func (h *house) bring(token string, late dialog.LateReply) error {
	body, _ := json.Marshal(late)
	return h.rt.AcceptLate(context.Background(), token, http.Header{"Right": {"yes"}}, body)
}

func TestALateReplyIsDeliveredOnceAndKept(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		token := later(h)
		if got := h.channel.texts(); len(got) != 0 {
			t.Fatalf("sent %q", got)
		}
		late := dialog.LateReply{ID: "m1", TurnID: h.engine.turns[0].ID, Seq: 1, Result: reply("늦었습니다")}
		late.Result.State = &dialog.State{Token: "after"}
		for range 2 {
			if err := h.bring(token, late); err != nil {
				t.Fatal(err)
			}
			h.settle()
		}
		if got := h.channel.texts(); !slices.Equal(got, []string{"늦었습니다"}) {
			t.Errorf("sent %q", got)
		}
		if sent := h.channel.sent[0]; sent.Address != nil || sent.Conversation.ID != "c1" {
			t.Errorf("%+v", sent)
		}
		if conv, err := h.store.Conversation(context.Background(), "ch:c1"); err != nil || conv.State != "after" {
			t.Errorf("%+v, %v", conv, err)
		}
		if l, _ := h.store.Ledger(context.Background()); l.Accepted != 2 || l.Handled != 2 {
			t.Errorf("%+v", l)
		}
	})
}

func TestLateRepliesComeInTheirOrder(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		token := later(h)
		part := func(seq int, text string) {
			if err := h.bring(token, dialog.LateReply{ID: text, TurnID: h.engine.turns[0].ID, Seq: seq, Result: reply(text)}); err != nil {
				t.Error(err)
			}
		}
		go part(2, "two")
		h.settle()
		time.Sleep(time.Second)
		part(1, "one")
		h.settle()
		part(4, "four") // three never comes: it is waited for two seconds
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"one", "two", "four"}) {
			t.Errorf("sent %q", got)
		}
	})
}

func TestALateReplyThatIsWrongChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		token := later(h)
		good := dialog.LateReply{ID: "m1", TurnID: h.engine.turns[0].ID, Seq: 1, Result: reply("x")}
		if err := h.bring(token[:len(token)-2]+"AA", good); !errors.Is(err, ErrUnknownTurn) {
			t.Errorf("a changed address: %v", err)
		}
		if err := h.rt.AcceptLate(context.Background(), token, nil, []byte(`{}`)); err == nil || dialog.AsError(err).Code != "signature" {
			t.Errorf("no signature: %v", err)
		}
		other := good
		other.TurnID = "turn_other"
		if err := h.bring(token, other); err == nil || dialog.AsError(err).Code != "bad_answer" {
			t.Errorf("another turn: %v", err)
		}
		time.Sleep(lateLife + time.Minute)
		if err := h.bring(token, good); !errors.Is(err, ErrTooLate) {
			t.Errorf("too late: %v", err)
		}
		h.settle()
		if l, _ := h.store.Ledger(context.Background()); l.Accepted != 1 || len(h.channel.texts()) != 0 {
			t.Errorf("%+v, sent %q", l, h.channel.texts())
		}
	})
}

func TestWhatAnEngineKeepsAboutAPersonReachesAllTheirConversations(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			r := reply("before: " + turn.User.Token)
			r.User = &dialog.State{Token: "likes tea"}
			return r, nil
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		h.say("ch", said{Conv: "c2", Key: "2", Text: "hi"})
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"before: ", "before: likes tea"}) {
			t.Errorf("sent %q", got)
		}
		if p, err := h.store.People().Get(context.Background(), "ch:u1"); err != nil || p != (store.Person{State: "likes tea"}) {
			t.Errorf("%+v, %v", p, err)
		}
	})
}
