package bot

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/dialog"
	"dari/store"
)

const otherToken = "other-token-123"

// withOther gives the bot a second engine, named "other".
func withOther(h *house, patch BotPatch) *scriptedEngine {
	h.t.Helper()
	typ := "scripted"
	patch.Engines = map[string]*EnginePatch{"other": {Type: &typ, Settings: settings.Values{"token": otherToken}}}
	if _, err := h.rt.PatchBot(context.Background(), "bot", patch); err != nil {
		h.t.Fatal(err)
	}
	other := h.engine.others[otherToken]
	other.turn = func(_ context.Context, t dialog.Turn) (dialog.Result, error) {
		r := reply("other " + t.Inbound.Text + t.State.Token)
		r.State = &dialog.State{Token: t.State.Token + "!"}
		r.End, r.Done = t.Inbound.Text == "bye", t.Inbound.Text == "done"
		return r, nil
	}
	return other
}

func TestTurnsGoToTheEngineWhoseRulesTheyFit(t *testing.T) {
	for _, row := range []struct {
		name  string
		route store.Route
		said  said
		other bool
	}{
		{"a channel", store.Route{Channels: []string{"ch"}}, said{Text: "a"}, true},
		{"a type of channel", store.Route{Channels: []string{"scripted"}}, said{Text: "a"}, true},
		{"another channel", store.Route{Channels: []string{"elsewhere"}}, said{Text: "a"}, false},
		{"a language", store.Route{Locales: []string{"ja"}}, said{Text: "a", Locale: "ja-JP"}, true},
		{"another language", store.Route{Locales: []string{"ja"}}, said{Text: "a", Locale: "ko"}, false},
		{"a keyword", store.Route{Keywords: []string{"사람", "HUMAN"}}, said{Text: "a human please"}, true},
		{"no keyword", store.Route{Keywords: []string{"사람"}}, said{Text: "a"}, false},
		{"an intent", store.Route{Intents: []string{"refund"}}, said{Text: "refund it"}, true},
		{"an intent that is not sure", store.Route{Intents: []string{"unsure"}}, said{Text: "unsure it"}, false},
		{"all rules at once", store.Route{Channels: []string{"ch"}, Keywords: []string{"x"}}, said{Text: "a"}, false},
		{"a share of nearly all", store.Route{Share: 0.9999999}, said{Text: "a"}, true},
		{"a share of nearly none", store.Route{Share: 0.0000001}, said{Text: "a"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				row.route.Engine = "other"
				withOther(h, BotPatch{Routes: &[]store.Route{row.route}})
				row.said.Conv, row.said.Key = "c1", "1"
				h.say("ch", row.said)
				h.settle()
				want := row.said.Text
				if row.other {
					want = "other " + want
				}
				if got := strings.Join(h.channel.texts(), " "); got != want {
					t.Errorf("got %q, want %q", got, want)
				}
			})
		})
	}
}

func TestEveryEngineHasAStateOfItsOwnAndMayKeepTheConversation(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		withOther(h, BotPatch{Routes: &[]store.Route{{Engine: "other", Keywords: []string{"go"}, Stay: true}}})
		h.engine.turn = func(_ context.Context, t dialog.Turn) (dialog.Result, error) {
			r := reply("main" + t.State.Token)
			r.State = &dialog.State{Token: t.State.Token + "."}
			return r, nil
		}
		for i, text := range []string{"a", "go", "b", "bye", "c", "go", "done", "d", "go"} {
			h.say("ch", said{Conv: "c1", Key: fmt.Sprint(i), Text: text})
			h.settle()
		}
		if got := h.channel.texts(); !slices.Equal(got, []string{"main", "other go", "other b!", "other bye!!", "main.", "other go", "other done!", "main..", "other go!!"}) {
			t.Errorf("got %q", got)
		}
	})
}

