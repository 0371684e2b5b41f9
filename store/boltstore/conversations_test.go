package boltstore

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"dari/bot/message"
	"dari/store"
)

func TestAConversationReadsTheSameForATurnAndForPeople(t *testing.T) {
	s := open(t, t.TempDir())
	defer s.Close()
	at := time.Date(2026, 11, 22, 1, 2, 3, 456_000_000, time.UTC)
	full := store.Conversation{
		ID: "ch:방 <1> & \u2028😀", BotID: "bot", ChannelID: "ch",
		Platform: message.Conversation{ID: "방", Kind: message.Group, Room: "r", Title: "회의 \"실\"\n", Tenant: "t"},
		User:     message.User{ID: "u", Name: "山田 太郎\t", Bot: true}, Locale: "ja", State: "s\x00\"\\", States: map[string]string{"faq": "", "": "x"},
		Engine: "faq", Reference: json.RawMessage(`{"a":[1,{"b":"\u00e9<>"}],"c":null}`), Answered: true, FirstAt: at, LastAt: at.Add(time.Hour),
	}
	for i, v := 0, reflect.ValueOf(full); i < v.NumField(); i++ {
		if v.Field(i).IsZero() {
			t.Errorf("the test leaves %s empty", v.Type().Field(i).Name)
		}
	}
	for _, conv := range []store.Conversation{full, {ID: "ch:empty"}} {
		if err := s.db.Update(func(tx *bbolt.Tx) error { return putJSON(tx.Bucket(bucketConversations), conv.ID, conv) }); err != nil {
			t.Fatal(err)
		}
		shown, err := s.Conversation(t.Context(), conv.ID)
		if err != nil {
			t.Fatal(err)
		}
		quick, err := s.convs.of(s.db, conv.ID)
		if err != nil || !reflect.DeepEqual(quick, shown) {
			t.Errorf("%v\nfor a turn   %+v\nfor people %+v", err, quick, shown)
		}
	}
}
