package trace

import "time"

// Stamp is a time in an answer: RFC 3339 in UTC with milliseconds, null if it is not known.
type Stamp time.Time

// IsZero lets "omitzero" leave an unknown time out.
func (s Stamp) IsZero() bool { return time.Time(s).IsZero() }

// MarshalJSON implements json.Marshaler.
func (s Stamp) MarshalJSON() ([]byte, error) {
	if s.IsZero() {
		return []byte("null"), nil
	}
	return time.Time(s).UTC().AppendFormat(nil, `"2006-01-02T15:04:05.000Z07:00"`), nil
}
