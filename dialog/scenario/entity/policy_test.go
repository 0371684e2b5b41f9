package entity

import (
	"strings"
	"testing"
	"time"
)

// at is an instant in the zone of the reference.
func at(text string) time.Time {
	t, err := time.ParseInLocation("2006-01-02T15:04", text, reference.Location())
	if err != nil {
		panic(err)
	}
	return t
}

// 2026-11-25 is a Wednesday.
func TestWeekdaysFollowTheDocumentedPolicy(t *testing.T) {
	for _, c := range []struct{ now, text, want string }{
		{"2026-11-25T10:00", "금요일", "2026-11-27"},
		{"2026-11-25T10:00", "수요일", "2026-12-02"},
		{"2026-11-25T10:00", "월요일", "2026-11-30"},
		{"2026-11-25T10:00", "이번 주 월요일", "2026-11-23"},
		{"2026-11-25T10:00", "이번 월요일", "2026-11-30"},
		{"2026-11-25T10:00", "이번 수요일", "2026-11-25"},
		{"2026-11-25T10:00", "다음 금요일", "2026-12-04"},
		{"2026-11-25T10:00", "다음 주 금요일", "2026-12-04"},
		{"2026-11-25T10:00", "다다음 주 월요일", "2026-12-07"},
		{"2026-11-25T10:00", "지난 월요일", "2026-11-23"},
		{"2026-11-25T10:00", "지난주 금요일", "2026-11-20"},
		{"2026-11-25T10:00", "오는 금요일", "2026-11-27"},
		{"2026-11-25T10:00", "今週の金曜日", "2026-11-27"},
		{"2026-11-25T10:00", "来週の金曜日", "2026-12-04"},
		{"2026-11-25T10:00", "次の金曜日", "2026-11-27"},
		{"2026-11-25T10:00", "再来週の月曜", "2026-12-07"},
		{"2026-11-25T10:00", "先週の水曜", "2026-11-18"},
		{"2026-11-25T10:00", "next Friday", "2026-12-04"},
		{"2026-11-25T10:00", "this Friday", "2026-11-27"},
		{"2026-11-25T10:00", "this Monday", "2026-11-30"},
		{"2026-11-25T10:00", "Friday", "2026-11-27"},
		{"2026-11-25T10:00", "last Friday", "2026-11-20"},
		{"2026-11-25T10:00", "last Monday", "2026-11-23"},
		{"2026-11-25T10:00", "Friday next week", "2026-12-04"},
		{"2026-11-25T10:00", "coming Monday", "2026-11-30"},
		{"2026-11-23T09:00", "이번 주 일요일", "2026-11-29"},
		{"2026-11-23T09:00", "이번 주말", "2026-11-28"},
		{"2026-12-31T23:00", "내일", "2027-01-01"},
		{"2026-12-28T09:00", "다음 주 금요일", "2027-01-08"},
	} {
		expect(t, c.text, Options{Now: at(c.now)}, KindDate, c.want)
	}
}

func TestOpenDatesAreTheFirstThatHaveNotPassed(t *testing.T) {
	for _, c := range []struct{ now, text, want string }{
		{"2026-11-25T10:00", "11월 25일", "2026-11-25"},
		{"2026-11-25T10:00", "11월 24일", "2027-11-24"},
		{"2026-11-25T10:00", "1월 1일", "2027-01-01"},
		{"2026-11-25T10:00", "24日", "2026-12-24"},
		{"2026-11-25T10:00", "31일까지", "2026-12-31"},
		{"2026-01-30T10:00", "31일", "2026-01-31"},
		{"2026-02-01T10:00", "31日", "2026-03-31"},
		{"2026-11-25T10:00", "2월 29일", "2028-02-29"},
		{"2028-01-31T10:00", "한 달 뒤", "2028-02-29"},
		{"2026-01-31T10:00", "1か月後", "2026-02-28"},
		{"2028-02-29T10:00", "in a year", "2029-02-28"},
		{"2026-11-25T10:00", "크리스마스", "2026-12-25"},
		{"2026-12-26T10:00", "크리스마스", "2027-12-25"},
		{"2026-12-01T10:00", "Thanksgiving", "2027-11-25"},
		{"2026-12-01T10:00", "月初", "2026-12-01"},
		{"2026-12-02T10:00", "月初", "2027-01-01"},
	} {
		expect(t, c.text, Options{Now: at(c.now)}, KindDate, c.want)
	}
}

