package e2e

import (
	"net/http"
	"testing"
)

func TestTheSendAPIReachesAPersonOnEveryMessenger(t *testing.T) {
	d := start(t, t.TempDir())
	newBot(d)
	person := map[string]string{
		"naverworks": "kim@example.com", "line": "U2f6a8c014bd97e53a1c0e8f7d4b39265", "slack": "U06MINA81PQ",
		"teams": "0f3e9a52-7c41-4d8e-b6a0-2d95c1e84b73",
	}
	type message map[string]any
	action := message{"kind": "postback", "label": "예약", "data": "room=a"}
	messages := []message{
		{"type": "text", "text": "안내드립니다"},
		{"type": "buttons", "text": "고르세요", "actions": []message{action}},
		{"type": "cards", "cards": []message{{"title": "대회의실", "text": "12층", "actions": []message{action}}, {"title": "소회의실", "text": "3층", "actions": []message{action}}}},
		{"type": "image", "url": "https://cdn.example.com/a.png", "preview_url": "https://cdn.example.com/p.png", "alt": "지도"},
		{"type": "location", "lat": 37.5, "lng": 127.0, "title": "본사", "address": "서울시 예시로 1"},
		{"type": "sticker", "set": "446", "id": "1988", "alt": "인사"},
	}
	for _, m := range messengers(t) {
		t.Run(m.name, func(t *testing.T) {
			m.connect(d, "bot")
			if m.name == "teams" { // a service URL is learnt from a callback
				m.say(d, 1, 1, "hello")
				m.saw("hello")
			}
			request := message{"to": message{"user": person[m.name]}, "messages": messages, "idempotency_key": "once"}
			var first, again struct{ Deliveries []struct{ ID, Status string } }
			d.api(http.MethodPost, "/channels/ch-"+m.name+"/messages", request, http.StatusAccepted, &first)
			d.api(http.MethodPost, "/channels/ch-"+m.name+"/messages", request, http.StatusAccepted, &again)
			if len(first.Deliveries) == 0 || len(again.Deliveries) != len(first.Deliveries) || again.Deliveries[0].ID != first.Deliveries[0].ID {
				t.Fatalf("%+v, then %+v", first, again)
			}
			d.settled()
			for _, want := range first.Deliveries {
				var got struct {
					Status string
					Error  string
				}
				d.api(http.MethodGet, "/deliveries/"+want.ID, nil, http.StatusOK, &got)
				if got.Status != "delivered" {
					t.Errorf("%s: %s", got.Status, got.Error)
				}
			}
			m.saw("안내드립니다")
			m.saw("대회의실")
		})
	}
}
