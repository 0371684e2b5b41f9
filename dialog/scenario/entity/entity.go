// Package entity finds typed values in what people write in Korean, Japanese and English.
//
// It knows dates, times, durations, numbers, money, phone numbers, e-mail addresses and yes/no answers, and
// matches the enums and patterns that a bot builder declares. All three languages are understood in every text,
// because people mix them; the script decides which grammar reads a word. Nothing is fetched and nothing is
// remembered: the same text, reference time and options always give the same matches.
//
// # How words become days and hours
//
//   - Weeks start on Monday. "이번 주 X", "今週のX", "X of this week" is the X of the current week, also when it has
//     passed; "다음 주 X", "다음 X", "来週のX" and "next X" is the X of the week after. "this X" and "이번 X" is the first
//     X that has not passed; "次のX", "오는 X" and a weekday alone is the first one after today.
//   - A weekend is the Saturday of its week until the Sunday; a week is its Monday with the grain week.
//   - A date without a year, and a day without a month, is the first one that has not passed.
//   - An hour from 1 to 12 without 오전/오후, 午前/午後 or am/pm is ambiguous. It is read inside business hours if it
//     can be, else as its next occurrence; with "today" it is read in what is left of the day. Match.Ambiguous tells.
//   - The hours of the night ("오늘 밤 12시", "今夜1時") belong to the following calendar day; "midnight" today is the
//     coming one.
//   - Two neighbouring numbers before one unit are an estimate ("2,3명", "이삼만원", "二、三日", "five or six") and ambiguous:
//     the value is the lower one, Match.Until the upper one.
//   - A day or a minute that does not exist ("11월 31일 3시", "3시 70분") has no value, and neither have the day and the
//     time beside it.
//   - A unit may be left out where what stands before says it: "12월 25", "3시20", "1시간 15".
//   - Where exactly one kind is asked for and nothing else is said, the question explains the answer: "삼일" and "11.30"
//     are days, "2 to 4" are hours, "now" is a time, "all day" is a length, "혼자" is one.
//   - A part of the day has the grain part_of_day and an end: "tomorrow morning" is 06:00 until 12:00.
package entity

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Kind says what a match is.
type Kind string

// The kinds. Enums and patterns come from Options, text is the whole utterance; the others are built in.
const (
	KindDate     Kind = "date"
	KindTime     Kind = "time"
	KindDateTime Kind = "datetime"
	KindDuration Kind = "duration"
	KindNumber   Kind = "number"
	KindMoney    Kind = "money"
	KindPhone    Kind = "phone"
	KindEmail    Kind = "email"
	KindYesNo    Kind = "yesno"
	KindEnum     Kind = "enum"
	KindPattern  Kind = "pattern"
	KindText     Kind = "text"
)

// The grains. Dates and times have the smallest unit that was named; numbers tell percentages and ordinals.
const (
	GrainYear      = "year"
	GrainMonth     = "month"
	GrainWeek      = "week"
	GrainDay       = "day"
	GrainHour      = "hour"
	GrainMinute    = "minute"
	GrainSecond    = "second"
	GrainPartOfDay = "part_of_day"
	GrainPercent   = "percent"
	GrainOrdinal   = "ordinal"
)

// Match is one value found in a text.
type Match struct {
	Kind       Kind
	Name       string // of the enum or the pattern, else empty
	Start, End int    // bytes of the text as it was given
	Text       string // text[Start:End]
	// Value is a Date, Time, Moment, Span, Money, EnumValue, Answer, float64 (number) or string (phone, e-mail,
	// pattern, text).
	Value     any
	Until     any    // the end of a range, of the type of Value; nil when there is none
	Grain     string // year, month, week, day, hour, minute, second, part_of_day; percent, ordinal; else empty
	Locale    string // ko, ja or en: the grammar that read it
	Ambiguous bool   // another reading is likely: an hour without 오전/오후, a weekday that does not fit its date
}

// Options say what to look for and from where to count. The zero value looks for every built-in kind, counts from
// the present in the local zone and recognises the language by its script.
type Options struct {
	Locale       string    // of the conversation; used where a text shows no language of its own
	Now          time.Time // the reference time; its zone is the zone of the values
	Kinds        []Kind    // nil: all but text. A lone date or time is a datetime only when neither date nor time is asked for
	BusinessFrom int       // first business hour, 0–23
	BusinessTo   int       // last business hour, 1–24; both zero: 9 to 18
	Enums        []Enum
	Patterns     []Pattern
}

// wants tells whether matches of kind k were asked for.
func (o Options) wants(k Kind) bool {
	if o.Kinds == nil {
		return k != KindText
	}
	return slices.Contains(o.Kinds, k)
}

// withDefaults fills what the caller left open.
func (o Options) withDefaults(text string) Options {
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	if o.BusinessFrom == 0 && o.BusinessTo == 0 {
		o.BusinessFrom, o.BusinessTo = 9, 18
	}
	lang, _, _ := strings.Cut(strings.ToLower(o.Locale), "-")
	if o.Locale = lang; lang == "" {
		o.Locale = Detect(text)
	}
	return o
}

// Extract finds the values of the kinds asked for. Where readings overlap the longest wins; the result is in order of
// position and does not overlap. Time and memory grow linearly with the text.
func Extract(text string, o Options) []Match {
	o = o.withDefaults(text)
	s := newScan(text, o)
	found := s.builtIn()
	if o.wants(KindEnum) {
		for i := range o.Enums {
			found = append(found, o.Enums[i].find(s)...)
		}
	}
	if o.wants(KindPattern) {
		for _, p := range o.Patterns {
			found = append(found, p.find(s)...)
		}
	}
	if len(found) == 0 && len(o.Kinds) == 1 {
		found = s.bare()
	}
	if len(found) == 0 && o.Kinds != nil && o.wants(KindText) {
		found = s.whole()
	}
	chosen := s.choose(found)
	matches := make([]Match, len(chosen))
	for i, p := range chosen {
		matches[i] = s.match(p)
	}
	return matches
}

// rank orders kinds where two readings cover the same text: what the bot builder declared comes first.
var rank = map[Kind]int{
	KindEnum: 0, KindPattern: 1, KindEmail: 2, KindPhone: 3, KindDateTime: 4, KindDate: 5, KindTime: 6,
	KindDuration: 7, KindMoney: 8, KindNumber: 9, KindYesNo: 10, KindText: 11,
}

// choose keeps the longest pieces that do not overlap, in order of position. No two share a character.
func (s *scan) choose(found []piece) []*piece {
	order := make([]*piece, len(found))
	for i := range found {
		p := &found[i]
		p.start, p.end = s.outward(p.start, p.end)
		order[i] = p
	}
	slices.SortStableFunc(order, func(a, b *piece) int {
		return cmp.Or((b.end-b.start)-(a.end-a.start), rank[a.kind]-rank[b.kind], a.start-b.start)
	})
	taken := make([]bool, len(s.r))
	kept := order[:0]
	for _, p := range order {
		if !slices.Contains(taken[p.start:p.end], true) {
			for i := p.start; i < p.end; i++ {
				taken[i] = true
			}
			kept = append(kept, p)
		}
	}
	slices.SortFunc(kept, func(a, b *piece) int { return a.start - b.start })
	return kept
}