func TestAmbiguousHoursPreferTheNextBusinessHour(t *testing.T) {
	for _, c := range []struct{ now, text, want string }{
		{"2026-11-25T10:00", "3시", "15:00"},
		{"2026-11-25T10:00", "9시", "09:00"},
		{"2026-11-25T10:00", "12시", "12:00"},
		{"2026-11-25T10:00", "6時", "18:00"},
		{"2026-11-25T10:00", "6時半", "18:30"},
		{"2026-11-25T05:00", "7시", "07:00"},
		{"2026-11-25T10:00", "7시", "19:00"},
		{"2026-11-25T21:00", "8시", "08:00"},
		{"2026-11-25T10:00", "at 8", "20:00"},
		{"2026-11-25T10:00", "3:30", "15:30"},
	} {
		m := expect(t, c.text, Options{Now: at(c.now)}, KindTime, c.want)
		if !m.Ambiguous {
			t.Errorf("%q at %s is not marked ambiguous", c.text, c.now)
		}
	}
	expect(t, "10시", Options{Now: at("2026-11-25T09:00"), BusinessFrom: 18, BusinessTo: 23}, KindTime, "22:00")
	expect(t, "3시", Options{Now: at("2026-11-25T01:00"), BusinessFrom: 2, BusinessTo: 6}, KindTime, "03:00")
}

func TestTodayMeansWhatIsLeftOfTheDay(t *testing.T) {
	for _, c := range []struct{ now, text, want string }{
		{"2026-11-25T10:00", "오늘 9시", "2026-11-25T21:00:00+09:00"},
		{"2026-11-25T10:00", "오늘 3시", "2026-11-25T15:00:00+09:00"},
		{"2026-11-25T16:00", "오늘 3시", "2026-11-25T15:00:00+09:00"},
		{"2026-11-25T08:00", "今日の9時", "2026-11-25T09:00:00+09:00"},
		{"2026-11-25T10:00", "어제 3시", "2026-11-24T15:00:00+09:00"},
		{"2026-11-25T10:00", "내일 7시", "2026-11-26T19:00:00+09:00"},
		{"2026-11-25T10:00", "tomorrow at 8", "2026-11-26T08:00:00+09:00"},
		{"2026-11-25T10:00", "오늘 밤 1시", "2026-11-26T01:00:00+09:00"},
		{"2026-11-25T10:00", "오늘 자정", "2026-11-26T00:00:00+09:00"},
		{"2026-11-25T23:50", "20분 뒤", "2026-11-26T00:10:00+09:00"},
	} {
		expect(t, c.text, Options{Now: at(c.now)}, KindDateTime, c.want)
	}
}

func TestMomentsKeepTheZoneOfTheReference(t *testing.T) {
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Skip("no zone database on this machine")
	}
	now := time.Date(2026, 10, 31, 9, 0, 0, 0, zone) // the clocks go back in the night that follows
	expect(t, "tomorrow at 3pm", Options{Now: now}, KindDateTime, "2026-11-01T15:00:00-05:00")
	expect(t, "today at 3pm", Options{Now: now}, KindDateTime, "2026-10-31T15:00:00-04:00")
}

// expect finds one value of a kind in a text.
func expect(t *testing.T, text string, o Options, kind Kind, want string) Match {
	t.Helper()
	got := Extract(text, o)
	if len(got) != 1 || got[0].Kind != kind || Show(got[0].Value) != want {
		t.Errorf("%q at %s: got %s, want one %s %s", text, o.Now.Format(time.RFC3339), strings.ReplaceAll(lines(got), "\t", " "), kind, want)
		return Match{}
	}
	return got[0]
}
