package intent

import (
	"math"
	"slices"
)

// OutOfScope is the intent of examples that the bot is to refuse: in training it is learned like any other,
// in a test file it marks sentences that no intent should take.
const OutOfScope = "oos"

// Thresholds are the borders between the bands of a Score.
type Thresholds struct {
	// Match: from here on the best intent is taken without asking.
	Match float64 `json:"match"`
	// Confirm: from here to Match it is worth asking "did you mean …?"; below, the sentence was not understood.
	Confirm float64 `json:"confirm"`
	// Margin: a second intent this close to the best one makes the sentence ambiguous.
	Margin float64 `json:"margin"`
}

// defaults hold where a bot has too few examples to measure; on public sets from 50 to 15,000 examples the
// best Match lies between 0.2 and 0.6, mostly near 0.3.
var defaults = Thresholds{Match: 0.30, Confirm: 0.20, Margin: 0.05}

const (
	priorWeight = 20 // held-out sentences that weigh as much as the defaults

	// Right answers given up for refusing strangers: this share, more with few examples per intent, because
	// the models that are measured have even fewer.
	givenUp       = 0.03
	givenUpSingle = 0.25 // divided by the examples per intent
	barelyKnown   = 0.01 // share of right answers that even Confirm lets go

	leastMatch, mostMatch = 0.20, 0.60
	mostMargin            = 0.15
	priceOfQuestion       = 0.5 // of asking a person, where a wrong answer costs 1
)

// sample is how a model that had not seen a sentence answered it.
type sample struct {
	score, gap float64 // of the best candidate, and to the second
	right      bool
	second     bool // the second candidate would have been right
	foreign    bool // no candidate can be right: the sentence is of a left-out intent or of OutOfScope
}

// choose sets the thresholds from samples. perIntent is the mean number of examples of an intent.
func choose(samples []sample, perIntent float64) Thresholds {
	var right []float64
	for _, s := range samples {
		if s.right {
			right = append(right, s.score)
		}
	}
	slices.Sort(right)
	t := Thresholds{
		Match:   settled(right, givenUp+givenUpSingle/perIntent, defaults.Match),
		Confirm: settled(right, barelyKnown, defaults.Confirm),
		Margin:  margin(samples),
	}
	t.Match = min(max(t.Match, leastMatch), mostMatch)
	t.Confirm = min(max(t.Confirm, t.Match/2), t.Match*0.9)
	return Thresholds{round(t.Match), round(t.Confirm), round(t.Margin)}
}

// settled is the quantile of sorted scores, drawn to the default when there are few.
func settled(scores []float64, quantile, otherwise float64) float64 {
	n := float64(len(scores))
	if n == 0 {
		return otherwise
	}
	at := scores[min(int(quantile*n), len(scores)-1)]
	return (at*n + otherwise*priorWeight) / (n + priorWeight)
}

// margin finds the gap below which asking saves more wrong answers than it disturbs right ones.
func margin(samples []sample) float64 {
	if len(samples) < priorWeight {
		return defaults.Margin
	}
	most, at := 0.0, 0.0
	for gap := 0.01; gap <= mostMargin; gap += 0.01 {
		var worth float64
		for _, s := range samples {
			switch {
			case s.foreign || s.gap >= gap:
			case s.second:
				worth += 1 - priceOfQuestion
			default:
				worth -= priceOfQuestion
			}
		}
		if worth > most {
			most, at = worth, gap
		}
	}
	return at
}

func round(x float64) float64 { return math.Round(x*1000) / 1000 }
