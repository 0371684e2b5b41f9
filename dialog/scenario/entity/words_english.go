package entity

import "time"

// English words of dates.

var months = newLexicon(map[string]time.Month{
	"january": 1, "february": 2, "march": 3, "april": 4, "may": 5, "june": 6, "july": 7, "august": 8, "september": 9,
	"october": 10, "november": 11, "december": 12,
	"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10, "nov": 11, "dec": 12,
})

// shyMonths and shyWeekdays are other words too ("may", "march", "sat"): alone they need a word that points to a date.
var (
	shyMonths = map[string]bool{
		"may": true, "march": true, "mar": true, "jun": true, "jan": true, "august": true, "dec": true, "sep": true, "apr": true,
		"oct": true,
	}
	shyWeekdays = map[string]bool{"sat": true, "sun": true, "wed": true, "mon": true, "thu": true, "fri": true, "tue": true}
	pointing    = map[string]bool{
		"on": true, "by": true, "until": true, "till": true, "for": true, "from": true, "to": true, "through": true, "since": true,
		"before": true, "after": true, "in": true,
		"this": true, "next": true, "last": true, "every": true, "each": true, "of": true, "during": true, "around": true, "between": true,
	}
	// subjects stand before the verb "may": "you may 5".
	subjects = map[string]bool{
		"i": true, "you": true, "we": true, "they": true, "he": true, "she": true, "it": true, "that": true, "this": true, "who": true,
		"which": true, "there": true, "these": true, "those": true,
	}
)

// monthEdges name a place in a month, a year or a week: end of next month, early December.
type monthEdge struct {
	part  partOfMonth
	loose bool // early, mid and late need no "of"
}

var monthEdges = newLexicon(map[string]monthEdge{
	"end of": {partOfMonth{0, 0, GrainDay}, false}, "the end of": {partOfMonth{0, 0, GrainDay}, false},
	"last day of": {partOfMonth{0, 0, GrainDay}, false}, "the last day of": {partOfMonth{0, 0, GrainDay}, false},
	"first day of": {partOfMonth{1, 1, GrainDay}, false}, "the first day of": {partOfMonth{1, 1, GrainDay}, false},
	"beginning of": {partOfMonth{1, 1, GrainDay}, false}, "the beginning of": {partOfMonth{1, 1, GrainDay}, false},
	"start of": {partOfMonth{1, 1, GrainDay}, false}, "the start of": {partOfMonth{1, 1, GrainDay}, false},
	"middle of": {partOfMonth{11, 20, GrainDay}, false}, "the middle of": {partOfMonth{11, 20, GrainDay}, false},
	"early": {partOfMonth{1, 10, GrainDay}, true}, "mid": {partOfMonth{11, 20, GrainDay}, true}, "late": {partOfMonth{21, 0, GrainDay}, true},
})

// shortEdges are ends without a month.
var shortEdges = newLexicon(map[string]unit{
	"eom": month, "month end": month, "eow": week, "eoy": year, "year end": year,
})

var weekEdges = newLexicon(map[string]int{
	"end of the week": 0, "the end of the week": 0, "end of this week": 0, "end of next week": 1, "the end of next week": 1,
	"the end of this week": 0,
})

// afterWords turn a length into a date or a moment: the length later or earlier.
var afterWords = newLexicon(map[string]int{
	"후": 1, "뒤": 1, "이후": 1, "있다가": 1, "이따가": 1, "지나서": 1, "전": -1, "이전": -1, "後": 1, "前": -1, "あと": 1, "まえ": -1, "のち": 1,
	"later": 1, "from now": 1, "from right now": 1, "from today": 1, "hence": 1, "ago": -1, "earlier": -1, "back": -1,
})

// notAfterWords go on after 전, 후 and the like as another word: 3일 전화, 3日後半.
var notAfterWords = newSet("전화", "전부", "전체", "전달", "전송", "전문", "전략", "전시", "전국", "전공", "전환", "전액", "전자", "전기", "전혀", "전력", "전용",
	"후기", "후보", "후속", "후배", "후원", "후불", "후임", "후반", "뒤풀", "뒤쪽", "뒤집", "後半", "後方", "後者", "後輩", "後払", "前半", "前後", "前日", "前回", "前者", "前金", "前払",
	"前年")

// sinceWords stand before "2 hours later" and belong to it.
var sinceWords = newLexicon(map[string]int{
	"지금부터": 0, "지금으로부터": 0, "앞으로": 0, "오늘부터": 0, "오늘로부터": 0, "내일부터": 1, "今から": 0, "いまから": 0, "これから": 0, "今日から": 0, "本日から": 0, "明日から": 1,
})
