package entity

// Words for times of day.

// reading is how a part of the day changes the hours from 1 to 12.
type reading int

const (
	asSaid  reading = iota
	am              // 12 is midnight
	pm              // 12 is noon
	midday          // 1 to 5 are afternoon
	evening         // 12 is the midnight after
	night           // 1 to 4 and 12 belong to the next day
	dawn            // 1 to 12, 12 is midnight
)

// dayPart is a part of the day with its usual hours.
type dayPart struct {
	from, to int // 24 is the midnight after
	read     reading
	only     bool // stands only before an hour: am, pm
}

var partsOfDay = newLexicon(map[string]dayPart{
	"새벽": {0, 6, dawn, false}, "이른 아침": {6, 9, am, false}, "아침": {6, 10, am, false}, "오전": {6, 12, am, false}, "점심": {12, 13, midday, false},
	"점심 시간": {12, 13, midday, false}, "점심때": {12, 13, midday, false}, "낮": {12, 18, midday, false}, "한낮": {12, 15, midday, false},
	"대낮": {12, 15, midday, false},
	"오후": {12, 18, pm, false}, "저녁": {18, 21, evening, false}, "밤": {20, 24, night, false}, "한밤중": {22, 24, night, false},
	"한밤": {22, 24, night, false}, "심야": {22, 24, night, false}, "늦은 밤": {22, 24, night, false}, "늦은 저녁": {20, 22, evening, false},
	"늦은 오후": {16, 18, pm, false}, "이른 오후": {12, 14, pm, false},
	"早朝": {5, 8, am, false}, "未明": {0, 4, dawn, false}, "明け方": {4, 6, am, false}, "朝": {6, 10, am, false}, "朝方": {5, 8, am, false},
	"午前": {6, 12, am, false}, "午前中": {6, 12, am, false}, "昼": {11, 14, midday, false}, "お昼": {11, 14, midday, false},
	"昼間": {10, 16, midday, false}, "昼過ぎ": {13, 15, midday, false}, "お昼過ぎ": {13, 15, midday, false}, "昼前": {10, 12, midday, false},
	"午後": {12, 18, pm, false}, "夕方": {16, 19, evening, false}, "夕": {16, 19, evening, false}, "夜": {18, 24, night, false},
	"晩": {18, 22, night, false}, "深夜": {22, 24, night, false}, "夜中": {22, 24, night, false}, "ごぜん": {6, 12, am, false},
	"ごご":      {12, 18, pm, false},
	"morning": {6, 12, am, false}, "early morning": {5, 8, am, false}, "late morning": {10, 12, am, false}, "afternoon": {12, 18, pm, false},
	"early afternoon": {12, 14, pm, false}, "late afternoon": {16, 18, pm, false}, "evening": {18, 21, evening, false},
	"night": {18, 24, night, false}, "lunchtime": {12, 13, midday, false}, "lunch time": {12, 13, midday, false},
	"am": {0, 12, am, true}, "pm": {12, 24, pm, true}, "a.m.": {0, 12, am, true}, "p.m.": {12, 24, pm, true}, "에이엠": {0, 12, am, true},
	"피엠": {12, 24, pm, true},
})

// namedPart is a part of a named day.
type namedPart struct {
	offset int
	part   dayPart
}

