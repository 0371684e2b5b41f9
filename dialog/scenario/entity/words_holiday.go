package entity

import "time"

// Holidays that people name instead of a date.

type monthDay struct {
	month time.Month
	day   int
}

// fixedHolidays fall on the same day every year.
var fixedHolidays = newLexicon(map[string]monthDay{
	"크리스마스 이브": {12, 24}, "크리스마스": {12, 25}, "성탄절": {12, 25}, "신정": {1, 1}, "새해 첫날": {1, 1}, "삼일절": {3, 1}, "어린이날": {5, 5}, "어버이날": {5, 8},
	"스승의 날": {5, 15}, "현충일": {6, 6},
	"제헌절": {7, 17}, "광복절": {8, 15}, "개천절": {10, 3}, "한글날": {10, 9}, "발렌타인데이": {2, 14}, "화이트데이": {3, 14}, "빼빼로데이": {11, 11}, "할로윈": {10, 31},
	"만우절": {4, 1}, "근로자의 날": {5, 1},
	"クリスマスイブ": {12, 24}, "クリスマスイヴ": {12, 24}, "クリスマス": {12, 25}, "元日": {1, 1}, "元旦": {1, 1}, "大晦日": {12, 31}, "建国記念の日": {2, 11},
	"天皇誕生日": {2, 23}, "昭和の日": {4, 29}, "憲法記念日": {5, 3}, "みどりの日": {5, 4},
	"こどもの日": {5, 5}, "子供の日": {5, 5}, "山の日": {8, 11}, "文化の日": {11, 3}, "勤労感謝の日": {11, 23}, "バレンタインデー": {2, 14}, "ホワイトデー": {3, 14},
	"ハロウィン": {10, 31}, "七夕": {7, 7}, "ひな祭り": {3, 3},
	"christmas eve": {12, 24}, "xmas eve": {12, 24}, "christmas": {12, 25}, "christmas day": {12, 25}, "xmas": {12, 25},
	"boxing day": {12, 26}, "new year's eve": {12, 31}, "new years eve": {12, 31}, "new year's day": {1, 1}, "new years day": {1, 1},
	"valentine's day": {2, 14}, "valentines day": {2, 14}, "halloween": {10, 31}, "independence day": {7, 4}, "the 4th of july": {7, 4},
	"st patrick's day": {3, 17}, "april fools' day": {4, 1}, "labour day": {5, 1}, "veterans day": {11, 11},
})

// movingHolidays fall on an n-th weekday.
type movingHoliday struct {
	month  time.Month
	nth    int
	named  time.Weekday
	offset int
}

var movingHolidays = newLexicon(map[string]movingHoliday{
	"thanksgiving": {11, 4, time.Thursday, 0}, "thanksgiving day": {11, 4, time.Thursday, 0}, "black friday": {11, 4, time.Thursday, 1},
	"labor day": {9, 1, time.Monday, 0}, "memorial day": {5, -1, time.Monday, 0},
	"추수감사절": {11, 4, time.Thursday, 0}, "블랙프라이데이": {11, 4, time.Thursday, 1}, "成人の日": {1, 2, time.Monday, 0}, "海の日": {7, 3, time.Monday, 0},
	"敬老の日": {9, 3, time.Monday, 0}, "スポーツの日": {10, 2, time.Monday, 0}, "母の日": {5, 2, time.Sunday, 0}, "父の日": {6, 3, time.Sunday, 0},
	"mother's day": {5, 2, time.Sunday, 0}, "father's day": {6, 3, time.Sunday, 0},
})

// lunarHolidays are those of the Korean lunar calendar by year. Outside the table they are not read.
var lunarHolidays = newLexicon(map[string]map[int]monthDay{"설날": seollal, "구정": seollal, "추석": chuseok, "한가위": chuseok})

var (
	seollal = map[int]monthDay{2024: {2, 10}, 2025: {1, 29}, 2026: {2, 17}, 2027: {2, 7}, 2028: {1, 27}, 2029: {2, 13}, 2030: {2, 3}}
	chuseok = map[int]monthDay{2024: {9, 17}, 2025: {10, 6}, 2026: {9, 25}, 2027: {9, 15}, 2028: {10, 3}, 2029: {9, 22}, 2030: {9, 12}}
)
