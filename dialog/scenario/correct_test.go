package scenario

import "testing"

// Semantic 2.
func TestYesButChangesAndAsksAgain(t *testing.T) {
	eachOf(t, "the time", []words{
		{"네 근데 4시로요", "はい、でも4時に", "yes but at 4"}, {"네 4시로 바꿔 주세요", "はい、4時に変更してください", "ok, change it to 4 pm"}, {"맞는데 오후 4시예요", "そうですが、午後4時です", "yes, make it 4 pm"}, {"4시로 해 주세요", "4時でお願いします", "at 4 pm instead"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		tableAt(c, p)
		c.say(said).by("correction").says("16:00", right(p)).lacks(booked(p)).slot("at", "2026-11-25T16:00:00+09:00")
		c.say(p("네", "はい", "yes")).says(booked(p), "16:00")
	})
	eachOf(t, "the number, with what was worked out from it", []words{{"네 맞는데 6명이에요", "はい、でも6名です", "yes but 6 people"}, {"아니요 6명이요", "いいえ、6名です", "no, 6 people"}}, func(t *testing.T, c *talk, p pick, said string) {
		tableAt(c, p)
		c.say(said).by("correction").says("6", "60", right(p)).lacks(booked(p))
		c.say(p("네", "はい", "yes")).says(booked(p), "6", "60")
	})
	eachOf(t, "the same value is a plain yes", []words{{"네 3시 맞아요", "はい、3時で合っています", "yes at 3 pm"}, {"네", "はい、お願いします", "yes please"}}, func(t *testing.T, c *talk, p pick, said string) {
		tableAt(c, p)
		c.say(said).by("question").says(booked(p), "15:00")
	})
	eachOf(t, "another value that nobody can place is asked again", []words{{"네 내일모레 손님이 한 분 더 오실지도 몰라요", "はい、明後日はお客さんが来るかもしれません", "yes and on friday my cousin may drop by"}}, func(t *testing.T, c *talk, p pick, said string) {
		tableAt(c, p)
		c.say(said).lacks(booked(p)).says(right(p))
	})
	eachOf(t, "a number that counts on is not guessed", []words{{"네 근데 한 명 더요", "はい、でもあと1名", "yes but 1 more"}, {"네 2명 추가해 주세요", "はい、2名追加で", "yes plus 2 people"}}, func(t *testing.T, c *talk, p pick, said string) {
		tableAt(c, p)
		c.say(said).lacks(booked(p)).says("3", "30", right(p)).slot("seats", "3")
	})
	eachOf(t, "a choice of yes and no is told in words", []words{{"네", "はい", "yes"}, {"그럼요", "もちろん", "sure"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(leave(p)).say(tomorrow(p)).say(p("모레", "明後日", "2026-11-27")).say(said).by("question").says("REQUESTED")
	})
	eachOf(t, "and so is its no", []words{{"아니요", "いいえ", "no"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(leave(p)).say(tomorrow(p)).say(p("모레", "明後日", "2026-11-27")).say(said).by("question").says("LEFT")
	})
	eachOf(t, "a choice changes, too", []words{{"네 근데 출발일은 오늘로요", "はい、でも出発日は今日に", "yes but departure today"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(leave(p)).say(tomorrow(p)).say(p("모레", "明後日", "2026-11-27")).say(said).by("correction").slot("from", "2026-11-25").says("2026-11-25", "2026-11-27").lacks("REQUESTED")
	})
}

// Semantic 2.
func TestCorrections(t *testing.T) {
	eachOf(t, "of the day while the number is asked", []words{
		{"아니 내일 말고 모레", "いや、明日じゃなくて明後日", "no, not tomorrow, the day after tomorrow"}, {"모레로 바꿔줘", "明後日に変更して", "change it to the day after tomorrow"}, {"날짜를 모레로 변경해줘", "日付を明後日に変更してください", "please change the date to 2026-11-27"}, {"모레로 할게요", "明後日にします", "make it the day after tomorrow"}, {"아 맞다 모레로", "あ、やっぱり明後日で", "actually, the day after tomorrow"}, {"모레요", "明後日です", "the day after tomorrow please"},
	}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(seat(p)).say(tomorrow(p)).say(p("오후 3시", "午後3時", "3 pm")).says(p("몇 명?", "何名?", "HOW MANY?"))
		c.say(said).by("correction").slot("day", "2026-11-27").says(p("몇 명?", "何名?", "HOW MANY?")).slot("seats", "")
	})
	eachOf(t, "of the time", []words{{"3시 말고 4시요", "3時じゃなくて4時です", "not 3 pm but 4 pm"}, {"시간을 4시로 바꿔줘", "時間を4時に変えて", "change the time to 4 pm"}, {"아니 3시가 아니라 4시", "違う、4時", "4 pm, not 3 pm"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(seat(p)).say(tomorrow(p)).say(p("오후 3시", "午後3時", "3 pm")).say(said).by("correction").slot("at", "2026-11-25T16:00:00+09:00").slot("seats", "")
	})
	eachOf(t, "inside one answer the last word counts", []words{{"내일 아니 모레", "明日、いや明後日", "tomorrow, no wait, friday"}, {"내일 말고 모레요", "明日じゃなくて明後日", "not tomorrow, friday"}, {"모레요 내일 말고", "明後日、明日ではなく", "friday instead of tomorrow"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(seat(p)).say(said).by("question").slot("day", "2026-11-27").says(atWhat(p))
	})
	eachOf(t, "also of times", []words{{"오후 3시 아니 4시요", "午後3時、いや午後4時", "3pm no 4pm"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(seat(p)).say(tomorrow(p)).say(said).slot("at", "2026-11-25T16:00:00+09:00")
	})
	eachOf(t, "also of numbers", []words{{"3명 아니 4명이요", "3名、いや4名", "3 no 4 people"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(seat(p)).say(tomorrow(p)).say(p("오후 3시", "午後3時", "3 pm")).say(said).slot("seats", "4")
	})
	eachOf(t, "also of choices", []words{{"홍차 아니 따뜻한 라테", "紅茶、いやホットラテ", "black tea, sorry, hot latte"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(said).slot("drink", "latte")
	})
	eachOf(t, "also in the opening sentence", []words{{"홍차 아니 따뜻한 라테 시켜줘", "紅茶、いやホットラテを頼みたい", "get me a black tea no wait hot latte"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(said).slot("drink", "latte").says(howMany(p))
	})
	eachOf(t, "while a free text is asked", []words{{"아니 세 잔", "いや、三杯", "no, 3 cups"}, {"세 잔으로 바꿔 주세요", "三杯に変更してください", "change it to 3 cups"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(p("홍차", "紅茶", "black tea")).say(p("2잔", "2杯", "2")).says(memo(p))
		c.say(said).by("correction").slot("cups", "3").slot("memo", "").says(memo(p))
	})
	eachOf(t, "a free text is no correction", []words{{"세 잔 다 얼음 빼고", "三杯とも氷抜きで", "3 cups without ice"}, {"아니 얼음은 빼고 세 시쯤 가지러 갈게요", "いや、氷抜きで三時に取りに行きます", "no ice, and I come at 3"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(coffee(p)).say(p("홍차", "紅茶", "black tea")).say(p("2잔", "2杯", "2")).say(said).by("question").says(said).slot("cups", "2")
	})
	inCafe(t, "two at once", func(t *testing.T, c *talk, p pick) {
		tableAt(c, p)
		c.say(p("아니 모레 4시로 바꿔줘", "いや、明後日の4時に変更して", "no, change it to friday at 4 pm")).says("2026-11-27", "16:00", right(p)).lacks(booked(p))
	})
	eachOf(t, "beside an answer, with what was worked out", []words{{"모레 3명이요", "明後日に3名です", "3 people on friday"}}, func(t *testing.T, c *talk, p pick, said string) {
		c.say(seat(p)).say(tomorrow(p)).say(p("오후 3시", "午後3時", "3 pm")).say(said).says("2026-11-27", "2026-11-27 15:00 3", "30", right(p)).slot("day", "2026-11-27").slot("seats", "3")
	})
	inCafe(t, "the one that is named", func(t *testing.T, c *talk, p pick) {
		c.say(leave(p)).say(tomorrow(p)).say(p("모레", "明後日", "2026-11-27"))
		c.say(p("귀국일을 토요일로 바꿔줘", "帰国日を土曜日に変更して", "change the return to saturday")).by("correction").slot("from", "2026-11-26").slot("to", "2026-11-28")
	})
	inCafe(t, "one that could be two is asked for", func(t *testing.T, c *talk, p pick) {
		c.say(leave(p)).say(tomorrow(p)).say(p("모레", "明後日", "2026-11-27"))
		c.say(p("아니 토요일", "いや、土曜日", "no, saturday")).by("correction").slot("from", "2026-11-26").slot("to", "2026-11-27").says("2026-11-28")
		c.tap(p("귀국일은?", "帰国日は?", "RETURN?")).slot("from", "2026-11-26").slot("to", "2026-11-28").says("2026-11-28")
	})
	inCafe(t, "the open question can be meant, too", func(t *testing.T, c *talk, p pick) {
		c.say(leave(p)).say(tomorrow(p)).say(p("아니 토요일", "いや、土曜日", "no, saturday")).slot("from", "2026-11-26").slot("to", "")
		c.say(p("출발일은", "出発日は", "departure")).slot("from", "2026-11-28").says(p("귀국일은?", "帰国日は?", "RETURN?"))
	})
	inCafe(t, "a number alone corrects nothing", func(t *testing.T, c *talk, p pick) {
		c.say(coffee(p)).say(p("홍차", "紅茶", "black tea")).say(p("2잔", "2杯", "2")).say("5").by("question").slot("cups", "2").says("5")
	})
}

const hotelBot = `
bot: {id: b, default_locale: en, locales: [ko, ja, en], timezone: Asia/Seoul}
flows:
  hotel:
    on: {postback: [hotel]}
    steps:
      - ask: {slot: adults, entity: number, prompt: {ko: "어른은 몇 명?", ja: "大人は何名?", en: "How many adults?"}}
      - ask: {slot: kids, entity: number, prompt: {ko: "아이는 몇 명?", ja: "子供は何名?", en: "How many kids?"}}
      - ask: {slot: ok, entity: yesno, prompt: "{{.slots.adults}}+{{.slots.kids}} OK?"}
      - say: DONE
`

func TestOfTwoNumbersTheOneThatIsNamedIsChanged(t *testing.T) {
	for i, locale := range []string{"ko", "ja", "en"} {
		p := func(ko, ja, en string) string { return []string{ko, ja, en}[i] }
		for _, row := range []struct {
			name string
			said words
			want string
		}{
			{"named", words{"네 근데 아이는 3명이에요", "はい、でも子供は3名です", "yes but 3 kids"}, "2+3 OK?"},
			{"named with a verb", words{"어른 4명으로 바꿔줘", "大人を4名に変更して", "change it to 4 adults"}, "4+1 OK?"},
			{"named with what it is already", words{"네 아이는 1명 맞아요", "はい、子供は1名です", "yes 1 kid"}, "DONE"},
			{"not named", words{"네 근데 3명이에요", "はい、でも3名です", "yes but 3 people"}, "3"},
			{"not named, and one of them is that already", words{"네 근데 1명이에요", "はい、でも1名です", "yes but 1 person"}, "1"},
		} {
			t.Run(row.name+"/"+locale, func(t *testing.T) {
				c := talkTo(t, hotelBot, locale).data("hotel").say(p("2명", "2名", "2")).say(p("1명", "1名", "1")).says("2+1 OK?")
				c.say(row.said.in(p)).says(row.want)
				if row.want == "3" || row.want == "1" {
					if labels := labelsOf(c.actions()); len(labels) != 2 || c.trace.After["adults"] != "2" || c.trace.After["kids"] != "1" {
						t.Errorf("not asked which: %q, %v", c.text(), labels)
					}
				}
			})
		}
	}
}
