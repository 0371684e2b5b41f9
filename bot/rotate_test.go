package bot

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

func TestAfterARotationEverythingOpensWithTheNewKeyAlone(t *testing.T) {
	h := newHouse(t) // not started: the test changes what its goroutines use
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "secret.key")
	sealer, err := store.LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	h.rt.sealer = sealer
	h.addChannel("second", nil)
	tok := tokens{h.store, sealer}
	if err := tok.Save(ctx, "t", channels.Token{Access: "abc"}); err != nil {
		t.Fatal(err)
	}
	// One that was sealed with a key that is gone stops the rotation before anything is given up.
	var out bytes.Buffer
	if err := h.rt.RotateKey(ctx, path, &out); err == nil || !strings.Contains(err.Error(), "channels: ch:") {
		t.Fatalf("%v", err)
	}
	if _, err := h.rt.store.Channels().Update(ctx, "ch", func(c *store.Channel) error { c.Sealed = nil; return nil }); err != nil {
		t.Fatal(err)
	}
	if _, err := h.rt.PatchChannel(ctx, "second", ChannelPatch{Settings: settings.Values{"secret": "another"}}); err != nil {
		t.Fatal(err)
	}
	if err := h.rt.RotateKey(ctx, path, &out); err != nil || !strings.Contains(out.String(), "tokens: 1") {
		t.Fatalf("%v\n%s", err, out.String())
	}
	fresh, err := store.LoadSealer(path)
	if err != nil {
		t.Fatal(err)
	}
	h.rt.sealer = fresh
	h.rt.forget("bot", "second")
	if _, err := h.rt.Channel(ctx, "second"); err != nil {
		t.Error(err)
	}
	if _, err := h.rt.PutFormerBack(ctx, "second"); err != nil {
		t.Error(err)
	}
	h.rt.forget("bot", "second")
	if _, err := h.rt.Channel(ctx, "second"); err != nil {
		t.Errorf("with its former settings: %v", err)
	}
	if got, err := (tokens{h.store, fresh}).Load(ctx, "t"); err != nil || got.Access != "abc" {
		t.Errorf("%v, %v", got, err)
	}
}
