package entity

import "time"

// at is the hour that is meant on a day (nil: on no day in particular), and whether it had to be chosen.
func (s *scan) at(c clock, d *Date) (Time, bool) {
	if c.known || c.Hour > 12 || c.Hour == 0 {
		return c.Time, false
	}
	early, late := c.Time, c.Time
	early.Hour, late.Hour = c.Hour%12, c.Hour%12+12
	today := d == nil || *d == s.today
	now := s.Now.Hour()*3600 + s.Now.Minute()*60 + s.Now.Second()
	ahead := func(t Time) bool { return t.Hour*3600+t.Minute*60+t.Second > now }
	works := func(t Time) bool {
		return t.Hour >= s.BusinessFrom && (t.Hour < s.BusinessTo || t.Hour == s.BusinessTo && t.Minute == 0)
	}
	if d != nil && today && ahead(early) != ahead(late) {
		return late, true // only the later one is still to come
	}
	switch {
	case works(early) != works(late):
		return pick(works(early), early, late), true
	case today:
		return pick(ahead(early) || !ahead(late), early, late), true
	}
	return pick(s.BusinessFrom-early.Hour <= late.Hour-s.BusinessTo, early, late), true
}

func pick(first bool, a, b Time) Time {
	if first {
		return a
	}
	return b
}

// moment is a clock on a day.
func (s *scan) moment(d Date, t Time) Moment {
	return Moment{time.Date(d.Year, d.Month, d.Day, t.Hour, t.Minute, t.Second, 0, s.Now.Location())}
}
