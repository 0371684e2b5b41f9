package naverworks

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"time"

	"dari/channels"
)

// maxDrift is how wrong the clock may be before the check warns: the signed times of a token request
// begin half a minute in the past and answers take a while to arrive, so less is no trouble.
const maxDrift = 2 * time.Minute

// drift remembers how far this machine's clock was ahead of the platform's at the newest answer.
type drift struct {
	now  func() time.Time
	last atomic.Pointer[time.Duration]
}

func (d *drift) note(h http.Header) {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		ahead := d.now().Sub(at)
		d.last.Store(&ahead)
	}
}

// checkClock goes by the answers since the check began; without any there is nothing to say.
func (a *adapter) checkClock(r *report) {
	ahead := a.http.drift.last.Load()
	switch {
	case ahead == nil:
	case ahead.Abs() <= maxDrift:
		r.add("clock", channels.Pass, "This server's clock is right.")
	default:
		side := "ahead of"
		if *ahead < 0 {
			side = "behind"
		}
		r.add("clock", channels.Warn, fmt.Sprintf("This server's clock is %s %s NAVER WORKS', so that tokens may be refused or expire unnoticed. Set it, best by switching on time synchronisation (NTP).",
			ahead.Abs().Round(time.Second), side))
	}
}
