package entity

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Date is a day of the calendar without a zone. A week, month or year is the Date of its first day.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// String gives the date as 2006-01-02.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day) }

// MarshalText writes the date as 2006-01-02.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date written as 2006-01-02.
func (d *Date) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil {
		return fmt.Errorf("date %q: write it as YYYY-MM-DD: %w", b, err)
	}
	*d = dateOf(t)
	return nil
}

// In is the first instant of the day in a zone.
func (d Date) In(zone *time.Location) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// Time is a time of day.
type Time struct{ Hour, Minute, Second int }

// String gives the time as 15:04, with seconds only when there are some.
func (t Time) String() string {
	if t.Second != 0 {
		return fmt.Sprintf("%02d:%02d:%02d", t.Hour, t.Minute, t.Second)
	}
	return fmt.Sprintf("%02d:%02d", t.Hour, t.Minute)
}

// MarshalText writes the time as 15:04 or 15:04:05.
func (t Time) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads a time written as 15:04 or 15:04:05.
func (t *Time) UnmarshalText(b []byte) error {
	parsed, err := time.Parse("15:04", string(b))
	if err != nil {
		parsed, err = time.Parse(time.TimeOnly, string(b))
	}
	if err != nil {
		return fmt.Errorf("time %q: write it as HH:MM or HH:MM:SS: %w", b, err)
	}
	*t = Time{parsed.Hour(), parsed.Minute(), parsed.Second()}
	return nil
}

// Moment is an instant in the zone of the conversation. It is written as RFC 3339 with whole seconds.
type Moment struct{ time.Time }

// String gives the moment as RFC 3339.
func (m Moment) String() string { return m.Format(time.RFC3339) }

// MarshalJSON writes the moment as RFC 3339 with its zone.
func (m Moment) MarshalJSON() ([]byte, error) { return json.Marshal(m.String()) }

// Span is a length of time in the units it was said in. A month has no fixed length, so the parts are kept.
type Span struct {
	Years, Months, Weeks, Days int
	Hours, Minutes             int
	Seconds                    float64
}

// String gives the span as ISO 8601, for example PT1H30M.
func (d Span) String() string {
	var b strings.Builder
	b.WriteByte('P')
	part := func(n float64, unit byte) {
		if n != 0 {
			b.WriteString(strconv.FormatFloat(n, 'f', -1, 64))
			b.WriteByte(unit)
		}
	}
	part(float64(d.Years), 'Y')
	part(float64(d.Months), 'M')
	part(float64(d.Weeks), 'W')
	part(float64(d.Days), 'D')
	if d.timed() {
		b.WriteByte('T')
		part(float64(d.Hours), 'H')
		part(float64(d.Minutes), 'M')
		part(d.Seconds, 'S')
	}
	if b.Len() == 1 {
		return "PT0S"
	}
	return b.String()
}

// Length is the span in seconds, a month counted as 30 days and a year as 365.
func (d Span) Length() float64 {
	days := d.Years*365 + d.Months*30 + d.Weeks*7 + d.Days
	return float64(days)*86400 + float64(d.Hours)*3600 + float64(d.Minutes)*60 + d.Seconds
}

// MarshalJSON writes {"iso":"PT1H30M","seconds":5400}.
func (d Span) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		ISO     string  `json:"iso"`
		Seconds float64 `json:"seconds"`
	}{d.String(), d.Length()})
}

// timed tells whether the span has a part smaller than a day.
func (d Span) timed() bool { return d.Hours != 0 || d.Minutes != 0 || d.Seconds != 0 }

// Money is an amount in a currency named by its ISO 4217 code.
type Money struct {
	Amount   float64 `json:"amount"`
	Currency string  `json:"currency"`
}

// String gives the amount and the code, for example 35000 KRW.
func (m Money) String() string { return plain(m.Amount) + " " + m.Currency }

// Answer is what a reply to a yes/no question means.
type Answer string

// The answers. Unclear stands for words that mean both ("괜찮아요", "結構です") or neither ("maybe"): ask again.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unclear Answer = "unclear"
)

// EnumValue is the value of an enum that was meant.
type EnumValue struct {
	ID    string            `json:"id"`
	Label map[string]string `json:"label,omitempty"` // by locale
}

// String gives the id.
func (v EnumValue) String() string { return v.ID }

// plain writes a number without exponent and without trailing zeros.
func plain(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// tidy removes what binary fractions leave behind, so that 1.1 + 2.2 reads 3.3.
func tidy(n float64) float64 {
	if math.Abs(n) < 1e9 {
		return math.Round(n*1e6) / 1e6
	}
	return n
}
