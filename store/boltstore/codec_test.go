package boltstore

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"dari/store"
	"dari/store/driver"
)

func fullEvent() store.Event {
	return store.Event{
		ID: driver.ID(driver.Events, 7), BotID: "bot", ChannelID: "ch", ConversationID: "ch:대화", Keys: []string{"k1", "k2"},
		Kind: "text", Name: "message.text", State: store.Rejected, Reason: "why", Of: "ev_x",
		ReceivedAt: time.Unix(1795312800, 123456789).UTC(), ContentType: "application/json", Raw: []byte("{}"),
	}
}

func TestAnEventRecordHoldsEveryField(t *testing.T) {
	in := fullEvent()
	v := reflect.ValueOf(in)
	for i := range v.NumField() {
		switch name := v.Type().Field(i).Name; name {
		case "StartedAt", "FinishedAt", "Trace": // of the turn, in a record of their own
		case "Inbound": // is not stored
		default:
			if v.Field(i).IsZero() {
				t.Errorf("the test leaves %s empty", name)
			}
		}
	}
	got, err := decodeEvent(7, encodeEvent(&in))
	if err != nil || !reflect.DeepEqual(got, in) {
		t.Errorf("%v\ngot  %+v\nwant %+v", err, got, in)
	}
}

func FuzzDecodeEvent(f *testing.F) {
	e := fullEvent()
	f.Add(encodeEvent(&e))
	f.Add([]byte{})
	f.Add([]byte{eventVersion, 0, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := decodeEvent(1, b)
		var keys []string
		errKeys := keysOf(b, func(channel, key []byte) {
			if err == nil && string(channel) != e.ChannelID {
				t.Errorf("channel %q, want %q", channel, e.ChannelID)
			}
			keys = append(keys, string(key))
		})
		if (errKeys == nil) != (err == nil) {
			t.Errorf("the whole: %v, the keys alone: %v", err, errKeys)
		}
		if err != nil {
			return
		}
		if !slices.Equal(keys, e.Keys) {
			t.Errorf("keys %q, want %q", keys, e.Keys)
		}
		if q := (store.Query{BotID: e.BotID, ChannelID: e.ChannelID, ConversationID: e.ConversationID}); !eventMayMatch(b, &q) {
			t.Errorf("%+v is passed over for %+v", e, q)
		}
		again, err := decodeEvent(1, encodeEvent(&e))
		if err != nil || !reflect.DeepEqual(again, e) {
			t.Errorf("%v\n%+v\n%+v", err, e, again)
		}
	})
}
