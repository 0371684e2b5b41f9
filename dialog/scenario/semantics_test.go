package scenario

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
)

type pick = func(ko, ja, en string) string

func book(p pick) string {
	return p("회의실 예약해 줘", "会議室を予約して", "book a meeting room")
}

func full(p pick) string {
	return p("내일 대회의실 잡아줘", "明日大会議室を取りたい", "I need the big room tomorrow")
}

func tomorrow(p pick) string { return p("내일", "明日", "tomorrow") }

func big(p pick) string   { return p("대회의실", "大会議室", "Big room") }
func small(p pick) string { return p("소회의실", "小会議室", "Small room") }

// Semantic 1.
func TestTheTurnAlgorithm(t *testing.T) {
	in3(t, "a postback goes first", func(t *testing.T, c *talk, p pick) {
		c.data("book-now").by("postback").says(p("방?", "部屋?", "ROOM?"))
	})
	in3(t, "an open question takes what its entity accepts", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).by("intent").says(p("방?", "部屋?", "ROOM?"))
		c.say(big(p)).by("question").slot("room", "big").says(p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "a command comes before intents", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(p("취소", "キャンセル", "cancel")).by("command").says(p("취소했어요", "キャンセルしました", "Cancelled"))
		c.idle()
	})
	in3(t, "the FAQ answers what no intent takes", func(t *testing.T, c *talk, p pick) {
		c.say(p("와이파이 비밀번호 알려줘", "WiFiのパスワードを教えて", "what is the wifi password")).by("faq").says(p("와이파이답", "無線の答え", "WIFI"))
	})
	in3(t, "what nothing takes goes to the fallback", func(t *testing.T, c *talk, p pick) {
		c.say(p("쀍뚫퓛", "ヴョゾヌ", "xqzzv")).by("fallback").says(p("몰라1", "不明1", "MISS1"))
	})
	in3(t, "a strong other intent beats a free text that is not open", func(t *testing.T, c *talk, p pick) {
		c.say(full(p)).says(p("이유?", "理由?", "WHY?"))
		c.say(p("지금 몇 시야", "今何時ですか", "what time is it")).by("intent").says(p("시각", "時刻", "CLOCK"))
	})
	in3(t, "an open text takes everything", func(t *testing.T, c *talk, p pick) {
		c.say(p("볼펜이 필요해", "ボールペンが必要です", "I need new pens")).say("3").tap(p("네", "はい", "Yes")).says(p("메모?", "メモ?", "MEMO?"))
		said := p("지금 몇 시야", "今何時ですか", "what time is it")
		c.say(said).by("question").says(p("신청 3 ", "申請 3 ", "ORDERED 3 ") + said)
	})
	in3(t, "an event starts its flow", func(t *testing.T, c *talk, p pick) {
		c.turn(message.Inbound{Kind: message.KindEvent, Name: "alarm"}).by("event").says(p("경보", "警報", "ALARM"))
	})
	in3(t, "a command of the messenger starts its flow", func(t *testing.T, c *talk, p pick) {
		c.turn(message.Inbound{Kind: message.KindCommand, Command: &message.Command{Name: "/book"}}).by("command").says(p("방?", "部屋?", "ROOM?"))
	})
}

