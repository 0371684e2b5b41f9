package entity

import "time"

// Words for days, weeks, months and years, counted from today.

var dayWords = newLexicon(withDayAfter(map[string]int{
	"오늘": 0, "금일": 0, "내일": 1, "낼": 1, "명일": 1, "익일": 1, "모레": 2, "내일모레": 2, "낼모레": 2, "내일 모레": 2, "낼 모레": 2, "내일 모래": 2, "낼 모래": 2, "글피": 3, "그글피": 4,
	"어제": -1, "어저께": -1, "작일": -1, "그제": -2, "그저께": -2, "엊그제": -2, "엊그저께": -2, "그끄저께": -3, "그끄제": -3, "다음 날": 1, "다음날": 1, "담날": 1,
	"今日": 0, "本日": 0, "きょう": 0, "明日": 1, "あした": 1, "あす": 1, "みょうにち": 1, "翌日": 1, "明後日": 2, "あさって": 2, "明々後日": 3, "明明後日": 3, "しあさって": 3,
	"昨日": -1, "きのう": -1, "さくじつ": -1, "一昨日": -2, "おととい": -2, "おとつい": -2, "一昨昨日": -3, "一昨々日": -3, "さきおととい": -3,
	"today": 0, "tomorrow": 1, "tomorow": 1, "tommorow": 1, "tommorrow": 1, "tmr": 1, "tmrw": 1, "tmw": 1, "overmorrow": 2,
	"yesterday": -1, "day before yesterday": -2, "the day before yesterday": -2,
}))

// withDayAfter adds "day after tomorrow" in every spelling of tomorrow.
func withDayAfter(words map[string]int) map[string]int {
	for _, tomorrow := range []string{"tomorrow", "tomorow", "tommorow", "tommorrow", "tmr", "tmrw", "tmw"} {
		words["day after "+tomorrow], words["the day after "+tomorrow] = 2, 2
	}
	return words
}

var weekWords = newLexicon(map[string]int{
	"이번 주": 0, "금주": 0, "다음 주": 1, "담 주": 1, "차주": 1, "내주": 1, "다다음 주": 2, "다담주": 2, "다음 다음 주": 2, "지난 주": -1, "저번 주": -1, "지지난 주": -2,
	"저저번 주": -2, "요번 주": 0,
	"다음 번 주": 1, "오는 주": 1,
	"今週": 0, "来週": 1, "翌週": 1, "再来週": 2, "先週": -1, "先々週": -2, "先先週": -2, "こんしゅう": 0, "らいしゅう": 1, "さらいしゅう": 2, "せんしゅう": -1, "次週": 1, "前週": -1,
	"this week": 0, "the current week": 0, "next week": 1, "the next week": 1, "the following week": 1, "the coming week": 1,
	"week after next": 2, "the week after next": 2, "last week": -1, "the previous week": -1, "previous week": -1,
	"week before last": -2, "the week before last": -2,
})

// shyWeekWords are also other words (금주: abstinence, 내주다: to hand out): they need a weekday or a particle.
var shyWeekWords = newSet("금주", "차주", "내주")

var monthWords = newLexicon(map[string]int{
	"이번 달": 0, "이달": 0, "금월": 0, "당월": 0, "요번 달": 0, "다음 달": 1, "담 달": 1, "내달": 1, "익월": 1, "다다음 달": 2, "다담달": 2, "다음 다음 달": 2, "지난 달": -1,
	"저번 달": -1, "지지난 달": -2, "전월": -1,
	"今月": 0, "当月": 0, "来月": 1, "翌月": 1, "再来月": 2, "先月": -1, "先々月": -2, "前月": -1, "こんげつ": 0, "らいげつ": 1, "さらいげつ": 2, "せんげつ": -1,
	"this month": 0, "the current month": 0, "next month": 1, "the next month": 1, "the following month": 1, "month after next": 2,
	"the month after next": 2, "last month": -1, "the previous month": -1, "previous month": -1,
	"the month": 0,
})

