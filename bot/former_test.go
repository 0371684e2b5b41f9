package bot

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

const firstSecret = "very-secret-value-1234" // of the house

// proves tells whether a callback that is signed with the secret is taken now.
func (h *house) proves(secret string) error {
	h.t.Helper()
	ch, err := h.rt.Channel(context.Background(), "ch")
	if err != nil {
		h.t.Fatal(err)
	}
	return ch.Verify(context.Background(), &channels.Request{Header: http.Header{"Secret": {secret}}, ReceivedAt: time.Now()})
}

func (h *house) replace(secret string) {
	h.t.Helper()
	if _, err := h.rt.PatchChannel(context.Background(), "ch", ChannelPatch{Settings: settings.Values{"secret": secret}, Overlap: true}); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) checked(ok bool) {
	h.t.Helper()
	if _, err := h.store.Channels().Update(context.Background(), "ch", func(rec *store.Channel) error {
		rec.CheckedAt, rec.CheckOK = time.Now(), ok
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	h.rt.forget("", "ch")
}

func TestAReplacedSecretIsTakenForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.replace("second")
		for _, s := range []string{firstSecret, "second"} {
			if err := h.proves(s); err != nil {
				t.Errorf("%s, just after the change: %v", s, err)
			}
		}
		if err := h.proves("third"); err == nil || !strings.Contains(err.Error(), "not second") {
			t.Errorf("a strange secret: %v", err)
		}
		time.Sleep(formerTaken)
		if err := h.proves(firstSecret); err == nil {
			t.Error("the former secret is taken after an hour")
		}
		h.rt.forget("", "ch")
		if err := h.proves(firstSecret); err == nil {
			t.Error("the former secret is taken after an hour and a start")
		}
	})
}

func TestAFormerSecretThatOthersKnowIsForgottenAtOnce(t *testing.T) {
	h := newHouse(t)
	h.replace("second")
	if v, err := h.rt.ForgetFormer(t.Context(), "ch"); err != nil || !v.ReplacedAt.IsZero() {
		t.Errorf("%v, %v", v.ReplacedAt, err)
	}
	if err := h.proves(firstSecret); err == nil {
		t.Error("it is still taken")
	}
	if _, err := h.rt.PutFormerBack(t.Context(), "ch"); !errors.Is(err, ErrNoFormer) {
		t.Errorf("it can still be put back: %v", err)
	}
}

func TestWithoutAnOverlapAReplacedSecretIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	if _, err := h.rt.PatchChannel(t.Context(), "ch", ChannelPatch{Settings: settings.Values{"secret": "second"}}); err != nil {
		t.Fatal(err)
	}
	if err := h.proves(firstSecret); err == nil {
		t.Error("it is still taken")
	}
	if _, err := h.rt.PutFormerBack(t.Context(), "ch"); err != nil {
		t.Error(err)
	}
	h.replace("third")
	if _, err := h.rt.PatchChannel(t.Context(), "ch", ChannelPatch{Settings: settings.Values{"secret": "fourth"}}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{firstSecret, "third"} {
		if err := h.proves(s); err == nil {
			t.Errorf("%s is taken after a change without an overlap", s)
		}
	}
}

func TestFormerSettingsCanBePutBackForADay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		ctx := context.Background()
		if _, err := h.rt.PutFormerBack(ctx, "ch"); !errors.Is(err, ErrNoFormer) {
			t.Errorf("nothing was changed: %v", err)
		}
		name := "Another name"
		if v, err := h.rt.PatchChannel(ctx, "ch", ChannelPatch{Name: &name, Settings: settings.Values{"api": "https://api.example"}}); err != nil || !v.ReplacedAt.IsZero() {
			t.Errorf("without a change of secrets: %v, %v", v.ReplacedAt, err)
		}
		h.checked(true)
		h.replace("second")
		time.Sleep(formerKept - time.Second)
		v, err := h.rt.PutFormerBack(ctx, "ch")
		if err != nil || v.Settings.Text("api") != "https://api.example" || v.ReplacedAt.IsZero() {
			t.Fatalf("%+v, %v", v, err)
		}
		if err := h.proves(firstSecret); err != nil {
			t.Error(err)
		}
		if _, err := h.rt.PutFormerBack(ctx, "ch"); err != nil { // and back again
			t.Fatal(err)
		}
		if err := h.proves("second"); err != nil {
			t.Error(err)
		}
		time.Sleep(formerKept)
		if _, err := h.rt.PutFormerBack(ctx, "ch"); !errors.Is(err, ErrNoFormer) {
			t.Errorf("after a day: %v", err)
		}
		if err := h.rt.dropFormer(ctx); err != nil {
			t.Fatal(err)
		}
		if rec, err := h.store.Channels().Get(ctx, "ch"); err != nil || rec.Former != nil {
			t.Errorf("it is still stored: %+v, %v", rec.Former, err)
		}
	})
}

func TestAWrongSecretDoesNotPushTheGoodOneOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t)
		h.replace("wrong")
		h.checked(false)
		h.replace("wrong again")
		if err := h.proves(firstSecret); err != nil {
			t.Errorf("the good one: %v", err)
		}
		if err := h.proves("wrong"); err == nil {
			t.Error("one that was never found to work is taken")
		}
		h.checked(true)
		h.replace("third")
		if err := h.proves("wrong again"); err != nil {
			t.Errorf("one that passed its test: %v", err)
		}
	})
}