// Semantic 2.
func TestSlotFilling(t *testing.T) {
	in3(t, "the opening sentence fills slots and only the rest is asked", func(t *testing.T, c *talk, p pick) {
		c.say(full(p)).slot("room", "big").slot("date", "2026-11-23").says(p("이유?", "理由?", "WHY?")).lacks(p("방?", "部屋?", "ROOM?"), p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "one answer fills several slots", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(p("내일 소회의실", "明日、小会議室", "the small room tomorrow")).slot("room", "small").slot("date", "2026-11-23").says(p("이유?", "理由?", "WHY?"))
	})
	in3(t, "a correction sets a filled slot again", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).says(p("날짜?", "日付?", "DATE?"))
		c.say(p("아니, 소회의실", "いや、小会議室", "no, the small room")).by("correction").slot("room", "small").says(small(p), p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "one value does not fill two slots of the same entity", func(t *testing.T, c *talk, p pick) {
		c.say(p("출장 신청할게", "出張を申請します", "request a business trip")).says(p("출발?", "出発?", "FROM?"))
		c.say(tomorrow(p)).says(p("도착?", "到着?", "TO?"))
		c.say(p("모레", "明後日", "2026-11-24")).says("2026-11-23 2026-11-24")
	})
	in3(t, "a value is confirmed where the flow wants it", func(t *testing.T, c *talk, p pick) {
		c.say(p("볼펜이 필요해", "ボールペンが必要です", "I need new pens")).say("3").says("3")
		c.say(p("아니요", "いいえ", "no")).says(p("몇 개?", "いくつ?", "COUNT?")).say("5").say(p("네", "はい", "yes")).slot("count", "5").says(p("메모?", "メモ?", "MEMO?"))
	})
	for _, c := range []struct{ name, always, want string }{
		{"a filled slot is not asked for", "false", "DONE big"}, {"always asks all the same", "true", "ROOM?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			talkTo(t, `
bot: {id: b, default_locale: en}
entities: {room: {type: enum, values: [big, small]}}
intents: {book: {examples: [I need the room called big, give me a room please, book it now]}}
flows: {book: {on: {intent: book}, steps: [{ask: {slot: room, prompt: "ROOM?", always: `+c.always+`}}, {say: "DONE {{.slots.room}}"}]}}
`, "en").say("I need the room called big").says(c.want)
		})
	}
}

// Semantic 3.
func TestDigression(t *testing.T) {
	clock := func(p pick) string { return p("지금 몇 시야", "今何時ですか", "what time is it") }
	in3(t, "ask offers to continue and prints the open question after yes", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).say(clock(p)).says(p("시각", "時刻", "CLOCK"), p("회의실 예약", "会議室の予約", "Book a room")).lacks(p("날짜?", "日付?", "DATE?"))
		c.say(p("네", "はい", "yes")).says(p("날짜?", "日付?", "DATE?")).slot("room", "big")
	})
	in3(t, "no gives the flow up", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(clock(p)).tap(p("아니요", "いいえ", "No")).says(p("여기서 멈출게요", "ここまで", "we leave")).idle()
	})
	in3(t, "an answer to the open question continues without a yes", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(clock(p)).say(big(p)).by("question").slot("room", "big").says(p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "auto asks again at once", func(t *testing.T, c *talk, p pick) {
		c.say(p("볼펜이 필요해", "ボールペンが必要です", "I need new pens")).say(clock(p)).says(p("시각", "時刻", "CLOCK"), p("몇 개?", "いくつ?", "COUNT?"))
	})
	in3(t, "never drops the flow", func(t *testing.T, c *talk, p pick) {
		c.say(p("출장 신청할게", "出張を申請します", "request a business trip")).say(clock(p)).says(p("시각", "時刻", "CLOCK")).lacks(p("출발?", "出発?", "FROM?")).idle()
	})
	in3(t, "a flow that waits is gone back to, not started twice", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).say(p("볼펜이 필요해", "ボールペンが必要です", "I need new pens")).says(p("몇 개?", "いくつ?", "COUNT?"))
		c.say(book(p)).slot("room", "big").says(p("날짜?", "日付?", "DATE?"))
	})
	t.Run("no more than five flows wait", func(t *testing.T) {
		var y strings.Builder
		y.WriteString("bot: {id: b, default_locale: en}\nintents:\n")
		words := []string{"apples", "bridges", "candles", "donkeys", "elevators", "fountains", "guitars", "hammers"}
		for _, w := range words {
			y.WriteString("  " + w + ": {examples: [" + w + " " + w + "]}\n")
		}
		y.WriteString("flows:\n")
		for _, w := range words {
			y.WriteString("  " + w + ": {on: {intent: " + w + "}, steps: [{ask: {slot: n, entity: number, prompt: " + w + "?}}]}\n")
		}
		c := talkTo(t, y.String(), "en")
		for _, w := range words {
			c.say(w + " " + w).says(w + "?")
		}
		c.warned("too many flows wait")
		s, err := decodeSession(c.state.Token)
		if err != nil || len(s.Stack) != maxStack {
			t.Errorf("%d flows, %v", len(s.Stack), err)
		}
	})
}

// Semantic 4.
func TestReprompt(t *testing.T) {
	in3(t, "another wording per try, then on_fail", func(t *testing.T, c *talk, p pick) {
		bad := p("쀍뚫퓛", "ヴョゾヌ", "xqzzv")
		c.say(book(p)).says(p("방?", "部屋?", "ROOM?"))
		c.say(bad).by("reprompt").says(p("어느 방?", "どの部屋?", "WHICH ROOM?"))
		c.say(bad).says(p("방 이름?", "部屋名?", "NAME OF ROOM?"))
		c.say(bad).says(p("실패", "失敗", "GIVEUP")).lacks("?").idle()
	})
	in3(t, "what validate refuses is asked again with its reason", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).say(p("어제", "昨日", "yesterday")).says(p("지난날", "過去", "PAST"), p("날짜?", "日付?", "DATE?"))
		c.say(tomorrow(p)).says(p("이유?", "理由?", "WHY?"))
	})
	for i, nth := range [][]string{{"1", "첫 번째", "一番目", "first", "1번"}, {"2", "두 번째", "二番目", "the second one", "２"}} {
		for _, said := range nth {
			in3(t, "the choice "+said, func(t *testing.T, c *talk, p pick) {
				c.say(book(p)).say(said).by("question").slot("room", []string{"big", "small"}[i])
			})
		}
	}
	t.Run("the number of a choice fills no number slot", func(t *testing.T) {
		for _, said := range []string{"2", "두 번째", "二番目", "second"} {
			talkTo(t, `
bot: {id: b, default_locale: en}
entities: {room: {type: enum, values: [big, small]}}
intents: {book: {examples: [give me a room please, book it now, reserve something]}}
flows: {book: {on: {intent: book}, steps: [{ask: {slot: room, prompt: "ROOM?"}}, {ask: {slot: n, entity: number, prompt: "HOW MANY?"}}]}}
`, "en").say("book it now").say(said).slot("room", "small").slot("n", "").says("HOW MANY?")
		}
	})
	in3(t, "the label as text", func(t *testing.T, c *talk, p pick) { c.say(book(p)).say(small(p)).slot("room", "small") })
	in3(t, "a tapped button", func(t *testing.T, c *talk, p pick) { c.say(book(p)).tap(small(p)).slot("room", "small") })
}

// Semantic 5.
func TestFallback(t *testing.T) {
	in3(t, "counted, and reset by success", func(t *testing.T, c *talk, p pick) {
		bad := p("쀍뚫퓛", "ヴョゾヌ", "xqzzv")
		c.say(bad).says(p("몰라1", "不明1", "MISS1"))
		c.say(bad).says(p("몰라2", "不明2", "MISS2"))
		c.say(p("지금 몇 시야", "今何時ですか", "what time is it")).by("intent")
		c.say(bad).says(p("몰라1", "不明1", "MISS1"))
		c.say(bad).tap(p("회의실 예약", "会議室の予約", "Book a room")).says(p("방?", "部屋?", "ROOM?"))
	})
	in3(t, "the last one repeats and hands over with the last lines", func(t *testing.T, c *talk, p pick) {
		bad := p("쀍뚫퓛", "ヴョゾヌ", "xqzzv")
		c.say(bad).say(bad).say(bad).says(p("몰라3", "不明3", "MISS3"))
		if h := c.result.Handoff; h == nil || h.Queue != "desk" || strings.Count(h.Note, "\n") != 2 || !strings.Contains(h.Note, "user: "+bad) {
			t.Errorf("handoff %+v", h)
		}
	})
	in3(t, "the middle band asks back and keeps what was said", func(t *testing.T, c *talk, p pick) {
		c.e.src.programFor(t, c, func(p *program) { p.bot.match, p.bot.confirm, p.bot.margin = 0.999, 0.01, 0.0001 })
		c.say(p("내일 대회의실 좀 잡아 줄래", "明日は大会議室を取りたいなあ", "I need the big room tomorrow please ok")).by("confirm")
		c.tap(p("회의실 예약", "会議室の予約", "Book a room")).slot("room", "big").slot("date", "2026-11-23")
	})
	in3(t, "none of these is a miss", func(t *testing.T, c *talk, p pick) {
		c.e.src.programFor(t, c, func(p *program) { p.bot.match, p.bot.confirm, p.bot.margin = 0.999, 0.01, 0.0001 })
		c.say(p("회의실 좀 빌리고 싶은데", "会議室を借りたいのですが", "may I reserve some meeting room")).by("confirm")
		c.tap(p("해당 없음", "どれでもない", "None of these")).by("fallback").says(p("몰라1", "不明1", "MISS1"))
	})
	in3(t, "two intents too close to each other are offered both", func(t *testing.T, c *talk, p pick) {
		c.e.src.programFor(t, c, func(p *program) { p.bot.match, p.bot.confirm, p.bot.margin = 0.02, 0.01, 0.95 })
		c.say(p("회의실 예약하고 볼펜이 필요한데", "会議室の予約とボールペンの申請", "book a meeting room and order new pens")).by("confirm")
		if n := len(c.actions()); n < 3 || n > 4 {
			t.Errorf("%d buttons: %v", n, labelsOf(c.actions()))
		}
		c.say("1").by("question")
	})
}

// Semantic 6.
func TestTimeOut(t *testing.T) {
	in3(t, "ends the flow, says so, and keeps what is carried over", func(t *testing.T, c *talk, p pick) {
		c.say(full(p)).say(p("회식", "懇親会", "party")).says(p("예약", "予約", "BOOKED"))
		c.say(book(p)).later(31 * time.Minute).say("3").says(p("시간초과", "時間切れ", "TIMEOUT")).idle()
		s, err := decodeSession(c.state.Token)
		if err != nil || s.Vars["nick"] != "kim" || s.Vars["other"] != nil {
			t.Errorf("vars %v, %v", s.Vars, err)
		}
	})
	in3(t, "is not noticed a minute before", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).later(29 * time.Minute).say(big(p)).says(p("날짜?", "日付?", "DATE?"))
	})
	in3(t, "says nothing when nothing is lost", func(t *testing.T, c *talk, p pick) {
		c.say(p("지금 몇 시야", "今何時ですか", "what time is it")).later(25 * time.Hour).say(book(p)).lacks(p("시간초과", "時間切れ", "TIMEOUT"))
	})
	in3(t, "an event of the machine neither notices nor resets it", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).later(20 * time.Minute).turn(message.Inbound{Kind: message.KindEvent, Name: "other"})
		if len(c.out) != 0 {
			t.Errorf("said %q", c.text())
		}
		c.later(11 * time.Minute).say(big(p)).says(p("시간초과", "時間切れ", "TIMEOUT"))
	})
}

// Semantic 8; the others of its points are tests of templates and calls.
func TestScopes(t *testing.T) {
	in3(t, "what is kept of a person outlives the conversation", func(t *testing.T, c *talk, p pick) {
		c.say(full(p)).say(p("회식", "懇親会", "party"))
		var u userState
		if err := json.Unmarshal([]byte(c.user.Token), &u); err != nil || u.Vars["room"] != "big" {
			t.Errorf("user %q, %v", c.user.Token, err)
		}
	})
	in3(t, "a choice prints its label in the person's language", func(t *testing.T, c *talk, p pick) {
		c.say(full(p)).say(p("회식", "懇親会", "party")).says(big(p), "2026-11-23", p("회식", "懇親会", "party"))
	})
}

// Semantic 11.
func TestTheTraceExplainsTheTurn(t *testing.T) {
	in3(t, "text, candidates, slots and steps", func(t *testing.T, c *talk, p pick) {
		c.say(full(p))
		tr := c.trace
		if tr.Text == "" || tr.Intent != "room.book" || len(tr.Candidates) == 0 || tr.Candidates[0].Nearest == "" || tr.Candidates[0].Score <= 0 {
			t.Errorf("understanding: %s", c.result.Trace)
		}
		if tr.Before["room"] != "" || tr.After["room"] != "big" || len(tr.Steps) == 0 || tr.Steps[0].File != "bot.yaml" || tr.Steps[0].Line == 0 {
			t.Errorf("slots and steps: %s", c.result.Trace)
		}
		if tr.Revision == "" || tr.Locale != c.locale {
			t.Errorf("revision and locale: %s", c.result.Trace)
		}
	})
}

func TestCommands(t *testing.T) {
	in3(t, "cancel ends all flows, and says when there is none", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(p("지금 몇 시야", "今何時ですか", "what time is it")).say(p("취소", "キャンセル", "cancel")).says(p("취소했어요", "キャンセルしました", "Cancelled")).idle()
		c.say(p("취소", "キャンセル", "cancel")).says(p("진행 중인 일이 없어요", "進行中のことはありません", "nothing going on"))
	})
	in3(t, "back asks the question before again", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).say(p("뒤로", "戻る", "back")).by("command").says(p("방?", "部屋?", "ROOM?"))
		c.say(small(p)).slot("room", "small")
	})
	in3(t, "back at the first question says so", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(p("뒤로", "戻る", "back")).says(p("앞선 질문이 없어요", "前の質問はありません", "no question before"), p("방?", "部屋?", "ROOM?"))
	})
	in3(t, "restart forgets the answers", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(big(p)).say(p("처음부터", "最初から", "start over")).says(p("방?", "部屋?", "ROOM?")).slot("room", "")
	})
	in3(t, "help lists what there is and asks the open question again", func(t *testing.T, c *talk, p pick) {
		c.say(book(p)).say(p("도움말", "ヘルプ", "help")).says(p("방?", "部屋?", "ROOM?"))
		c.tap(p("비품 신청", "備品の申請", "Order supplies")).says(p("몇 개?", "いくつ?", "COUNT?"))
	})
	in3(t, "agent hands over without a flow for it", func(t *testing.T, c *talk, p pick) {
		c.say(p("상담원", "担当者", "agent"))
		if c.result.Handoff == nil {
			t.Error("no handoff")
		}
	})
}

func TestTheLanguageOfATurn(t *testing.T) {
	bot := read(t, "testdata/office.yaml")
	for _, c := range []struct{ name, locale, first, second, want string }{
		{"the messenger's word counts", "ja-JP", "book a meeting room", "book a meeting room", "部屋?"},
		{"Hangul is Korean", "", "회의실 예약해 줘", "", "방?"},
		{"kana are Japanese", "", "会議室を予約して", "", "部屋?"},
		{"Latin letters are English", "", "book a meeting room", "", "ROOM?"},
		{"OK does not change the language", "", "회의실 예약해 줘", "OK", "방?"},
		{"a tap does not change the language", "", "会議室を予約して", "~a|book|room|nothing", "部屋?"},
		{"a language that the bot does not speak becomes its own", "fr", "xxx", "", "몰라1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			talk := talkTo(t, bot, c.locale)
			talk.say(c.first)
			switch {
			case strings.HasPrefix(c.second, "~"):
				talk.data(c.second)
			case c.second != "":
				talk.say(c.second)
			}
			if got := talk.text(); c.locale == "fr" && !strings.Contains(got, "MISS1") && !strings.Contains(got, "몰라1") || c.locale != "fr" && !strings.Contains(got, strings.TrimSuffix(c.want, "?")) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
