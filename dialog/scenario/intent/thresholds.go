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

// defaults hold where a bot has too few examples to measure. On public sets of 50 to 15,000 examples in three
// languages the Match that serves best lies between 0.2 and 0.6, mostly near 0.3.
var defaults = Thresholds{Match: 0.28, Confirm: 0.18, Margin: 0.05}

const (
	// leastEvidence is how many held-out sentences weigh as much as the defaults.
	leastEvidence = 20
	// priceOfRefusal: a left-out intent's sentence that is refused is worth this much of an own sentence
	// understood. It is low because such sentences resemble the bot's own more than what strangers ask.
	priceOfRefusal = 0.15
	// barelyKnown is the share of right answers that even Confirm lets go.
	barelyKnown = 0.01
	// priceOfQuestion is that of asking a person, where a wrong answer costs 1.
	priceOfQuestion = 0.5

	leastMatch, mostMatch   = 0.15, 0.60
	leastMargin, mostMargin = 0.02, 0.15
)

// sample is how a model that had not seen a sentence answered it.
type sample struct {
	score, gap float64 // of the best candidate, and to the second
	right      bool
	second     bool // the second candidate would have been right
	foreign    bool // no candidate can be right: the sentence is of a left-out intent or of OutOfScope
}

// choose sets the thresholds from samples.
func choose(samples []sample) Thresholds {
	t := Thresholds{
		Match:   moderate(bestMatch(samples), defaults.Match, len(samples)),
		Confirm: moderate(lowest(samples, barelyKnown), defaults.Confirm, len(samples)),
		Margin:  margin(samples),
	}
	t.Confirm = min(max(t.Confirm, t.Match/2), t.Match*0.9)
	return Thresholds{round(t.Match), round(t.Confirm), round(t.Margin)}
}

// moderate draws what was measured halfway to the default, further when there is little to measure by: a bot's
// own sentences cannot tell all that strangers will ask.
func moderate(measured, otherwise float64, samples int) float64 {
	n, prior := float64(samples), float64(max(samples, leastEvidence))
	return (measured*n + otherwise*prior) / (n + prior)
}

// bestMatch is the threshold with the highest worth, the lowest of equals.
func bestMatch(samples []sample) float64 {
	best, most := leastMatch, -1.0
	for step := 200 * leastMatch; step <= 200*mostMatch; step++ {
		match := step / 200
		row := newRow(samples, match, false)
		if worth := row.Accuracy + priceOfRefusal*row.Foreign; worth > most {
			best, most = match, worth
		}
	}
	return best
}

// lowest is the score that only the given share of right answers stays below.
func lowest(samples []sample, share float64) float64 {
	var scores []float64
	for _, s := range samples {
		if s.right {
			scores = append(scores, s.score)
		}
	}
	if len(scores) == 0 {
		return defaults.Confirm
	}
	slices.Sort(scores)
	return scores[int(share*float64(len(scores)))]
}

// margin finds the gap below which asking saves more wrong answers than it disturbs right ones.
func margin(samples []sample) float64 {
	if len(samples) < leastEvidence {
		return defaults.Margin
	}
	most, at := 0.0, leastMargin
	for hundredth := 100 * leastMargin; hundredth <= 100*mostMargin; hundredth++ {
		gap := hundredth / 100
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