var yearWords = newLexicon(map[string]int{
	"올해": 0, "올 해": 0, "금년": 0, "이번 해": 0, "내년": 1, "명년": 1, "다음 해": 1, "후년": 2, "작년": -1, "지난 해": -1, "전년": -1, "재작년": -2,
	"今年": 0, "本年": 0, "ことし": 0, "来年": 1, "翌年": 1, "らいねん": 1, "再来年": 2, "さらいねん": 2, "去年": -1, "きょねん": -1, "昨年": -1, "さくねん": -1, "一昨年": -2,
	"おととし":      -2,
	"this year": 0, "the current year": 0, "next year": 1, "the next year": 1, "the following year": 1, "year after next": 2,
	"the year after next": 2, "last year": -1, "the previous year": -1, "previous year": -1, "the year": 0,
})

// anyWeekend marks a weekend without a week: the running or the coming one.
const anyWeekend = 99

var weekendWords = newLexicon(map[string]int{
	"주말": anyWeekend, "이번 주말": 0, "이번주 주말": 0, "금주 주말": 0, "요번 주말": 0, "다음 주말": 1, "다음주 주말": 1, "다음 주 주말": 1, "담주 주말": 1, "다다음주 주말": 2,
	"다다음 주말": 2, "지난 주말": -1, "지난주 주말": -1, "저번 주말": -1, "오는 주말": anyWeekend,
	"週末": anyWeekend, "今週末": 0, "今週の週末": 0, "今週の土日": 0, "来週末": 1, "来週の週末": 1, "来週の土日": 1, "再来週末": 2, "先週末": -1, "先週の週末": -1,
	"次の週末": anyWeekend, "今度の週末": anyWeekend, "土日": anyWeekend,
	"the weekend": anyWeekend, "this weekend": 0, "this coming weekend": anyWeekend, "the coming weekend": anyWeekend, "next weekend": 1,
	"last weekend": -1, "this past weekend": -1, "weekend": anyWeekend,
})

var weekdays = newLexicon(map[string]time.Weekday{
	"월요일": 1, "화요일": 2, "수요일": 3, "목요일": 4, "금요일": 5, "토요일": 6, "일요일": 0,
	"월욜": 1, "화욜": 2, "수욜": 3, "목욜": 4, "금욜": 5, "토욜": 6, "일욜": 0,
	"月曜日": 1, "火曜日": 2, "水曜日": 3, "木曜日": 4, "金曜日": 5, "土曜日": 6, "日曜日": 0,
	"月曜": 1, "火曜": 2, "水曜": 3, "木曜": 4, "金曜": 5, "土曜": 6, "日曜": 0,
	"げつようび": 1, "かようび": 2, "すいようび": 3, "もくようび": 4, "きんようび": 5, "どようび": 6, "にちようび": 0,
	"monday": 1, "tuesday": 2, "wednesday": 3, "thursday": 4, "friday": 5, "saturday": 6, "sunday": 0,
	"mon": 1, "tue": 2, "tues": 2, "wed": 3, "weds": 3, "thu": 4, "thur": 4, "thurs": 4, "fri": 5, "sat": 6, "sun": 0,
	"mondays": 1, "tuesdays": 2, "wednesdays": 3, "thursdays": 4, "fridays": 5, "saturdays": 6, "sundays": 0,
})

// shortDays stand in brackets behind a date and around a tilde: (수), 월~금.
var shortDays = map[rune]time.Weekday{
	'월': 1, '화': 2, '수': 3, '목': 4, '금': 5, '토': 6, '일': 0, '月': 1, '火': 2, '水': 3, '木': 4, '金': 5, '土': 6, '日': 0,
}

// which tells which of the weekdays of a name is meant.
type which int

const (
	thisOne which = iota + 1 // of this week, or the first that has not passed
	nextOne                  // of next week
	coming                   // the first after today
	lastOne                  // the last before today
)

