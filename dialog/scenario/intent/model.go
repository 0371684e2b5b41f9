package intent

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
)

// Example is one sentence of an intent.
type Example struct{ Intent, Text string }

// Options of training. The zero value is good for every bot.
type Options struct {
	// Seed of the order in which examples are visited. Models of different seeds differ by a hair; a revision
	// of a bot keeps its seed so that it keeps its answers.
	Seed uint64
}

// Model is a trained matcher. It never changes, so any number of goroutines may use it.
type Model struct {
	names    []string   // intents in alphabetical order
	examples [][]string // texts by intent
	vectors  []vector   // of all examples in their order
	first    []int32    // the place of an intent's first example among them
	exact    map[string]int32
	space    *space
	bias     []float32
	step     []step
	postings []posting
	offset   []uint32 // postings of feature f are postings[offset[f]:offset[f+1]]
	trust    float64  // weight of the centroid against the support vector machine
}

// posting is the weight of one feature for one intent, in units of the intent's step.
type posting struct {
	intent   uint16
	plane    int8
	centroid uint8
}

// step is the size of one unit of an intent's rounded weights.
type step struct{ plane, centroid float32 }

// Errors of Train and Calibrate; they say what the caller can do about it.
var (
	ErrNoExamples     = errors.New("intent: no examples: give every intent at least one sentence")
	ErrTooManyIntents = fmt.Errorf("intent: more than %d intents: split the bot", math.MaxUint16)
)

// Intents lists the intents of the model in alphabetical order.
func (m *Model) Intents() []string { return slices.Clone(m.names) }

// sorted gives the examples in an order that does not depend on the caller's, without repetitions and
// without those that have nothing to learn from.
func sorted(examples []Example) []Example {
	kept := make([]Example, 0, len(examples))
	for _, e := range examples {
		if Normalize(firstRunes(e.Text, maxRunes)) != "" {
			kept = append(kept, e)
		}
	}
	slices.SortFunc(kept, func(a, b Example) int {
		if c := strings.Compare(a.Intent, b.Intent); c != 0 {
			return c
		}
		return strings.Compare(a.Text, b.Text)
	})
	return slices.Compact(kept)
}

// named starts a model with the names and texts of the sorted examples, and gives each example's intent.
func named(examples []Example) (*Model, []int32) {
	m := &Model{exact: make(map[string]int32, len(examples))}
	of := make([]int32, len(examples))
	for i, e := range examples {
		if i == 0 || e.Intent != examples[i-1].Intent {
			m.names = append(m.names, e.Intent)
			m.examples = append(m.examples, nil)
			m.first = append(m.first, int32(i))
		}
		intent := int32(len(m.names) - 1)
		of[i] = intent
		m.examples[intent] = append(m.examples[intent], e.Text)
		key := Normalize(firstRunes(e.Text, maxRunes))
		if other, taken := m.exact[key]; taken && other != intent {
			intent = ambiguous
		}
		m.exact[key] = intent
	}
	maps.DeleteFunc(m.exact, func(_ string, intent int32) bool { return intent == ambiguous })
	return m, of
}

// ambiguous marks a sentence that is an example of several intents.
const ambiguous = -1
