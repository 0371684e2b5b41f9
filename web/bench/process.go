package bench

import "time"

// usage is what a process has used; zero where the system does not tell.
type usage struct {
	rss, peak int64 // resident memory now and at most, in bytes
	cpu       time.Duration
}
