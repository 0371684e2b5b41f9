package e2e

import (
	"net/http"
	"testing"
)

func TestTheDemoBotBooksARoomOnEveryMessenger(t *testing.T) {
	d := start(t, t.TempDir())
	d.api(http.MethodPost, "/bots", map[string]any{"id": "bot", "name": "Office", "locale": "ko", "engine": map[string]any{"type": "scenario"}}, http.StatusCreated, nil)
	for _, m := range messengers(t) {
		t.Run(m.name, func(t *testing.T) {
			m.connect(d, "bot")
			for n, step := range []struct{ say, saw string }{
				{"회의실 예약해 줘", "어느 회의실"},
				{"와이파이 비밀번호가 뭐야", "안내 데스크"}, // a question on the way
				{"대회의실", "예: "},
				{"내일", "몇 명"},
				{"4명", "예약했어요"},
			} {
				m.say(d, 1, n+1, step.say)
				m.saw(step.saw)
				d.settled()
			}
		})
	}
}
