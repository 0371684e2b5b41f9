package bench

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"time"
)

// Report is everything that was measured. In JSON times are whole nanoseconds, sizes bytes.
type Report struct {
	OS            string        `json:"os"`
	Arch          string        `json:"arch"`
	Go            string        `json:"go"`
	CPUs          int           `json:"cpus"`
	Duration      time.Duration `json:"duration_ns"`
	EngineDelay   time.Duration `json:"engine_delay_ns"`
	Conversations int           `json:"conversations"`
	Wait          string        `json:"senders_wait_for"`
	MedianFsync   time.Duration `json:"median_fsync_ns"` // of 4 KiB at the end of a file, alone
	Results       []Result      `json:"results"`
}

// Result is one measurement. What the operating system does not tell is zero or null.
type Result struct {
	Platform string `json:"platform"`
	System   string `json:"system"` // "dari" or "floor"
	Senders  int    `json:"senders"`
	Stored   int    `json:"stored_conversations"` // before the start
	Nodes    int    `json:"nodes,omitempty"`      // on one PostgreSQL; 0: one with a file of its own
	Round    int    `json:"round"`

	Callbacks int    `json:"callbacks"` // acknowledged
	Failed    int    `json:"failed"`    // not acknowledged
	Lost      int    `json:"lost"`      // acknowledged and never answered
	Doubled   int    `json:"doubled"`   // answered more than once
	Failure   string `json:"failure,omitempty"`

	AcksPerSecond    float64       `json:"acks_per_second"`
	RepliesPerSecond float64       `json:"replies_per_second"` // up to the last one, also of what had piled up
	AckP50           time.Duration `json:"ack_p50_ns"`
	AckP99           time.Duration `json:"ack_p99_ns"`
	ReplyP50         time.Duration `json:"reply_p50_ns"` // from the callback's first byte to the platform's call
	ReplyP99         time.Duration `json:"reply_p99_ns"`

	CPUPerCallback     time.Duration `json:"cpu_per_callback_ns"` // of the server alone
	Start              time.Duration `json:"start_ns"`            // until /readyz says yes
	RSSAtStart         int64         `json:"rss_at_start"`        // when it was ready
	PeakRSSAtStart     int64         `json:"peak_rss_at_start"`   // until then, with what was read of the store's file
	PeakRSS            int64         `json:"peak_rss"`            // from then on
	CallbackBytes      int           `json:"callback_bytes"`
	DiskPerMessage     float64       `json:"disk_bytes_per_message"`
	CommitsPerCallback *float64      `json:"commits_per_callback"`
}

func newReport(o Options) Report {
	return Report{
		OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), CPUs: runtime.GOMAXPROCS(0),
		Duration: o.Duration, EngineDelay: o.EngineDelay, Conversations: o.Conversations, Wait: o.Wait,
	}
}

// fill takes the counts and times of the messages over; begin is when the first one was sent.
func (r *Result) fill(t tally, begin time.Duration) {
	r.Callbacks, r.Lost = t.acked, t.lost
	r.AcksPerSecond = perSecond(t.acked, t.lastAck-begin)
	r.RepliesPerSecond = perSecond(t.answered, t.lastAnswer-begin)
	r.AckP50, r.AckP99 = quantile(t.ackTimes, 0.5), quantile(t.ackTimes, 0.99)
	r.ReplyP50, r.ReplyP99 = quantile(t.answerTimes, 0.5), quantile(t.answerTimes, 0.99)
}

func perSecond(n int, d time.Duration) float64 {
	if d <= 0 {
		return 0
	}
	return float64(n) / d.Seconds()
}

// Good tells whether every callback was acknowledged and answered once.
func (r Report) Good() bool {
	return len(r.Results) > 0 && !slices.ContainsFunc(r.Results, func(r Result) bool {
		return r.Failed > 0 || r.Lost > 0 || r.Doubled > 0 || r.Callbacks == 0 || r.Failure != ""
	})
}

// row is one line of the table: the rounds of one case.
type row struct {
	Result                // of the round in the middle
	rounds, base []Result // base is what they are compared with: the floor, or the empty store
}

// rows gather the rounds of each case, in the order in which they were measured.
func (r Report) rows() (out []row) {
	for _, res := range r.Results {
		same := func(o Result) bool {
			return o.Platform == res.Platform && o.Senders == res.Senders && o.System == res.System && o.Stored == res.Stored && o.Nodes == res.Nodes
		}
		if slices.ContainsFunc(out, func(o row) bool { return same(o.rounds[0]) }) {
			continue
		}
		var w row
		for _, o := range r.Results {
			switch {
			case same(o):
				w.rounds = append(w.rounds, o)
			case o.Platform != res.Platform || o.Senders != res.Senders:
			case res.System == systemDari && res.Stored == 0 && res.Nodes == 0 && o.System == systemFloor,
				res.Stored+res.Nodes > 0 && o.System == systemDari && o.Stored+o.Nodes == 0:
				w.base = append(w.base, o)
			}
		}
		byRate := slices.SortedFunc(slices.Values(w.rounds), func(a, b Result) int { return cmp.Compare(a.RepliesPerSecond, b.RepliesPerSecond) })
		w.Result = byRate[len(byRate)/2]
		out = append(out, w)
	}
	return out
}

