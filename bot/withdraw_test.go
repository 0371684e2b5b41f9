package bot

import (
	"testing"

	"dari/bot/message"
	"dari/store"
)

func TestAMessageThatIsWithdrawnIsForgotten(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		for _, s := range []said{{Conv: "u1", Key: "m1", Text: "secret"}, {Conv: "u1", Key: "m2", Text: "kept"}, {Conv: "u2", Key: "m3", Text: "another's"}} {
			h.say("ch", s)
		}
		h.settle()
		h.say("ch", said{Conv: "u1", Key: "d1", Kind: string(message.KindDelete), About: "m1"})
		h.settle()
		page, err := h.store.Events(t.Context(), store.Query{})
		if err != nil {
			t.Error(err)
		}
		for _, e := range page.Items {
			gone := len(e.Raw) == 0 && len(e.Trace) == 0 && e.Reason == withdrawn
			if want := e.Keys[0] == "m1"; gone != want {
				t.Errorf("%s: %q, %s, %q", e.Keys[0], e.Raw, e.Trace, e.Reason)
			}
			if in, err := h.rt.Normalise(t.Context(), e); err != nil || e.Keys[0] == "m1" && (in.Text != "" || in.Kind != message.KindText) {
				t.Errorf("%+v, %v", in, err)
			}
		}
	})
}