var namedParts = newLexicon(map[string]namedPart{
	"어젯밤": {-1, dayPart{20, 24, night, false}}, "간밤": {-1, dayPart{20, 24, night, false}}, "엊저녁": {-1, dayPart{18, 21, evening, false}},
	"금일 오전": {0, dayPart{6, 12, am, false}},
	"今朝":    {0, dayPart{6, 10, am, false}}, "けさ": {0, dayPart{6, 10, am, false}}, "今夜": {0, dayPart{18, 24, night, false}},
	"今晩": {0, dayPart{18, 24, night, false}}, "今夕": {0, dayPart{16, 19, evening, false}}, "昨夜": {-1, dayPart{18, 24, night, false}},
	"昨晩": {-1, dayPart{18, 24, night, false}}, "ゆうべ": {-1, dayPart{18, 24, night, false}}, "明朝": {1, dayPart{6, 10, am, false}},
	"翌朝": {1, dayPart{6, 10, am, false}}, "明晩": {1, dayPart{18, 24, night, false}},
	"tonight": {0, dayPart{18, 24, night, false}}, "tonite": {0, dayPart{18, 24, night, false}},
	"late tonight": {0, dayPart{22, 24, night, false}}, "this morning": {0, dayPart{6, 12, am, false}},
	"this afternoon": {0, dayPart{12, 18, pm, false}}, "this evening": {0, dayPart{18, 21, evening, false}},
	"last night": {-1, dayPart{18, 24, night, false}}, "last evening": {-1, dayPart{18, 21, evening, false}},
})

// clockWords are times in one word; midnight is told by 24.
var clockWords = newLexicon(map[string]int{
	"정오": 12, "자정": 24, "正午": 12, "真夜中": 24, "零時": 24, "noon": 12, "midday": 12, "midnight": 24, "12 noon": 12, "12 midnight": 24,
})

// momentWords are the present.
var momentWords = newSet(
	"지금", "지금 당장", "지금 바로", "방금", "현재", "今", "今すぐ", "ただ今", "ただいま", "現在", "now", "right now", "just now", "at the moment",
)

// nowAfter are letters that make another word of 今: 今回, 今後.
var nowAfter = map[rune]bool{
	'回': true, '後': true, '度': true, '更': true, '一': true, '時': true, '季': true, '期': true, '般': true, 'ま': true, '日': true,
	'次': true, '夏': true, '春': true, '秋': true, '冬': true, '頃': true, '昔': true, '話': true, '宵': true, '晩': true,
}

var meridiems = newLexicon(map[string]reading{"am": am, "pm": pm, "a.m.": am, "p.m.": pm, "a.m": am, "p.m": pm, "a m": am, "p m": pm})

// hourUnits end an hour; notHour are letters that make another word of it: 시간, 時代.
var (
	hourUnits = map[rune]bool{'시': true, '時': true}
	notHour   = map[rune]bool{
		'간': true, '리': true, '즌': true, '켜': true, '키': true, '작': true, '대': true, '절': true, '적': true, '름': true, '오': true,
		'도': true, '험': true, '설': true, '세': true, '장': true, '스': true, '중': true, '청': true, '민': true, '내': true, '외': true,
		'급': true, '間': true, '代': true, '期': true, '点': true, '計': true, '給': true, '速': true, '限': true, '効': true,
	}
)

// pastTo are the English ways to count minutes from an hour.
var pastTo = newLexicon(map[string]int{"past": 1, "after": 1, "to": -1, "before": -1, "till": -1, "of": -1})

// minuteWords stand before past and to.
var minuteWords = newLexicon(map[string]int{
	"half": 30, "a half": 30, "quarter": 15, "a quarter": 15, "twenty": 20, "twenty five": 25, "ten": 10, "five": 5,
})

var inThe = newSet("in the", "in", "at", "during the", "of the")

// beforeHour stand before an English hour that has no pm or o'clock; afterHour are the words that may follow it.
var (
	beforeHour = map[string]bool{
		"at": true, "around": true, "by": true, "until": true, "till": true, "about": true, "from": true, "after": true, "before": true,
		"between": true, "to": true, "since": true,
	}
	afterHour = newSet("on", "tomorrow", "today", "tonight", "please", "for", "with", "in", "and", "to", "until", "till", "til", "next", "this", "instead", "or", "if", "then", "is", "works", "work", "would", "should", "will", "sharp", "ish",
		"thanks", "thank", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "the day", "because", "but", "so",
		"through", "every", "when", "at", "sounds", "too", "ok", "okay", "right")
)