func TestTheOtherEngineAnswersWhenTheFirstFails(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		other := "other"
		withOther(h, BotPatch{Failover: &other})
		h.engine.turn = func(ctx context.Context, t dialog.Turn) (dialog.Result, error) {
			if t.Inbound.Text == "refused" {
				return dialog.Result{}, &dialog.Error{Code: "refused", UserMessage: "no"}
			}
			<-ctx.Done()
			return dialog.Result{}, ctx.Err()
		}
		start := time.Now()
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		time.Sleep(15 * time.Second)
		h.settle()
		if got := h.channel.texts(); !slices.Equal(got, []string{"other hi"}) {
			t.Errorf("after %v: %q", time.Since(start), got)
		}
		if e := h.only(store.Query{}); e.State != store.Handled || !strings.Contains(string(e.Trace), "failed_over") {
			t.Errorf("%s %s", e.State, e.Trace)
		}
		// What the engine refuses is its answer; nobody else is asked.
		h.say("ch", said{Conv: "c1", Key: "2", Text: "refused"})
		h.settle()
		if got := h.channel.texts(); got[len(got)-1] != "no" {
			t.Errorf("%q", got)
		}
	})
}

func TestAnEngineThatKeepsFailingIsLeftAloneForAWhile(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		down := true
		h.engine.turn = func(_ context.Context, t dialog.Turn) (dialog.Result, error) {
			if down {
				return dialog.Result{}, &dialog.Error{Code: "unreachable"}
			}
			return reply("back"), nil
		}
		for i := range 20 {
			h.say("ch", said{Conv: fmt.Sprint("c", i), Key: fmt.Sprint(i), Text: "hi"})
			h.settle()
		}
		if got := len(h.engine.turns); got != breakerTurns {
			t.Errorf("asked %d times", got)
		}
		page, err := h.store.Events(context.Background(), store.Query{Limit: 1})
		if err != nil || !strings.Contains(page.Items[0].Reason, "breaker_open") {
			t.Errorf("%+v, %v", page.Items, err)
		}
		down = false
		time.Sleep(breakerPause + time.Second)
		h.say("ch", said{Conv: "c1", Key: "back", Text: "hi"})
		h.settle()
		if got := h.channel.texts(); got[len(got)-1] != "back" {
			t.Errorf("%q", got[len(got)-1])
		}
	})
}

func TestAnEngineMayAskAnotherButNotForEver(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		other := withOther(h, BotPatch{})
		h.engine.turn = func(ctx context.Context, turn dialog.Turn) (dialog.Result, error) {
			return h.engine.deps.Ask(ctx, "other", turn, nil)
		}
		h.say("ch", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		other.turn = func(ctx context.Context, turn dialog.Turn) (dialog.Result, error) {
			return h.engine.deps.Ask(ctx, "other", turn, nil)
		}
		h.say("ch", said{Conv: "c1", Key: "2", Text: "round"})
		h.settle()
		page, err := h.store.Events(context.Background(), store.Query{})
		if err != nil || page.Items[1].State != store.Handled || !strings.Contains(page.Items[0].Reason, "loop") {
			t.Errorf("%+v, %v", page.Items, err)
		}
		if _, err := h.engine.deps.Ask(context.Background(), "nobody", dialog.Turn{}, nil); err == nil || dialog.AsError(err).Code != "unknown_engine" {
			t.Errorf("%v", err)
		}
	})
}

func TestMistakesInRoutesAreNamed(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		typ, nobody := "hologram", "nobody"
		for field, p := range map[string]BotPatch{
			"routes[0].engine":     {Routes: &[]store.Route{{Engine: "nobody"}}},
			"routes[0].share":      {Routes: &[]store.Route{{Share: 2}}},
			"failover":             {Failover: &nobody},
			"engines.x.type":       {Engines: map[string]*EnginePatch{"x": {Type: &typ}}},
			"engines.A B":          {Engines: map[string]*EnginePatch{"A B": {}}},
			"handoff.conversation": {Handoff: &store.HandoffRoom{Conversation: "x"}},
		} {
			_, err := h.rt.PatchBot(context.Background(), "bot", p)
			var ie *InputError
			if !errors.As(err, &ie) || ie.Field != field {
				t.Errorf("%s: got %v", field, err)
			}
		}
	})
}
