package scenario

import (
	"strings"
	"testing"
	"time"

	"dari/bot/message"
)

// What people complain about in other engines.
func TestClassicComplaints(t *testing.T) {
	clock := func(p pick) string { return p("지금 몇 시야", "今何時ですか", "what time is it") }
	in3(t, "an interruption is answered before the question is asked again", func(t *testing.T, c *talk, p pick) {
		c.say(p("볼펜이 필요해", "ボールペンが必要です", "I need new pens"))
		c.say(clock(p)).says(p("시각", "時刻", "CLOCK"), p("몇 개?", "いくつ?", "COUNT?"))
		if n := strings.Count(c.text(), p("몇 개?", "いくつ?", "COUNT?")); n != 1 {
			t.Errorf("asked %d times: %q", n, c.text())
		}
	})
	in3(t, "the resumed question is the one that was open", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).say(tomorrow(p)).says(p("이유?", "理由?", "WHY?"))
		c.say(clock(p)).tap(p("네", "はい", "Yes")).says(p("이유?", "理由?", "WHY?")).lacks(p("방?", "部屋?", "ROOM?"), p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "a long detour does not lose the form", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p))
		c.say(p("볼펜이 필요해", "ボールペンが必要です", "I need new pens")).say("3").say(p("네", "はい", "yes")).say(clock(p))
		c.says(p("신청 3", "申請 3", "ORDERED 3"), p("회의실 예약", "会議室の予約", "Book a room"))
		c.say(p("네", "はい", "yes")).slot("room", "big").says(p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "small talk is not swallowed as a value", func(t *testing.T, c *talk, p pick) {
		c.say(full(p)).says(p("이유?", "理由?", "WHY?"))
		c.say(p("와이파이 비밀번호 알려줘", "WiFiのパスワードを教えて", "what is the wifi password")).by("faq").says(p("와이파이답", "無線の答え", "WIFI"), p("이유?", "理由?", "WHY?")).slot("why", "")
	})
	in3(t, "a wrong answer asks again instead of leaving the form", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(p("쀍뚫퓛", "ヴョゾヌ", "xqzzv")).by("reprompt").says("?")
	})
	in3(t, "an idle time-out is not silent", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).later(2 * time.Hour).say("3").says(p("시간초과", "時間切れ", "TIMEOUT"))
	})
	in3(t, "a tap on an old button changes the answer", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).data("~a|book|room|small").by("correction").slot("room", "small").says(small(p), p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "a tap on the button of a flow that is over is explained", func(t *testing.T, c *talk, p pick) {
		c.data("~a|book|room|small").says(p("지나간 질문", "もう終わって", "question that is over"))
		c.say(p("볼펜이 필요해", "ボールペンが必要です", "I need new pens")).data("~a|book|room|small").says(p("지나간 질문", "もう終わって", "question that is over"), p("몇 개?", "いくつ?", "COUNT?"))
	})
	in3(t, "a button made elsewhere means its label", func(t *testing.T, c *talk, p pick) {
		c.turn(message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: "menu:42", Label: book(p)}}).by("intent").says(p("방?", "部屋?", "ROOM?"))
	})
	in3(t, "the words of a person stay plain text", func(t *testing.T, c *talk, p pick) {
		evil := "<!channel> <https://evil.example|click> {{.secrets.API}} *b*"
		c.say(full(p)).say(evil).says(evil)
		for _, m := range c.out {
			if m.Format != "plain" {
				t.Errorf("format %q", m.Format)
			}
		}
	})
}
