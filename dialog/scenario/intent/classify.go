package intent

import (
	"math"
	"slices"
	"sync"
)

// Candidate is an intent that a sentence may mean.
type Candidate struct {
	Intent string
	Score  float64 // 0..1; compare it with Thresholds
	// Nearest is the most similar example of the intent. Classify leaves it empty; ask Model.Nearest for it
	// where a person will read it.
	Nearest string
}

// How the two classifiers become probabilities: the softmax that decides which intent is best, and the
// logistic curve over the distance from the hyperplane that says how sure that is. The latter does not
// depend on how many intents there are, so thresholds keep their meaning when a bot grows.
const (
	softmaxSlope  = 4
	logisticSlope = 3
)

// reading is what the two classifiers say of one text, by intent.
type reading struct {
	extractor
	index  []uint32
	planes []int32 // sums in units of the intents' steps
	means  []int32
	margin []float32 // distance from the hyperplane: +1 is like its examples, -1 like those of the others
	cosine []float32 // to the centroid
	rank   []float64
	mark   []uint64 // one bit for each feature; all are 0 between calls
}

// readings keeps buffers between calls; nothing in them outlives one.
var readings = sync.Pool{New: func() any { return new(reading) }}

// Classify gives the likeliest intents, best first, at most n, with scores that do not rise. A text that
// equals an example but for case, width and end punctuation scores 1 for the example's intent. A text without
// a letter, digit or symbol has no candidates. Only the first 1,000 characters are read. Classify is safe for
// concurrent use.
func (m *Model) Classify(text string, n int) []Candidate {
	r := readings.Get().(*reading)
	defer readings.Put(r)
	text = firstRunes(text, maxRunes)
	if n <= 0 || !m.read(text, r) {
		return nil
	}
	m.rank(r)
	intent, same := m.exact[Normalize(text)]
	if same {
		r.rank[intent] = math.Inf(1)
	}
	candidates := make([]Candidate, 0, min(n, len(m.names)))
	ceiling := 1.0
	for k, i := range best(r.rank, n) {
		if k > 0 || !same {
			ceiling = min(ceiling, m.score(r, i))
		}
		candidates = append(candidates, Candidate{Intent: m.names[i], Score: ceiling})
	}
	return candidates
}

// read fills r with what the classifiers say. It tells whether the text has any feature.
func (m *Model) read(text string, r *reading) bool {
	v := m.space.vector(&r.extractor, text, r.index[:0])
	r.index = v.index
	r.planes, r.means = zeros(r.planes, len(m.names)), zeros(r.means, len(m.names))
	for _, f := range v.index {
		for _, p := range m.postings[m.offset[f]:m.offset[f+1]] {
			r.planes[p.intent] += int32(p.plane)
			r.means[p.intent] += int32(p.centroid)
		}
	}
	r.margin, r.cosine = r.margin[:0], r.cosine[:0]
	for i, s := range m.step {
		r.margin = append(r.margin, float32(r.planes[i])*s.plane*v.scale+m.bias[i])
		r.cosine = append(r.cosine, min(1, float32(r.means[i])*s.centroid*v.scale))
	}
	return len(r.hashes) > 0
}

// zeros gives a slice of n zeros, in place of buffer if it fits.
func zeros(buffer []int32, n int) []int32 {
	if cap(buffer) < n {
		return make([]int32, n)
	}
	buffer = buffer[:n]
	clear(buffer)
	return buffer
}

// rank mixes the two into the value that orders the intents.
func (m *Model) rank(r *reading) {
	top := slices.Max(r.margin)
	r.rank = r.rank[:0]
	var sum float64
	for _, margin := range r.margin {
		p := math.Exp(softmaxSlope * float64(margin-top))
		sum += p
		r.rank = append(r.rank, p)
	}
	for i := range r.rank {
		r.rank[i] = r.rank[i]/sum + m.trust*float64(r.cosine[i])
	}
}

// score says how sure one intent is, 0..1, whatever the others are.
func (m *Model) score(r *reading, intent int) float64 {
	cosine := max(0, float64(r.cosine[intent]))
	if len(m.names) == 1 {
		return cosine // there is no other side to keep a distance from
	}
	return (1/(1+math.Exp(-logisticSlope*float64(r.margin[intent]))) + cosine) / 2
}

// best gives the positions of the n highest ranks, highest first, the earlier of equals first.
func best(ranks []float64, n int) []int {
	n = min(n, len(ranks))
	top := make([]int, 0, n+1)
	for i, rank := range ranks {
		if len(top) == n && rank <= ranks[top[n-1]] {
			continue
		}
		at := len(top)
		for at > 0 && rank > ranks[top[at-1]] {
			at--
		}
		top = slices.Insert(top, at, i)
		top = top[:min(len(top), n)]
	}
	return top
}

// Nearest gives the example of intent that is most similar to text, and the cosine between them, 0..1. It
// takes well below a microsecond for each example. An intent that the model does not know gives "" and 0.
func (m *Model) Nearest(text, intent string) (example string, similarity float64) {
	i, found := slices.BinarySearch(m.names, intent)
	if !found {
		return "", 0
	}
	r := readings.Get().(*reading)
	defer readings.Put(r)
	wanted := m.space.vector(&r.extractor, firstRunes(text, maxRunes), r.index[:0])
	r.index = wanted.index
	r.mark = wanted.mark(r.mark, len(m.space.rarity))
	defer wanted.unmark(r.mark)
	for j, e := range m.examples[i] {
		if s := m.space.cosineMarked(r.mark, wanted.scale, m.vectors[int(m.first[i])+j]); example == "" || s > similarity {
			example, similarity = e, s
		}
	}
	return example, similarity
}
