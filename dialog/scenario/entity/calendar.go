package entity

import "time"

// open tells what a date left unsaid, so that the end of a range can be counted from its start.
type open int

const (
	openNothing open = iota
	openYear         // 11월 25일
	openMonth        // 25일
	openWeek         // 월요일
	openMonthOf      // 11월
)

// day is a date in the making.
type day struct {
	Date
	grain string
	open  open
	named time.Weekday // with openWeek
	until Date         // zero: none
}

// plus is the date n days later.
func (d Date) plus(n int) Date {
	return dateOf(time.Date(d.Year, d.Month, d.Day+n, 12, 0, 0, 0, time.UTC))
}

// weekday is the day of the week.
func (d Date) weekday() time.Weekday {
	return time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, time.UTC).Weekday()
}

// before compares two dates.
func (d Date) before(o Date) bool {
	if d.Year != o.Year {
		return d.Year < o.Year
	}
	if d.Month != o.Month {
		return d.Month < o.Month
	}
	return d.Day < o.Day
}

// monday is the first day of the week of d.
func (d Date) monday() Date { return d.plus(-weekIndex(d.weekday())) }

// weekIndex counts the days of a week from Monday.
func weekIndex(w time.Weekday) int { return (int(w) + 6) % 7 }

// valid tells whether there is such a day.
func (d Date) valid() bool {
	return d.Year >= 1 && d.Year <= 9999 && d.Month >= 1 && d.Month <= 12 && d.Day >= 1 && d.Day <= monthDays(d.Year, d.Month)
}

// monthDays is the number of days of a month.
func monthDays(y int, m time.Month) int {
	return time.Date(y, m+1, 0, 12, 0, 0, 0, time.UTC).Day()
}

// months is the first day of the month n months after the month of d.
func (d Date) months(n int) Date {
	return dateOf(time.Date(d.Year, d.Month+time.Month(n), 1, 12, 0, 0, 0, time.UTC))
}

// lastDay is the last day of the month of d.
func (d Date) lastDay() Date { return Date{d.Year, d.Month, monthDays(d.Year, d.Month)} }

// shift moves a date by a span; sign is 1 or -1. The 31st becomes the last day of a shorter month.
func (d Date) shift(span Span, sign int) Date {
	m := d.months(sign * (span.Years*12 + span.Months))
	m.Day = min(d.Day, monthDays(m.Year, m.Month))
	return m.plus(sign * (span.Weeks*7 + span.Days))
}

// nextMonthDay is the first such day of the year that is not before from.
func nextMonthDay(from Date, m time.Month, dayOf int) (Date, bool) {
	for y := from.Year; y <= from.Year+8; y++ {
		if d := (Date{y, m, dayOf}); d.valid() && !d.before(from) {
			return d, true
		}
	}
	return Date{}, false
}

// nextDay is the first such day of a month that is not before from.
func nextDay(from Date, dayOf int) (Date, bool) {
	for n := range 3 {
		m := from.months(n)
		if d := (Date{m.Year, m.Month, dayOf}); d.valid() && !d.before(from) {
			return d, true
		}
	}
	return Date{}, false
}

// nextWeekday is the first such weekday that is not before from.
func nextWeekday(from Date, w time.Weekday) Date {
	return from.plus((int(w) - int(from.weekday()) + 7) % 7)
}

// nthWeekday is the n-th such weekday of the month of d; n = -1 is the last.
func nthWeekday(d Date, n int, w time.Weekday) (Date, bool) {
	if n < 0 {
		last := d.lastDay()
		return last.plus(-((int(last.weekday()) - int(w) + 7) % 7)), true
	}
	found := nextWeekday(Date{d.Year, d.Month, 1}, w).plus(7 * (n - 1))
	return found, found.Month == d.Month
}

// from counts the open parts of a date from another date, not before it.
func (d day) from(start Date) day {
	switch d.open {
	case openYear:
		if found, ok := nextMonthDay(start, d.Month, d.Day); ok {
			d.Date = found
		}
	case openMonth:
		if found, ok := nextDay(start, d.Day); ok {
			d.Date = found
		}
	case openWeek:
		d.Date = nextWeekday(start, d.named)
	case openMonthOf:
		if d.Year = start.Year; d.Month < start.Month {
			d.Year++
		}
	}
	return d
}
