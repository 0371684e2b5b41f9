package intent

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Limits of one intent's training. They bound the time; the solver is long at rest when it meets them on
// real examples.
const (
	maxPasses  = 30   // over the examples at work
	maxRounds  = 4    // of looking for examples that were wrongly left out
	restGap    = 0.1  // largest violation of the optimum that is let stand
	wrongSide  = -0.9 // a foreign example that scores above this belongs among those at work
	leastRival = 200  // foreign examples at work from the start, at least
	rivalShare = 10   // and as a multiple of the intent's own
)

// solver trains the support vector machine of one intent after the other: squared hinge loss, dual
// coordinate descent (Hsieh et al., ICML 2008). Most foreign examples never matter to an intent, so only
// those most like it are put to work at first and the rest joins when the result gets it wrong.
type solver struct {
	space    *space
	examples []vector
	intents  []int32    // of each example
	slack    [2]float64 // 1/(2C) of the foreign and of the intent's own examples

	plane  plane
	bias   float32
	alpha  []float32
	atWork []int32
	joined []bool
	near   []float32
}

func newSolver(sp *space, examples []vector, intents []int32) *solver {
	n := len(examples)
	return &solver{
		space: sp, examples: examples, intents: intents,
		plane: make(plane, len(sp.rarity)), alpha: make([]float32, n), joined: make([]bool, n), near: make([]float32, n),
	}
}

// price sets what an example on the wrong side costs: more where examples are few and each counts, so that an
// intent with ten of them is not drowned by one with a thousand.
func (s *solver) price(own int) {
	perIntent := float64(len(s.examples)) / float64(s.intents[len(s.intents)-1]+1)
	s.slack[0] = 1 / (2 * (1 + 40/perIntent))
	s.slack[1] = 1 / (2 * (1 + 100/float64(own)))
}

// solve leaves the hyperplane of intent in s.plane and s.bias. centroid is the mean of its examples.
func (s *solver) solve(intent int32, centroid plane, seed uint64) {
	clear(s.plane)
	clear(s.alpha)
	s.bias = 0
	s.begin(intent, centroid)
	random := rand.New(rand.NewPCG(seed, uint64(intent)))
	for range maxRounds {
		s.descend(intent, random)
		if !s.admit(intent) {
			return
		}
	}
}

// begin puts the intent's own examples to work and the foreign ones nearest to its centroid.
func (s *solver) begin(intent int32, centroid plane) {
	s.atWork = s.atWork[:0]
	clear(s.joined)
	var rivals []int32
	for i, v := range s.examples {
		if s.intents[i] == intent {
			s.join(int32(i))
			continue
		}
		s.near[i] = centroid.dot(v)
		rivals = append(rivals, int32(i))
	}
	slices.SortFunc(rivals, func(a, b int32) int {
		if s.near[a] != s.near[b] {
			if s.near[a] > s.near[b] {
				return -1
			}
			return 1
		}
		return int(a - b)
	})
	s.price(len(s.atWork))
	for _, i := range rivals[:min(len(rivals), max(leastRival, rivalShare*len(s.atWork)))] {
		s.join(i)
	}
}

func (s *solver) join(i int32) {
	s.joined[i] = true
	s.atWork = append(s.atWork, i)
}

// admit puts to work the left-out examples that are on the wrong side and tells whether there are any.
func (s *solver) admit(intent int32) bool {
	before := len(s.atWork)
	for i, v := range s.examples {
		if !s.joined[i] && s.intents[i] != intent && s.plane.dot(v)+s.bias > wrongSide {
			s.join(int32(i))
		}
	}
	return len(s.atWork) > before
}

// descend optimises over the examples at work, setting aside those at rest until all the others are.
func (s *solver) descend(intent int32, random *rand.Rand) {
	active, limit := len(s.atWork), math.Inf(1)
	for range maxPasses {
		highest, lowest := math.Inf(-1), math.Inf(1)
		order := s.atWork[:active]
		random.Shuffle(active, func(i, j int) { order[i], order[j] = order[j], order[i] })
		for k := 0; k < active; k++ {
			i := s.atWork[k]
			gradient, rests := s.gradient(i, intent, limit)
			if rests {
				active--
				s.atWork[k], s.atWork[active] = s.atWork[active], i
				k--
				continue
			}
			highest, lowest = max(highest, gradient), min(lowest, gradient)
		}
		if highest-lowest < restGap {
			if active == len(s.atWork) {
				return
			}
			active, limit = len(s.atWork), math.Inf(1)
			continue
		}
		if limit = highest; limit <= 0 {
			limit = math.Inf(1)
		}
	}
}

// gradient moves one example's coefficient to its optimum and gives the projected gradient it had. rests
// means that the coefficient is zero and will stay so.
func (s *solver) gradient(i, intent int32, limit float64) (projected float64, rests bool) {
	side, slack := float32(-1), s.slack[0]
	if s.intents[i] == intent {
		side, slack = 1, s.slack[1]
	}
	v := s.examples[i]
	g := float64(side*(s.plane.dot(v)+s.bias)) - 1 + slack*float64(s.alpha[i])
	if s.alpha[i] == 0 {
		if g > limit {
			return 0, true
		}
		if g > 0 {
			return 0, false
		}
	}
	if math.Abs(g) > 1e-6 {
		old := s.alpha[i]
		s.alpha[i] = max(0, old-float32(g/(2+slack)))
		by := (s.alpha[i] - old) * side
		s.plane.add(v, by, s.space)
		s.bias += by
	}
	return g, false
}
