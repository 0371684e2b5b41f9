package bot

import (
	"context"
	"errors"
	"testing"

	"dari/bot/settings"
	"dari/store"
)

func TestADraftIsKeptUntilItIsComplete(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		v, err := h.rt.CreateChannel(ctx, "bot", ChannelSpec{ID: "half", Type: "scripted", Name: "Half", Draft: true})
		if err != nil || v.Status != "draft" || v.Enabled {
			t.Fatalf("%+v, %v", v, err)
		}
		if _, err := h.rt.Channel(ctx, "half"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("a draft takes callbacks: %v", err)
		}
		var ie *InputError
		if _, err := h.rt.EnableChannel(ctx, "half", true); !errors.As(err, &ie) || ie.Field != "draft" {
			t.Errorf("a draft was switched on: %v", err)
		}
		no, yes := false, true
		if _, err := h.rt.PatchChannel(ctx, "half", ChannelPatch{Draft: &no}); !errors.As(err, &ie) || ie.Field != "settings.secret" {
			t.Errorf("an incomplete channel was finished: %v", err)
		}
		v, err = h.rt.PatchChannel(ctx, "half", ChannelPatch{Settings: settings.Values{"secret": "very-secret-value-1234"}})
		if err != nil || v.Status != "draft" || v.Settings.Text("secret") != "••••1234" {
			t.Errorf("%+v, %v", v, err)
		}
		v, err = h.rt.PatchChannel(ctx, "half", ChannelPatch{Draft: &no})
		if err != nil || v.Status != "new" || !v.Enabled {
			t.Errorf("%+v, %v", v, err)
		}
		if _, err := h.rt.PatchChannel(ctx, "half", ChannelPatch{Draft: &yes}); !errors.As(err, &ie) || ie.Field != "draft" {
			t.Errorf("a finished channel became a draft: %v", err)
		}
		h.say("half", said{Conv: "c1", Key: "1", Text: "hi"})
		h.settle()
		if got := h.channel.texts(); len(got) != 1 {
			t.Errorf("sent %q", got)
		}
	})
}
