package intent

import (
	"fmt"
	"strings"
	"text/tabwriter"
)

// Report shows what each threshold would have done to the sentences held out while calibrating.
type Report struct {
	HeldOut  int     `json:"held_out"` // sentences of the bot's own intents
	Foreign  int     `json:"foreign"`  // sentences of intents left out, and of OutOfScope
	Accuracy float64 `json:"accuracy"` // of the best candidate on HeldOut, without any threshold
	Rows     []Row   `json:"rows"`     // by rising threshold, the chosen one among them
	Note     string  `json:"note,omitempty"`
}

// Row is what one value of Thresholds.Match does. All figures are shares, 0..1.
type Row struct {
	Match    float64 `json:"match"`
	Chosen   bool    `json:"chosen,omitempty"`
	Accuracy float64 `json:"accuracy"` // held-out sentences understood rightly
	Refused  float64 `json:"refused"`  // held-out sentences refused
	Foreign  float64 `json:"foreign"`  // foreign sentences refused, as they should be
}

func newReport(samples []sample, t Thresholds) Report {
	var r Report
	for _, s := range samples {
		if s.foreign {
			r.Foreign++
			continue
		}
		r.HeldOut++
		if s.right {
			r.Accuracy++
		}
	}
	if r.HeldOut < leastEvidence {
		r.Note = fmt.Sprintf("only %d sentences could be held out: the thresholds are mostly the defaults; give each intent five examples or more", r.HeldOut)
	}
	if r.HeldOut == 0 {
		return r
	}
	r.Accuracy /= float64(r.HeldOut)
	chosen := false
	for step := 1; step <= 18; step++ {
		match := float64(step) / 20
		if !chosen && match >= t.Match {
			r.Rows = append(r.Rows, newRow(samples, t.Match, true))
			chosen = true
		}
		if match != t.Match {
			r.Rows = append(r.Rows, newRow(samples, match, false))
		}
	}
	return r
}

func newRow(samples []sample, match float64, chosen bool) Row {
	var right, refused, own, refusedForeign, foreign float64
	for _, s := range samples {
		below := s.score < match
		switch {
		case s.foreign:
			foreign++
			if below {
				refusedForeign++
			}
			continue
		case below:
			refused++
		case s.right:
			right++
		}
		own++
	}
	row := Row{Match: match, Chosen: chosen}
	if own > 0 {
		row.Accuracy, row.Refused = right/own, refused/own
	}
	if foreign > 0 {
		row.Foreign = refusedForeign / foreign
	}
	return row
}

// String prints the table for a terminal.
func (r Report) String() string {
	var b strings.Builder
	if len(r.Rows) > 0 {
		fmt.Fprintf(&b, "%d sentences held out, %d of intents left out\n", r.HeldOut, r.Foreign)
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
		fmt.Fprint(w, "match\tunderstood\trefused\tforeign refused\t\t\n")
		for _, row := range r.Rows {
			mark := ""
			if row.Chosen {
				mark = "<- chosen"
			}
			fmt.Fprintf(w, "%.3f\t%.1f %%\t%.1f %%\t%.1f %%\t%s\t\n",
				row.Match, 100*row.Accuracy, 100*row.Refused, 100*row.Foreign, mark)
		}
		w.Flush()
	}
	if r.Note != "" {
		fmt.Fprintln(&b, r.Note)
	}
	return b.String()
}
