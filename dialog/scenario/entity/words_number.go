package entity

// Numerals of the three languages.

// smallUnits multiply within a group of four digits, bigUnits start a new group.
var (
	smallUnits = map[rune]float64{'십': 10, '백': 100, '천': 1000, '十': 10, '拾': 10, '百': 100, '千': 1000}
	bigUnits   = map[rune]float64{'만': 1e4, '억': 1e8, '조': 1e12, '万': 1e4, '萬': 1e4, '億': 1e8, '兆': 1e12}
)

// digits of Sino-Korean and Japanese numerals.
var eastDigits = map[rune]float64{
	'영': 0, '공': 0, '일': 1, '이': 2, '삼': 3, '사': 4, '오': 5, '육': 6, '륙': 6, '칠': 7, '팔': 8, '구': 9,
	'〇': 0, '零': 0, '一': 1, '二': 2, '三': 3, '四': 4, '五': 5, '六': 6, '七': 7, '八': 8, '九': 9, '壱': 1, '弐': 2, '参': 3,
}

// nativeTens and nativeOnes are the native Korean numerals. Those with det stand only before a counter.
type native struct {
	val, hi float64
	det     bool
}

var nativeTens = newLexicon(map[string]native{
	"열": {val: 10}, "스물": {val: 20}, "스무": {val: 20, det: true}, "서른": {val: 30}, "마흔": {val: 40}, "쉰": {val: 50},
	"예순": {val: 60}, "일흔": {val: 70}, "여든": {val: 80}, "아흔": {val: 90},
})

var nativeOnes = newLexicon(map[string]native{
	"하나": {val: 1}, "둘": {val: 2}, "셋": {val: 3}, "넷": {val: 4}, "다섯": {val: 5}, "여섯": {val: 6}, "일곱": {val: 7},
	"여덟": {val: 8}, "여덜": {val: 8}, "아홉": {val: 9},
	"한": {val: 1, det: true}, "두": {val: 2, det: true}, "세": {val: 3, det: true}, "네": {val: 4, det: true},
	"석": {val: 3, det: true}, "넉": {val: 4, det: true}, "서": {val: 3, det: true},
	"한두": {1, 2, true}, "두세": {2, 3, true}, "두서너": {2, 4, true}, "서너": {3, 4, true}, "네다섯": {4, 5, true},
	"너댓": {4, 5, true}, "대여섯": {5, 6, true}, "예닐곱": {6, 7, true},
})

// kanaNumbers are Japanese numbers that carry their counter in the word.
var kanaNumbers = newLexicon(map[string]float64{
	"ゼロ": 0, "ひとつ": 1, "ふたつ": 2, "みっつ": 3, "よっつ": 4, "いつつ": 5, "むっつ": 6, "ななつ": 7, "やっつ": 8, "ここのつ": 9,
	"ひとり": 1, "ふたり": 2, "お一人": 1, "お二人": 2,
})

// enNumeral is one word of an English number.
type enNumeral struct {
	val   float64
	class class
}

type class int

const (
	ones    class = iota + 1 // one … nineteen
	tens                     // twenty … ninety
	hundred                  // multiplies what stands before it
	scale                    // thousand, million, billion
)

var englishNumbers = newLexicon(map[string]enNumeral{
	"zero": {0, ones}, "one": {1, ones}, "two": {2, ones}, "three": {3, ones}, "four": {4, ones}, "five": {5, ones},
	"six": {6, ones}, "seven": {7, ones}, "eight": {8, ones}, "nine": {9, ones}, "ten": {10, ones}, "eleven": {11, ones},
	"twelve": {12, ones}, "thirteen": {13, ones}, "fourteen": {14, ones}, "fifteen": {15, ones}, "sixteen": {16, ones},
	"seventeen": {17, ones}, "eighteen": {18, ones}, "nineteen": {19, ones},
	"twenty": {20, tens}, "thirty": {30, tens}, "forty": {40, tens}, "fourty": {40, tens}, "fifty": {50, tens}, "sixty": {60, tens},
	"seventy": {70, tens}, "eighty": {80, tens}, "ninety": {90, tens},
	"hundred": {100, hundred}, "thousand": {1e3, scale}, "million": {1e6, scale}, "billion": {1e9, scale}, "trillion": {1e12, scale},
})

// suffixScales stand after digits: 3k, 1.5 million.
var suffixScales = newLexicon(map[string]float64{
	"k": 1e3, "mil": 1e6, "mn": 1e6, "bn": 1e9, "hundred": 100, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
})

var ordinalWords = newLexicon(map[string]float64{
	"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8, "ninth": 9,
	"tenth": 10, "eleventh": 11, "twelfth": 12, "thirteenth": 13, "fourteenth": 14, "fifteenth": 15, "sixteenth": 16,
	"seventeenth": 17, "eighteenth": 18, "nineteenth": 19, "twentieth": 20, "twenty first": 21, "twenty second": 22,
	"twenty third": 23, "twenty fourth": 24, "twenty fifth": 25, "twenty sixth": 26, "twenty seventh": 27,
	"twenty eighth": 28, "twenty ninth": 29, "thirtieth": 30, "thirty first": 31,
})

// koOrdinals are Korean ordinals that do not start with a number word.
var koOrdinals = newLexicon(map[string]float64{
	"첫 번째": 1, "첫째": 1, "첫 째": 1, "첫번 째": 1, "둘째": 2, "셋째": 3, "넷째": 4, "다섯째": 5, "여섯째": 6, "일곱째": 7, "여덟째": 8,
	"아홉째": 9, "열째": 10,
})
