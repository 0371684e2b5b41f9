package intent

import (
	"math"
	"slices"
)

// space numbers the features of the examples and weighs each by how few texts have it.
type space struct {
	number  map[uint64]uint32
	rarity  []float32 // inverse document frequency by feature number
	unknown float32   // that of a feature no example has
}

// vector is a text in the space: the numbers of its known features, rising, and the factor that makes the
// length of the whole text 1. Unknown features count for the length, so strange words shorten the rest: the
// weight of feature f is scale times its rarity.
type vector struct {
	index []uint32
	scale float32
}

// newSpace reads all texts twice: once to know the features, once to turn the texts into vectors.
func newSpace(texts []string) (*space, []vector) {
	var e extractor
	seen := make(map[uint64]int32)
	total := 0
	for _, t := range texts {
		features := e.features(t)
		total += len(features)
		for _, h := range features {
			seen[h]++
		}
	}
	s := weigh(seen, len(texts))
	vectors := make([]vector, len(texts))
	all := make([]uint32, 0, total)
	for i, t := range texts {
		start := len(all)
		v := s.vector(&e, t, all)
		all = v.index
		vectors[i] = vector{all[start:], v.scale}
	}
	return s, vectors
}

// weigh makes a space of the features and the number of texts that have each.
func weigh(seen map[uint64]int32, texts int) *space {
	hashes := make([]uint64, 0, len(seen))
	for h := range seen {
		hashes = append(hashes, h)
	}
	slices.Sort(hashes)
	s := &space{number: make(map[uint64]uint32, len(hashes)), rarity: make([]float32, len(hashes))}
	rarity := func(in int32) float32 {
		return float32(math.Log(float64(1+texts)/float64(1+in)) + 1)
	}
	for i, h := range hashes {
		s.number[h] = uint32(i)
		s.rarity[i] = rarity(seen[h])
	}
	s.unknown = rarity(0)
	return s
}

// vector appends the known features of text to index, which may be nil or reused.
func (s *space) vector(e *extractor, text string, index []uint32) vector {
	var square float64
	for _, h := range e.features(text) {
		weight := s.unknown
		if f, known := s.number[h]; known {
			weight = s.rarity[f]
			index = append(index, f)
		}
		square += float64(weight) * float64(weight)
	}
	if square == 0 {
		return vector{index: index}
	}
	return vector{index, float32(1 / math.Sqrt(square))}
}

// mark sets the bits of the vector's features among those of the space, in buffer if it is large enough.
func (v vector) mark(buffer []uint64, features int) []uint64 {
	if len(buffer)*64 < features {
		buffer = make([]uint64, features/64+1)
	}
	for _, f := range v.index {
		buffer[f/64] |= 1 << (f % 64)
	}
	return buffer
}

func (v vector) unmark(marked []uint64) {
	for _, f := range v.index {
		marked[f/64] = 0
	}
}

// cosineMarked is the cosine of w and the vector of that scale whose features are marked. Looking bits up is
// several times as fast as walking both vectors side by side, whose steps no processor can foresee.
func (s *space) cosineMarked(marked []uint64, scale float32, w vector) float64 {
	var sum float64
	for _, f := range w.index {
		if marked[f/64]&(1<<(f%64)) != 0 {
			sum += float64(s.rarity[f]) * float64(s.rarity[f])
		}
	}
	return min(1, sum*float64(scale)*float64(w.scale))
}

// plane is a dense vector of the space with each weight already multiplied by the feature's rarity, so that
// its product with a text is a plain sum.
type plane []float32

func (p plane) dot(v vector) float32 {
	var sum float32
	for _, f := range v.index {
		sum += p[f]
	}
	return sum * v.scale
}

// add adds a text, times by.
func (p plane) add(v vector, by float32, s *space) {
	by *= v.scale
	for _, f := range v.index {
		p[f] += by * s.rarity[f] * s.rarity[f]
	}
}
