package console

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot"
	"dari/bot/message"
	"dari/store"
)

// fails queues a message to each of the channels and waits until all are tried. "missing" is no channel, and
// the adapter of "works" breaks.
func (b *bench) fails(channels ...string) {
	b.t.Helper()
	ctx := context.Background()
	sub := b.runtime.Feed().Watch(func(e bot.FeedEntry) bool { return e.Type == "delivery" })
	defer b.runtime.Feed().Leave(sub)
	for _, channel := range channels {
		_, _, err := b.store.Enqueue(ctx, "", []store.Delivery{{
			BotID: "demo", ChannelID: channel, ConversationID: channel + ":c", Platform: message.Conversation{ID: "c", Kind: message.Direct},
			Messages: []message.Message{message.Text("words for " + channel)}, Key: newNonce(), CreatedAt: time.Now(),
		}})
		if err != nil {
			b.t.Fatal(err)
		}
	}
	for range channels {
		select {
		case <-sub.C:
		case <-time.After(20 * time.Second):
			b.t.Fatal("not tried")
		}
	}
}

func (b *bench) works() {
	b.t.Helper()
	if _, err := b.runtime.CreateChannel(context.Background(), "demo", bot.ChannelSpec{ID: "works", Type: "naverworks", Name: "Works"}); err != nil {
		b.t.Fatal(err)
	}
}

func TestWhatDidNotArriveIsListedWithCauseAndRemedy(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	want(t, w.get("/console/bots/demo/deliveries"), http.StatusOK, "Everything has been delivered.")
	b.works()
	b.fails("missing", "works")
	rec := w.get("/console/bots/demo/deliveries")
	for _, text := range []string{"words for missing", "the channel&#39;s settings are wrong", "Mend the channel&#39;s settings", "words for works", "It may or may not have arrived", "send again only if it is missing"} {
		want(t, rec, http.StatusOK, text)
	}
	rec = w.get("/console/bots/demo/deliveries?status=uncertain")
	want(t, rec, http.StatusOK, "words for works")
	lacks(t, rec.Body.String(), "words for missing")
	want(t, w.get("/console/bots/demo/deliveries?status=delivered"), http.StatusOK, "There are none in this state.")
	lacks(t, b.person("jun", "viewer").get("/console/bots/demo/deliveries").Body.String(), "Send again")
}

func TestDeliveriesAreSentAgainOneByOneAndAllAtOnce(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	b.works()
	b.fails("missing", "works")
	page, err := b.store.Deliveries(context.Background(), store.Query{State: "failed"})
	if err != nil || len(page.Items) != 1 {
		t.Fatal(len(page.Items), err)
	}
	path := "/console/deliveries/" + page.Items[0].ID + "/resend"
	want(t, b.person("jun", "viewer").post(path), http.StatusForbidden, "403 role")
	rec := w.post(path)
	if want(t, rec, http.StatusSeeOther, ""); !strings.HasSuffix(rec.Header().Get("Location"), "deliveries?done=resent") {
		t.Errorf("sent to %s", rec.Header().Get("Location"))
	}
	want(t, w.get(rec.Header().Get("Location")), http.StatusOK, "Queued to be sent again.")
	rec = w.post("/console/bots/demo/deliveries/resend", "status", "uncertain", "span", "24h", "sure", "1")
	want(t, rec, http.StatusSeeOther, "")
	want(t, w.get(rec.Header().Get("Location")), http.StatusOK, "Sending again")
	want(t, w.post("/console/bots/demo/deliveries/resend", "status", "delivered", "span", "24h", "sure", "1"), http.StatusBadRequest, "")
	want(t, w.post("/console/deliveries/none/resend"), http.StatusNotFound, "404 gone")
	if b.did("delivery.resend") != 1 || b.did("delivery.resend_all") != 1 {
		t.Error("not noted")
	}
}

func TestABroadcastIsShownAndCancelled(t *testing.T) {
	b := newBench(t)
	b.chat(nil)
	w := b.admin()
	ctx := context.Background()
	e := b.told(mine, "1", "hi")
	ch, err := b.runtime.Channel(ctx, "demo-chat")
	if err != nil {
		t.Fatal(err)
	}
	bc, _, err := b.runtime.Broadcast(ctx, ch, bot.BroadcastRequest{Name: "Notice of <June>", To: []bot.Recipient{{Conversation: e.ConversationID}}, Messages: []message.Message{message.Text("closed on Monday")}})
	if err != nil {
		t.Fatal(err)
	}
	want(t, w.get("/console/bots/demo/deliveries"), http.StatusOK, "Notice of &lt;June&gt;")
	want(t, w.get("/console/bots/demo/deliveries"), http.StatusOK, "Recipients 1 ·")
	want(t, w.post("/console/broadcasts/"+bc.ID+"/cancel"), http.StatusSeeOther, "")
	if bc, err = b.store.Broadcasts().Get(ctx, bc.ID); err != nil || bc.CancelledAt.IsZero() || b.did("broadcast.cancel") != 1 {
		t.Errorf("%+v, %v", bc, err)
	}
}
