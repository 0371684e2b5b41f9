package boltstore

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"dari/bot/message"
	"dari/store"
	"dari/store/driver"
)

var someTime = time.Unix(1795312800, 123456789).UTC()

func fullDelivery() store.Delivery {
	return store.Delivery{
		ID: driver.ID(driver.Deliveries, 7), EventID: "ev_1", BotID: "bot", ChannelID: "ch", ConversationID: "ch:대화",
		Platform: message.Conversation{ID: "대화", Kind: message.Thread, Room: "room", Title: "제목", Tenant: "T1"},
		User:     "u1", Messages: []message.Message{message.Text("안녕")}, Address: []byte(`{"token":"x"}`), AddressAt: someTime,
		Reference: []byte(`{"url":"y"}`), First: true, Key: "key", Broadcast: "bc_1", CreatedAt: someTime.Add(time.Second), Process: "ABC123",
	}
}

// everyField fails for a field that the test leaves empty, so that a new one is not forgotten.
func everyField(t *testing.T, v any, but ...string) {
	t.Helper()
	of := reflect.ValueOf(v)
	skip := map[string]bool{}
	for _, name := range but {
		skip[name] = true
	}
	for i := range of.NumField() {
		if name := of.Type().Field(i).Name; of.Field(i).IsZero() && !skip[name] {
			t.Errorf("the test leaves %s empty", name)
		}
	}
}

func TestADeliveryRecordHoldsEveryField(t *testing.T) {
	in := fullDelivery()
	everyField(t, in, "Result") // in a record of its own
	everyField(t, in.Platform)
	for _, conversation := range []string{"ch:대화", "ch:another"} {
		in.ConversationID = conversation
		b, err := encodeDelivery(&in)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decodeDelivery(7, b); err != nil || !reflect.DeepEqual(got, in) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, in)
		}
	}
}

func TestAResultRecordHoldsEveryField(t *testing.T) {
	in := store.Result{
		Status: store.Pending, Attempts: 3, NextAt: someTime, Doubt: true, Again: true, ErrorKind: "temporary", ErrorCode: "503",
		Error: "the platform is down", MessageIDs: []string{"m1", "m2"}, Route: "push", DoneAt: someTime.Add(time.Hour),
	}
	everyField(t, in)
	for _, want := range []store.Result{in, {Status: store.Delivered}} {
		if got, err := decodeResult(encodeResult(want)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
		}
	}
	if got, err := decodeResult(nil); err != nil || !reflect.DeepEqual(got, store.Result{Status: store.Pending}) {
		t.Errorf("without a record: %+v, %v", got, err)
	}
}

func TestAnOutcomeRecordHoldsEveryField(t *testing.T) {
	in := turnRecord{State: store.Failed, Reason: "why", Start: someTime, Finish: someTime.Add(time.Second), Trace: json.RawMessage(`{"engine":"echo"}`)}
	everyField(t, in)
	for _, want := range []turnRecord{in, {State: store.Handled}} {
		if got, err := decodeTurn(encodeTurn(want)); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v\ngot  %+v\nwant %+v", err, got, want)
		}
	}
}

func TestRecordsOfTheFirstFormatsAreStillRead(t *testing.T) {
	d := fullDelivery()
	b, err := json.Marshal(struct {
		V int `json:"v"`
		*store.Delivery
	}{1, &d})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := decodeDelivery(7, b); err != nil || !reflect.DeepEqual(got, d) {
		t.Errorf("delivery: %v\ngot  %+v\nwant %+v", err, got, d)
	}
	if r, err := decodeResult([]byte(`{"status":"delivered","attempts":2}`)); err != nil || r.Status != store.Delivered || r.Attempts != 2 {
		t.Errorf("result: %+v, %v", r, err)
	}
	if r, err := decodeTurn([]byte(`{"s":"handled","t":{"engine":"echo"}}`)); err != nil || r.State != store.Handled || string(r.Trace) != `{"engine":"echo"}` {
		t.Errorf("outcome: %+v, %v", r, err)
	}
}

func TestRecordsOfOthersArePassedOver(t *testing.T) {
	e := fullEvent()
	d := fullDelivery()
	record, err := encodeDelivery(&d)
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []store.Query{
		{},
		{BotID: "bot"},
		{BotID: "other"},
		{ChannelID: "ch"},
		{ChannelID: "other"},
		{ConversationID: "ch:대화"},
		{ConversationID: "ch:대화2"},
		{ConversationID: "ch:"},
		{BotID: "bot", ChannelID: "ch", ConversationID: "ch:대화"},
		{BotID: "bot", ChannelID: "ch", ConversationID: "other"},
	} {
		if got, want := eventMayMatch(encodeEvent(&e), &q), eventMatches(e, q); got != want {
			t.Errorf("event for %+v: %v, want %v", q, got, want)
		}
		if got, want := deliveryMayMatch(record, &q), deliveryMatches(d, q); got != want {
			t.Errorf("delivery for %+v: %v, want %v", q, got, want)
		}
	}
	if q := (store.Query{EventID: "ev_2"}); deliveryMayMatch(record, &q) {
		t.Error("a delivery of another event is read")
	}
}

func FuzzDecodeOutcomes(f *testing.F) {
	d := fullDelivery()
	b, err := encodeDelivery(&d)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(encodeResult(store.Result{Status: store.Delivered, MessageIDs: []string{"m"}}))
	f.Add(encodeTurn(turnRecord{State: store.Handled, Start: someTime}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if isJSON(b) {
			return // of the first formats, which are only read
		}
		if d, err := decodeDelivery(1, b); err == nil {
			for _, q := range []store.Query{{EventID: d.EventID}, {BotID: d.BotID, ChannelID: d.ChannelID}, {ConversationID: d.ConversationID}, {ConversationID: "other"}} {
				if deliveryMatches(d, q) && !deliveryMayMatch(b, &q) {
					t.Errorf("%+v is passed over for %+v", d, q)
				}
			}
			again, err := encodeDelivery(&d)
			if got, err2 := decodeDelivery(1, again); err != nil || err2 != nil || !reflect.DeepEqual(got, d) {
				t.Errorf("%v, %v\n%+v\n%+v", err, err2, d, got)
			}
		}
		if r, err := decodeResult(b); err == nil {
			if got, err := decodeResult(encodeResult(r)); err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("%v\n%+v\n%+v", err, r, got)
			}
		}
		if r, err := decodeTurn(b); err == nil {
			if got, err := decodeTurn(encodeTurn(r)); err != nil || !reflect.DeepEqual(got, r) {
				t.Errorf("%v\n%+v\n%+v", err, r, got)
			}
		}
	})
}