// ratio is the median over the rounds of what value makes of this case and of its base.
func (w row) ratio(value func(Result) float64) float64 {
	var all []float64
	for _, r := range w.rounds {
		for _, b := range w.base {
			if b.Round == r.Round && value(b) > 0 {
				all = append(all, value(r)/value(b))
			}
		}
	}
	if len(all) == 0 {
		return math.NaN()
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// WriteJSON prints everything.
func (r Report) WriteJSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// WriteTable prints a table in Markdown.
func (r Report) WriteTable(w io.Writer) {
	fmt.Fprintf(w, "%d CPUs, %s/%s, %s, median fsync %s ms; %v a run, %d conversations", r.CPUs, r.OS, r.Arch, r.Go,
		millis(r.MedianFsync), r.Duration, r.Conversations)
	if r.EngineDelay > 0 {
		fmt.Fprintf(w, ", engine takes %v", r.EngineDelay)
	}
	fmt.Fprintf(w, "; a sender goes on after the %s.\n\n", r.Wait)
	fmt.Fprintln(w, "| platform | senders | system | replies/s | of base | acks/s | ack p50 / p99 ms | p99 of base | callback→reply p50 / p99 ms | CPU µs per callback | peak memory MB | start ms / MB after, at most | disk bytes per message | commits per 1,000 |")
	fmt.Fprintln(w, "|---|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|")
	for _, o := range r.rows() {
		fmt.Fprintf(w, "| %s | %d | %s | %s | %s | %s | %s / %s | %s | %s / %s | %s | %s | %d / %s, %s | %.0f (%.1f×) | %s |\n",
			o.Platform, o.Senders, systemName(o.System, o.Stored, o.Nodes), thousands(o.RepliesPerSecond),
			percent(o.ratio(func(r Result) float64 { return r.RepliesPerSecond })), thousands(o.AcksPerSecond),
			millis(o.AckP50), millis(o.AckP99), times(o.ratio(func(r Result) float64 { return r.AckP99.Seconds() })),
			millis(o.ReplyP50), millis(o.ReplyP99), micros(o.CPUPerCallback), megabytes(o.PeakRSS),
			o.Start.Milliseconds(), megabytes(o.RSSAtStart), megabytes(o.PeakRSSAtStart),
			o.DiskPerMessage, o.DiskPerMessage/float64(max(o.CallbackBytes, 1)), perThousand(o.CommitsPerCallback))
	}
	fmt.Fprintln(w, "\nThe base of Dari is the floor; that of a filled store and of nodes is the empty store in a file.")
	for _, o := range r.Results {
		if o.Failed+o.Lost+o.Doubled > 0 || o.Failure != "" {
			fmt.Fprintf(w, "\n**%s, %d senders, %s: %d callbacks failed, %d were acknowledged and not answered, %d answered twice.** %s\n",
				o.Platform, o.Senders, systemName(o.System, o.Stored, o.Nodes), o.Failed, o.Lost, o.Doubled, o.Failure)
		}
	}
}

func systemName(system string, stored, nodes int) string {
	switch {
	case system == systemFloor:
		return "floor"
	case nodes == 1:
		return "Dari, 1 node on PostgreSQL"
	case nodes > 1:
		return fmt.Sprintf("Dari, %d nodes on PostgreSQL", nodes)
	case stored > 0:
		return fmt.Sprintf("Dari, %s stored", thousands(float64(stored)))
	}
	return "Dari"
}

const unknown = "n/a"

func millis(d time.Duration) string { return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond)) }

func micros(d time.Duration) string {
	if d == 0 {
		return unknown
	}
	return fmt.Sprintf("%.0f", float64(d)/float64(time.Microsecond))
}

func megabytes(n int64) string {
	if n == 0 {
		return unknown
	}
	return fmt.Sprintf("%.0f", float64(n)/(1<<20))
}

func percent(f float64) string {
	if math.IsNaN(f) {
		return ""
	}
	return fmt.Sprintf("%.0f %%", 100*f)
}

func times(f float64) string {
	if math.IsNaN(f) {
		return ""
	}
	return fmt.Sprintf("%.1f×", f)
}

func perThousand(f *float64) string {
	if f == nil {
		return unknown
	}
	return fmt.Sprintf("%.0f", 1000**f)
}

// thousands writes a whole number with commas.
func thousands(f float64) string {
	s := fmt.Sprintf("%.0f", f)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
