package entity

// unit is a unit of time, from large to small.
type unit int

const (
	year unit = iota + 1
	month
	week
	dayUnit
	hour
	minute
	second
)

// grain is the grain that a unit gives.
func (u unit) grain() string {
	return [...]string{"", GrainYear, GrainMonth, GrainWeek, GrainDay, GrainHour, GrainMinute, GrainSecond}[u]
}

// spanUnit is how a unit is said. An unsure one is a date as well: 3일, 2026년.
type spanUnit struct {
	unit   unit
	unsure bool
}

var koSpanUnits = newLexicon(map[string]spanUnit{
	"년": {year, true}, "년간": {year, false}, "해": {year, false}, "개월": {month, false}, "개월간": {month, false}, "달": {month, false},
	"달간": {month, false},
	"주":  {week, false}, "주일": {week, false}, "주일간": {week, false}, "주간": {week, false}, "일": {dayUnit, true}, "일간": {dayUnit, false},
	"시간": {hour, false},
	"분":  {minute, false}, "분간": {minute, false}, "초": {second, false}, "초간": {second, false},
})

var jaSpanUnits = newLexicon(map[string]spanUnit{
	"年": {year, true}, "年間": {year, false}, "ヶ月": {month, false}, "ヶ月間": {month, false}, "か月": {month, false}, "か月間": {month, false},
	"カ月": {month, false}, "カ月間": {month, false}, "ヵ月": {month, false}, "ヵ月間": {month, false}, "ケ月": {month, false}, "ケ月間": {month, false},
	"箇月": {month, false}, "ヶ月分": {month, false},
	"週": {week, false}, "週間": {week, false}, "日": {dayUnit, true}, "日間": {dayUnit, false}, "時間": {hour, false},
	"分": {minute, false}, "分間": {minute, false}, "秒": {second, false}, "秒間": {second, false},
})

var enSpanUnits = newLexicon(map[string]spanUnit{
	"year": {year, false}, "years": {year, false}, "yr": {year, false}, "yrs": {year, false}, "month": {month, false},
	"months": {month, false},
	"week":   {week, false}, "weeks": {week, false}, "wk": {week, false}, "wks": {week, false}, "fortnight": {week, false},
	"day": {dayUnit, false}, "days": {dayUnit, false}, "hour": {hour, false}, "hours": {hour, false}, "hr": {hour, false},
	"hrs":    {hour, false},
	"minute": {minute, false}, "minutes": {minute, false}, "min": {minute, false}, "mins": {minute, false},
	"second": {second, false}, "seconds": {second, false}, "sec": {second, false}, "secs": {second, false},
})

// enShortUnits stand only right after digits: 2h, 30m.
var enShortUnits = newLexicon(map[string]spanUnit{
	"h": {hour, false}, "m": {minute, false}, "s": {second, false}, "d": {dayUnit, false}, "w": {week, false}, "y": {year, false},
})

// spanWords are lengths of time in one word. The bare numbers of days make them sure.
var spanWords = newLexicon(map[string]Span{
	"하루": {Days: 1}, "이틀": {Days: 2}, "사흘": {Days: 3}, "나흘": {Days: 4}, "닷새": {Days: 5}, "엿새": {Days: 6}, "여드레": {Days: 8},
	"아흐레": {Days: 9}, "열흘": {Days: 10}, "보름": {Days: 15}, "반나절": {Hours: 6}, "한나절": {Hours: 12}, "하루 이틀": {Days: 1}, "반년": {Months: 6},
	"반 년":  {Months: 6},
	"반 시간": {Minutes: 30}, "반시간": {Minutes: 30}, "한 시간 반": {Hours: 1, Minutes: 30}, "하루 반": {Days: 1, Hours: 12},
	"半年": {Months: 6}, "半年間": {Months: 6}, "半日": {Hours: 12}, "半月": {Days: 15}, "半時間": {Minutes: 30}, "一日": {Days: 1}, "一日間": {Days: 1},
	"ひと月": {Months: 1}, "一月間": {Months: 1},
	"丸一日": {Days: 1}, "まる一日": {Days: 1}, "四半日": {Hours: 6}, "一週間半": {Weeks: 1, Days: 3, Hours: 12},
	"half an hour": {Minutes: 30}, "half hour": {Minutes: 30}, "a half hour": {Minutes: 30}, "half a day": {Hours: 12},
	"half day":    {Hours: 12},
	"half a year": {Months: 6}, "half a month": {Days: 15}, "half a minute": {Seconds: 30}, "a quarter of an hour": {Minutes: 15},
	"quarter of an hour": {Minutes: 15}, "three quarters of an hour": {Minutes: 45},
	"a fortnight": {Weeks: 2},
})

// spanNights are trips counted in nights and days: 2박 3일, 二泊三日.
var (
	spanNights  = newSet("박", "泊")
	spanJoints  = newSet("하고", "에", "과", "와", "と", "and", ",", ", and", "그리고")
	spanHalfEn  = newSet("and a half", "and half", "and one half")
	spanHalfMid = newSet("and a half", "and half")
	// notYearsAfter make a model, an age group or an era of years: 24년형, 3년생, 80년대.
	notYearsAfter = map[rune]bool{'형': true, '식': true, '생': true, '대': true, '차': true, '산': true, '째': true}
	notHalfAfter  = map[rune]bool{
		'分': true, '額': true, '端': true, '角': true, '島': true, '袖': true, '年': true, '数': true, '찬': true, '지': true, '복': true,
		'품': true,
	}
)

// spanContext marks what makes a length of "3일" and "三日".
var spanContext = newSet("동안", "간", "정도", "내내", "이내", "이상", "이나", "안에", "치", "짜리", "걸", "씩", "연속", "남", "만에", "더", "휴가", "연차", "째", "차",
	"間", "以内", "以上", "ほど", "くらい", "ぐらい", "分", "かか", "連続", "目", "ごと", "おき", "の間", "休み", "後", "前", "후", "뒤", "전", "이후", "이전", "도 안", "半")
