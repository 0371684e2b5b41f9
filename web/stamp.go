package web

import (
	"errors"
	"time"

	"dari/web/trace"
)

// stamp is a time in an answer.
type stamp = trace.Stamp

// duration is read as Go prints it ("1h30m").
type duration struct{ time.Duration }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *duration) UnmarshalText(b []byte) (err error) {
	if d.Duration, err = time.ParseDuration(string(b)); err == nil && d.Duration < 0 {
		err = errors.New("is negative")
	}
	return err
}
