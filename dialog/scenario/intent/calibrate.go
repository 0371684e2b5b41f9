package intent

import (
	"context"
	"math/rand/v2"
)

// One part in folds of the examples is held out at a time, and one part in folds of the intents left out
// altogether: their sentences stand for what the bot was not made for, and are harder to refuse than what
// people really ask beside the point.
const folds = 5

// trials is how many of the folds are run: all with few examples, one where it already gives thousands of
// samples, so that publishing a large bot takes no longer than training it.
func trials(examples int) int {
	switch {
	case examples <= 2000:
		return folds
	case examples <= 4000:
		return 2
	}
	return 1
}

// Calibrate finds the thresholds for a bot from its own examples: models are trained on a part of them and
// asked about the rest. It is deterministic like Train. With too little to measure, or when ctx ends, the
// thresholds are the defaults and the report says why.
func Calibrate(ctx context.Context, examples []Example, o Options) (Thresholds, Report) {
	examples = sorted(examples)
	var samples []sample
	for fold := range trials(len(examples)) {
		found, err := try(ctx, examples, fold, o)
		if err != nil {
			return defaults, Report{Note: "default thresholds: " + err.Error()}
		}
		samples = append(samples, found...)
	}
	t := choose(samples)
	return t, newReport(samples, t)
}

// try trains without the fold and asks about it.
func try(ctx context.Context, examples []Example, fold int, o Options) ([]sample, error) {
	kept, held, foreign := split(examples, fold, o.Seed)
	if len(held) == 0 {
		return nil, nil
	}
	m, err := Train(ctx, kept, o)
	if err != nil {
		return nil, err
	}
	samples := make([]sample, 0, len(held)+len(foreign))
	for _, e := range append(held, foreign...) {
		samples = append(samples, m.sample(e))
	}
	for i := range samples[len(held):] {
		samples[len(held)+i].foreign = true
		samples[len(held)+i].right = false
	}
	return samples, ctx.Err()
}

// sample asks the model about an example it was not trained on.
func (m *Model) sample(e Example) sample {
	s := sample{foreign: e.Intent == OutOfScope}
	found := m.Classify(e.Text, 2)
	if len(found) == 0 || found[0].Intent == OutOfScope {
		return s
	}
	s.score, s.gap = found[0].Score, found[0].Score
	s.right = found[0].Intent == e.Intent
	if len(found) > 1 {
		s.gap -= found[1].Score
		s.second = found[1].Intent == e.Intent && !s.foreign
	}
	return s
}

// split divides sorted examples. Every intent that stays keeps at least one; of the intents left out no more
// sentences are given than are held out of the others.
func split(examples []Example, fold int, seed uint64) (kept, held, foreign []Example) {
	random := rand.New(rand.NewPCG(seed, folds))
	var intents [][]Example
	for i, e := range examples {
		if i == 0 || e.Intent != examples[i-1].Intent {
			intents = append(intents, nil)
		}
		last := len(intents) - 1
		intents[last] = append(intents[last], e)
	}
	random.Shuffle(len(intents), func(i, j int) { intents[i], intents[j] = intents[j], intents[i] })
	turn := 0
	for i, of := range intents {
		random.Shuffle(len(of), func(i, j int) { of[i], of[j] = of[j], of[i] })
		strange := i%folds == fold && len(intents) > 2 && of[0].Intent != OutOfScope
		for j, e := range of {
			if j > 0 {
				turn++
			}
			switch {
			case strange:
				foreign = append(foreign, e)
			case j > 0 && turn%folds == fold:
				held = append(held, e)
			default:
				kept = append(kept, e)
			}
		}
	}
	random.Shuffle(len(foreign), func(i, j int) { foreign[i], foreign[j] = foreign[j], foreign[i] })
	return kept, held, foreign[:min(len(foreign), len(held))]
}
