package scenario

import (
	"context"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/dialog/dialogtest"
)

// words are one thing said in the three languages of the café; "" where a language has no such way.
type words struct{ ko, ja, en string }

func (w words) in(p pick) string { return p(w.ko, w.ja, w.en) }

// cafe is the bot of testdata/cafe.yaml on a Wednesday morning. It is trained once for all tests.
var cafe = sync.OnceValue(func() *engine {
	b, err := os.ReadFile("testdata/cafe.yaml")
	if err != nil {
		panic(err)
	}
	d := dialogtest.Deps(&dialogtest.LogBuffer{})
	d.Now = func() time.Time { return time.Date(2026, 11, 25, 10, 0, 0, 0, seoul) }
	d.Revisions = fixed{"bot.yaml": b}
	e, err := Type{}.New(nil, d)
	if err != nil {
		panic(err)
	}
	return e.(*engine)
})

// inCafe runs a test with the café in every language.
func inCafe(t *testing.T, name string, test func(t *testing.T, c *talk, p pick)) {
	t.Helper()
	for i, locale := range []string{"ko", "ja", "en"} {
		t.Run(name+"/"+locale, func(t *testing.T) {
			c := &talk{t: t, e: cafe(), now: noon, locale: locale, context: context.Background()}
			test(t, c, func(ko, ja, en string) string { return []string{ko, ja, en}[i] })
		})
	}
}

// eachOf runs a test for every sentence that a language has.
func eachOf(t *testing.T, name string, said []words, test func(t *testing.T, c *talk, p pick, said string)) {
	t.Helper()
	for _, w := range said {
		inCafe(t, name+": "+strings.Join([]string{w.ko, w.ja, w.en}, " / "), func(t *testing.T, c *talk, p pick) {
			if s := w.in(p); s != "" {
				test(t, c, p, s)
			}
		})
	}
}

// The sentences with which the flows of the café are reached.
func coffee(p pick) string {
	return p("커피 주문할래", "コーヒーを注文したい", "order a coffee")
}

func seat(p pick) string { return p("자리 예약할래", "席を予約したい", "book a table") }

func leave(p pick) string   { return p("휴가 갈래", "休暇を取りたい", "take some leave") }
func parcel(p pick) string  { return p("택배 보내기", "荷物を送る", "send a parcel") }
func budget(p pick) string  { return p("예산 등록", "予算の登録", "set a budget") }
func pay(p pick) string     { return p("결제할래", "支払いたい", "let me pay") }
func what(p pick) string    { return p("무엇을 드릴까요?", "何にしますか？", "WHAT?") }
func howMany(p pick) string { return p("몇 잔이요?", "何杯ですか？", "HOW MANY cups?") }
func when(p pick) string    { return p("언제?", "いつ?", "WHEN?") }
func atWhat(p pick) string  { return p("몇 시?", "何時?", "WHAT TIME?") }
func memo(p pick) string    { return p("메모?", "メモ?", "NOTE?") }
func right(p pick) string   { return p("맞나요?", "よろしいですか？", "RIGHT?") }
func booked(p pick) string  { return p("예약 완료", "予約完了", "BOOKED") }

// tableAt goes on to the confirmation of a table for tomorrow at three, for three.
func tableAt(c *talk, p pick) {
	c.t.Helper()
	c.say(seat(p)).says(when(p)).say(tomorrow(p)).says(atWhat(p)).say(p("오후 3시", "午後3時", "3 pm"))
	c.say(p("3명", "3名", "3")).says("2026-11-26", "15:00", "3", "30", right(p))
}
