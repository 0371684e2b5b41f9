package bot

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/line"
	"dari/channels/naverworks"
	"dari/channels/slack"
	"dari/channels/teams"
	"dari/dialog"
	"dari/store"
)

func TestOneAnswerIsShownAsEachMessengerWouldGetIt(t *testing.T) {
	types, err := channels.NewRegistry(naverworks.Type{}, line.Type{}, slack.Type{}, teams.Type{})
	if err != nil {
		t.Fatal(err)
	}
	c := &Catalog{channels: types, log: slog.New(slog.DiscardHandler)}
	all, err := c.RenderEverywhere(context.Background(), message.Reply{Messages: []message.Message{
		message.Text("안녕 <b>"),
		{Type: message.TypeImage, URL: "https://files.example/a.png"},
		{Type: message.TypeButtons, Text: "고르세요", Actions: []message.Action{{Kind: message.ActionPostback, Label: "예", Data: "yes"}}},
		{Type: message.TypeSticker, Set: "446", ID: "1988", Alt: "좋아요"},
	}})
	if err != nil || len(all) != 4 {
		t.Fatal(len(all), err)
	}
	for i, path := range []string{"/messages", "/v2/bot/message/push", "/api/chat.postMessage", "/activities"} {
		r := all[i]
		if len(r.Errors) > 0 || len(r.Calls) == 0 {
			t.Errorf("%s: %d calls, %q", r.Type, len(r.Calls), r.Errors)
			continue
		}
		var all string
		for _, call := range r.Calls {
			all += string(call.JSON)
		}
		if call := r.Calls[0]; !strings.HasSuffix(call.URL, path) || !json.Valid(call.JSON) {
			t.Errorf("%s: %s %s", r.Type, call.URL, call.JSON)
		}
		if !strings.Contains(all, "안녕") || !strings.Contains(all, "yes") || strings.Contains(all, "Sample") {
			t.Errorf("%s: %s", r.Type, all)
		}
		if (r.Type == "slack" || r.Type == "teams") != slices.ContainsFunc(r.Notes, func(n string) bool { return strings.Contains(n, "sticker") }) {
			t.Errorf("%s: notes %q", r.Type, r.Notes)
		}
	}
}

func TestADryRunTellsWhatWouldHappenAndDoesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.engine.turn = func(_ context.Context, turn dialog.Turn) (dialog.Result, error) {
			r := reply("echo " + turn.Inbound.Text + " after " + turn.State.Token)
			r.State = &dialog.State{Token: turn.State.Token + "+"}
			return r, nil
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		e := h.only(store.Query{})
		before, _ := h.store.Ledger(context.Background())
		d, err := h.rt.Dry(context.Background(), e)
		if err != nil || d.Said.Messages[0].Text != "echo hi after +" || d.State != "+" || d.NextState != "++" || d.Inbound.Text != "hi" {
			t.Errorf("%+v, %v", d, err)
		}
		if len(d.Rendering.Messages) != 1 {
			t.Errorf("%+v", d.Rendering)
		}
		h.settle()
		if after, _ := h.store.Ledger(context.Background()); after != before || len(h.deliveries()) != 1 {
			t.Errorf("%+v, then %+v", before, after)
		}
		if conv, _ := h.store.Conversation(context.Background(), "ch:c1"); conv.State != "+" {
			t.Errorf("state %q", conv.State)
		}
	})
}

func TestADryRunSaysWhyTheBotWouldBeSilent(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.say("ch", said{Conv: "c1", Group: true, Key: "1", Text: "talk"})
		h.settle()
		d, err := h.rt.Dry(context.Background(), h.only(store.Query{}))
		if err != nil || !strings.Contains(d.Gate, "mentioned") || len(h.engine.turns) != 0 {
			t.Errorf("%+v, %v", d, err)
		}
	})
}
