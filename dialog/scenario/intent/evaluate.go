package intent

import (
	"cmp"
	"slices"
	"time"
)

// Evaluation is how a model did on sentences with known intents. Shares are 0..1.
type Evaluation struct {
	InScope    int // test sentences that have an intent
	OutOfScope int // test sentences of OutOfScope
	// Accuracy is the share of in-scope sentences whose best intent is the right one, no threshold applied.
	Accuracy float64
	// InScopeAccuracy is the same with Thresholds.Match: a refused sentence counts as wrong.
	InScopeAccuracy float64
	// OOSRecall is the share of out-of-scope sentences refused; 0 without any.
	OOSRecall  float64
	Confusions []Confusion   // most frequent first
	P50, P99   time.Duration // of one Classify
}

// Confusion is a kind of mistake. Want is OutOfScope for sentences that should have been refused and were
// not; Got is OutOfScope for sentences that had no candidate.
type Confusion struct {
	Want    string `json:"want"`
	Got     string `json:"got"`
	Count   int    `json:"count"`
	Example string `json:"example"` // the first such sentence of the test
}

// Evaluate asks the model about every test sentence. Wrong best intents of in-scope sentences and accepted
// out-of-scope sentences become confusions.
func Evaluate(m *Model, t Thresholds, tests []Example) Evaluation {
	var e Evaluation
	var right, rightAbove, refused int
	took := make([]time.Duration, 0, len(tests))
	confusions := make(map[[2]string]*Confusion)
	mistake := func(test Example, got string) {
		key := [2]string{test.Intent, got}
		if confusions[key] == nil {
			confusions[key] = &Confusion{Want: test.Intent, Got: got, Example: test.Text}
		}
		confusions[key].Count++
	}
	for _, test := range tests {
		start := time.Now()
		found := m.Classify(test.Text, 3)
		took = append(took, time.Since(start))
		accepted := len(found) > 0 && found[0].Intent != OutOfScope && found[0].Score >= t.Match
		got, score := bestOwn(found)
		switch {
		case test.Intent == OutOfScope && accepted:
			e.OutOfScope++
			mistake(test, got)
		case test.Intent == OutOfScope:
			e.OutOfScope++
			refused++
		case got != test.Intent:
			e.InScope++
			mistake(test, got)
		default:
			e.InScope++
			right++
			if accepted && score >= t.Match {
				rightAbove++
			}
		}
	}
	e.Accuracy, e.InScopeAccuracy = share(right, e.InScope), share(rightAbove, e.InScope)
	e.OOSRecall = share(refused, e.OutOfScope)
	e.P50, e.P99 = percentile(took, 0.50), percentile(took, 0.99)
	for _, c := range confusions {
		e.Confusions = append(e.Confusions, *c)
	}
	slices.SortFunc(e.Confusions, func(a, b Confusion) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Want, b.Want), cmp.Compare(a.Got, b.Got))
	})
	return e
}

// bestOwn is the best candidate that is an intent of the bot's; OutOfScope when there is none.
func bestOwn(found []Candidate) (string, float64) {
	for _, c := range found {
		if c.Intent != OutOfScope {
			return c.Intent, c.Score
		}
	}
	return OutOfScope, 0
}

func share(part, all int) float64 {
	if all == 0 {
		return 0
	}
	return float64(part) / float64(all)
}

// percentile sorts values in place.
func percentile(values []time.Duration, p float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	slices.Sort(values)
	return values[min(int(p*float64(len(values))), len(values)-1)]
}
