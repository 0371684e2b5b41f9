package intent

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Train makes a model. The order and repetition of examples do not matter; the same examples and options give
// the same model. It uses all processors and takes seconds for ten thousand examples. It fails when no
// example has a text, and when ctx ends.
func Train(ctx context.Context, examples []Example, o Options) (*Model, error) {
	examples = sorted(examples)
	if len(examples) == 0 {
		return nil, ErrNoExamples
	}
	m, intents := named(examples)
	if len(m.names) > math.MaxUint16 {
		return nil, ErrTooManyIntents
	}
	texts := make([]string, len(examples))
	for i, e := range examples {
		texts[i] = e.Text
	}
	m.space, m.vectors = newSpace(texts)
	perIntent := float64(len(examples)) / float64(len(m.names))
	m.trust = min(1, 10/perIntent)
	t := trainer{model: m, vectors: m.vectors, intents: intents, seed: o.Seed}
	if err := t.run(ctx); err != nil {
		return nil, fmt.Errorf("intent: train: %w", err)
	}
	return m, nil
}

// trainer fills the model's weights, intent by intent.
type trainer struct {
	model   *Model
	vectors []vector
	intents []int32
	seed    uint64
}

// column is what was learned of one intent, in steps of its scale.
type column struct {
	features []uint32
	plane    []int8
	centroid []uint8
}

func (t *trainer) run(ctx context.Context) error {
	n := len(t.model.names)
	columns := make([]column, n)
	t.model.bias, t.model.step = make([]float32, n), make([]step, n)
	var next atomic.Int32
	var workers sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		workers.Go(func() {
			s := newSolver(t.model.space, t.vectors, t.intents)
			centroid := make(plane, len(t.model.space.rarity))
			for i := next.Add(1) - 1; i < int32(n) && ctx.Err() == nil; i = next.Add(1) - 1 {
				t.centroid(i, centroid)
				if n > 1 {
					s.solve(i, centroid, t.seed)
				}
				columns[i] = t.keep(i, s, centroid)
			}
		})
	}
	workers.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	t.model.index(columns)
	return nil
}

// centroid computes the mean direction of the intent's examples.
func (t *trainer) centroid(intent int32, mean plane) {
	clear(mean)
	first, _ := slices.BinarySearch(t.intents, intent)
	for i := first; i < len(t.intents) && t.intents[i] == intent; i++ {
		mean.add(t.vectors[i], 1, t.model.space)
	}
	var square float64
	for f, w := range mean {
		w /= t.model.space.rarity[f]
		square += float64(w) * float64(w)
	}
	if square == 0 {
		return // sentences of signs alone have no direction
	}
	scale := float32(1 / math.Sqrt(square))
	for f := range mean {
		mean[f] *= scale
	}
}

// keep rounds the intent's weights to 8 bits, which costs no accuracy and lets go of the many that are
// nearly zero.
func (t *trainer) keep(intent int32, s *solver, centroid plane) column {
	var unit step
	for f, c := range centroid {
		unit.plane = max(unit.plane, s.plane[f], -s.plane[f])
		unit.centroid = max(unit.centroid, c)
	}
	unit.plane /= math.MaxInt8
	unit.centroid /= math.MaxUint8
	t.model.bias[intent], t.model.step[intent] = s.bias, unit
	kept := 0
	for f, c := range centroid {
		if matters(steps(s.plane[f], unit.plane), steps(c, unit.centroid)) {
			kept++
		}
	}
	col := column{make([]uint32, 0, kept), make([]int8, 0, kept), make([]uint8, 0, kept)}
	for f, c := range centroid {
		side, mean := steps(s.plane[f], unit.plane), steps(c, unit.centroid)
		if matters(side, mean) {
			col.features = append(col.features, uint32(f))
			col.plane = append(col.plane, int8(side))
			col.centroid = append(col.centroid, uint8(mean))
		}
	}
	return col
}

// matters tells whether a pair of rounded weights is worth keeping.
func matters(side, mean int) bool { return mean != 0 || side < -1 || side > 1 }

func steps(w, size float32) int {
	switch {
	case w == 0: // most are, and none has a size without another being more than 0
		return 0
	case w < 0:
		return int(w/size - 0.5)
	}
	return int(w/size + 0.5)
}

// index turns the columns round: from "features of an intent" to "intents of a feature".
func (m *Model) index(columns []column) {
	m.offset = make([]uint32, len(m.space.rarity)+1)
	for _, c := range columns {
		for _, f := range c.features {
			m.offset[f+1]++
		}
	}
	for f := 1; f < len(m.offset); f++ {
		m.offset[f] += m.offset[f-1]
	}
	m.postings = make([]posting, m.offset[len(m.offset)-1])
	next := slices.Clone(m.offset)
	for i := range columns {
		c := &columns[i]
		for j, f := range c.features {
			m.postings[next[f]] = posting{uint16(i), c.plane[j], c.centroid[j]}
			next[f]++
		}
		*c = column{}
	}
}