var whichWords = newLexicon(map[string]which{
	"이번": thisOne, "요번": thisOne, "다음": nextOne, "담": nextOne, "지난": lastOne, "저번": lastOne, "오는": coming, "다가오는": coming, "돌아오는": coming,
	"다음번": nextOne,
	"この":  thisOne, "次の": coming, "今度の": coming, "こんどの": coming, "この前の": lastOne, "前の": lastOne, "先日の": lastOne,
	"this": thisOne, "this coming": coming, "next": nextOne, "coming": coming, "the coming": coming, "upcoming": coming,
	"the upcoming": coming, "last": lastOne, "this past": lastOne, "past": lastOne, "the next": coming, "the following": coming,
	"previous": lastOne,
})

// part of a month, or of a year where the month is the twelfth or the first.
type partOfMonth struct {
	first, last int // days; 0 is the last day of the month
	grain       string
}

var monthParts = newLexicon(map[string]partOfMonth{
	"말": {0, 0, GrainDay}, "말일": {0, 0, GrainDay}, "마지막 날": {0, 0, GrainDay}, "초": {1, 1, GrainDay}, "첫날": {1, 1, GrainDay},
	"첫 날": {1, 1, GrainDay}, "초순": {1, 10, GrainDay},
	"상순": {1, 10, GrainDay}, "중순": {11, 20, GrainDay}, "하순": {21, 0, GrainDay}, "중반": {11, 20, GrainDay},
	"末": {0, 0, GrainDay}, "末日": {0, 0, GrainDay}, "最終日": {0, 0, GrainDay}, "最後の日": {0, 0, GrainDay}, "終わり": {0, 0, GrainDay},
	"初め": {1, 1, GrainDay}, "はじめ": {1, 1, GrainDay}, "初旬": {1, 10, GrainDay}, "頭": {1, 1, GrainDay}, "初日": {1, 1, GrainDay},
	"上旬": {1, 10, GrainDay}, "中旬": {11, 20, GrainDay}, "下旬": {21, 0, GrainDay}, "半ば": {11, 20, GrainDay},
})

// bareMonthParts name a part of a month or year without the month: the running one, or the next where it has passed.
type bareMonthPart struct {
	part   partOfMonth
	month  time.Month // 0: of any month
	offset int        // of the year
}

var bareMonthParts = newLexicon(map[string]bareMonthPart{
	"월말": {part: partOfMonth{0, 0, GrainDay}}, "월초": {part: partOfMonth{1, 1, GrainDay}}, "연말": {partOfMonth{0, 0, GrainDay}, 12, 0},
	"연초": {partOfMonth{1, 1, GrainDay}, 1, 0},
	"月末": {part: partOfMonth{0, 0, GrainDay}}, "月初": {part: partOfMonth{1, 1, GrainDay}}, "月初め": {part: partOfMonth{1, 1, GrainDay}},
	"年末": {partOfMonth{0, 0, GrainDay}, 12, 0}, "年始": {partOfMonth{1, 1, GrainDay}, 1, 0}, "年初": {partOfMonth{1, 1, GrainDay}, 1, 0},
	"年明け": {partOfMonth{1, 1, GrainDay}, 1, 0},
})

// nth tells which week or weekday of a month is meant; -1 is the last.
var nthWords = newLexicon(map[string]int{
	"첫째": 1, "첫 번째": 1, "첫": 1, "둘째": 2, "두 번째": 2, "셋째": 3, "세 번째": 3, "넷째": 4, "네 번째": 4, "다섯째": 5, "다섯 번째": 5, "마지막": -1,
	"第1": 1, "第2": 2, "第3": 3, "第4": 4, "第5": 5, "第一": 1, "第二": 2, "第三": 3, "第四": 4, "第五": 5, "最終": -1, "最後の": -1, "最初の": 1,
	"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5, "last": -1,
	"the first": 1, "the second": 2, "the third": 3, "the fourth": 4, "the last": -1, "the 1st": 1, "the 2nd": 2, "the 3rd": 3, "the 4th": 4,
})

// eras are the Japanese eras with the year before their first.
var eras = newLexicon(map[string]int{
	"令和": 2018, "平成": 1988, "昭和": 1925, "大正": 1911, "明治": 1867, "れいわ": 2018, "へいせい": 1988, "레이와": 2018, "헤이세이": 1988, "r": 2018, "h": 1988,
})
