package bot

import (
	"time"

	"dari/bot/settings"
)

// secretExpires is the setting of a channel that holds the day on which its secret ends.
const secretExpires = "secret_expires"

// SecretEnd is when a channel's secret ends by its settings, zero if they do not say. A day that is typed ends
// with the day, in UTC.
func SecretEnd(v settings.Values) time.Time {
	day, err := time.Parse(time.DateOnly, v.Text(secretExpires))
	if err != nil {
		return time.Time{}
	}
	return day.AddDate(0, 0, 1)
}

// HowSoon says how near an end is: "over", "day", "week", "month", or "later" for what nobody needs to think of.
func HowSoon(left time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case left <= 0:
		return "over"
	case left <= day:
		return "day"
	case left <= 7*day:
		return "week"
	case left <= 30*day:
		return "month"
	}
	return "later"
}
