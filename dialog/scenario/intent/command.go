package intent

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
)

const (
	usage = `usage: dari intents eval --train FILE --test FILE [--json]

Trains the intent matcher on one file and tests it on another. Both have two columns separated by a tab:
intent, text. The intent "oos" in the test file marks sentences that should be refused.
`
	shownConfusions = 20
)

// result is what the command measured; its keys are part of the command's contract.
type result struct {
	Accuracy         float64     `json:"accuracy"`          // best intent right, no threshold; in-scope rows
	InScopeAccuracy  float64     `json:"in_scope_accuracy"` // the same at thresholds.match: refused is wrong
	OOSRecall        *float64    `json:"oos_recall"`        // oos rows refused at thresholds.match; null without any
	TrainSeconds     float64     `json:"train_seconds"`
	CalibrateSeconds float64     `json:"calibrate_seconds"`
	ClassifyP50      float64     `json:"classify_p50_ms"`
	ClassifyP99      float64     `json:"classify_p99_ms"`
	MemoryMB         float64     `json:"memory_mb"`      // resident memory of the trained model
	PeakMemoryMB     float64     `json:"peak_memory_mb"` // highest growth while training
	Thresholds       Thresholds  `json:"thresholds"`
	Intents          int         `json:"intents"`
	Examples         int         `json:"examples"`
	Tested           int         `json:"tested"` // in-scope rows
	OutOfScope       int         `json:"out_of_scope"`
	Confusions       []Confusion `json:"confusions"`
	Calibration      Report      `json:"calibration"`
}

// EvalCommand is `dari intents eval`: args are what follows these words. It gives the exit code: 0 when it
// measured, 2 for wrong usage, 1 for files it cannot read or train on.
func EvalCommand(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	flags := flag.NewFlagSet("intents eval", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprint(stderr, usage)
		flags.PrintDefaults()
	}
	trainFile := flags.String("train", "", "`file` to train on")
	testFile := flags.String("test", "", "`file` to test on")
	asJSON := flags.Bool("json", false, "print JSON")
	if err := flags.Parse(args); err != nil {
		return 2
	}
	if *trainFile == "" || *testFile == "" || flags.NArg() > 0 {
		flags.Usage()
		return 2
	}
	train, tests, err := readBoth(*trainFile, *testFile)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	warnUnknown(stderr, *testFile, train, tests)
	r, err := measure(ctx, train, tests)
	if err != nil {
		fmt.Fprintln(stderr, err)
		return 1
	}
	if err := r.print(stdout, *asJSON); err != nil {
		fmt.Fprintf(stderr, "intents eval: write the result: %v\n", err)
		return 1
	}
	return 0
}

func readBoth(trainFile, testFile string) (train, tests []Example, err error) {
	train, err = ReadExamples(trainFile)
	if err != nil {
		return nil, nil, err
	}
	tests, err = ReadExamples(testFile)
	return train, tests, err
}

// warnUnknown names the intents of the test that cannot be right, most often a slip of the pen.
func warnUnknown(stderr io.Writer, testFile string, train, tests []Example) {
	known := map[string]bool{OutOfScope: true}
	for _, e := range train {
		known[e.Intent] = true
	}
	var unknown []string
	for _, e := range tests {
		if !known[e.Intent] {
			known[e.Intent] = true
			unknown = append(unknown, e.Intent)
		}
	}
	if len(unknown) > 0 {
		fmt.Fprintf(stderr, "%s: intents without a training example count as wrong: %s\n", testFile, strings.Join(unknown, ", "))
	}
}

func measure(ctx context.Context, train, tests []Example) (result, error) {
	var r result
	before, _ := resident()
	start := time.Now()
	m, err := Train(ctx, train, Options{})
	if err != nil {
		return r, err
	}
	r.TrainSeconds = time.Since(start).Seconds()
	_, peak := resident()
	r.PeakMemoryMB = megabytes(before, peak)
	r.MemoryMB = megabytes(before, settledMemory())

	start = time.Now()
	r.Thresholds, r.Calibration = Calibrate(ctx, train, Options{})
	r.CalibrateSeconds = time.Since(start).Seconds()

	e := Evaluate(m, r.Thresholds, tests)
	r.Accuracy, r.InScopeAccuracy = e.Accuracy, e.InScopeAccuracy
	if e.OutOfScope > 0 {
		r.OOSRecall = &e.OOSRecall
	}
	r.ClassifyP50, r.ClassifyP99 = milliseconds(e.P50), milliseconds(e.P99)
	r.Intents, r.Examples = len(m.names), len(train)
	r.Tested, r.OutOfScope = e.InScope, e.OutOfScope
	r.Confusions = append([]Confusion{}, e.Confusions...) // [] rather than null
	return r, ctx.Err()
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func megabytes(from, to uint64) float64 {
	if to < from {
		return 0
	}
	return float64(to-from) / (1 << 20)
}

func (r result) print(stdout io.Writer, asJSON bool) error {
	if asJSON {
		encoder := json.NewEncoder(stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(r)
	}
	w := tabwriter.NewWriter(stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "intents, examples\t%d, %d\n", r.Intents, r.Examples)
	fmt.Fprintf(w, "accuracy\t%.2f %% of %d\n", 100*r.Accuracy, r.Tested)
	fmt.Fprintf(w, "in-scope accuracy\t%.2f %% at match %.3f\n", 100*r.InScopeAccuracy, r.Thresholds.Match)
	if r.OOSRecall != nil {
		fmt.Fprintf(w, "out-of-scope recall\t%.2f %% of %d\n", 100**r.OOSRecall, r.OutOfScope)
	}
	fmt.Fprintf(w, "thresholds\tmatch %.3f, confirm %.3f, margin %.3f\n", r.Thresholds.Match, r.Thresholds.Confirm, r.Thresholds.Margin)
	fmt.Fprintf(w, "train, calibrate\t%.2f s, %.2f s\n", r.TrainSeconds, r.CalibrateSeconds)
	fmt.Fprintf(w, "classify p50, p99\t%.3f ms, %.3f ms\n", r.ClassifyP50, r.ClassifyP99)
	fmt.Fprintf(w, "memory, peak\t%.1f MB, %.1f MB\n", r.MemoryMB, r.PeakMemoryMB)
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "\n%s\n", r.Calibration)
	if len(r.Confusions) > 0 {
		fmt.Fprintf(w, "count\twanted\tgot\tfor instance\n")
	}
	for _, c := range r.Confusions[:min(len(r.Confusions), shownConfusions)] {
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", c.Count, c.Want, c.Got, firstRunes(c.Example, 60))
	}
	return w.Flush()
}
