package intent

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// invented makes intents whose sentences mix words of their own with words that all use, about as long and
// as varied as those of public sets.
func invented(intents, each int) []Example {
	random := rand.New(rand.NewPCG(3, 4))
	word := func() string {
		var b strings.Builder
		for range 1 + random.IntN(3) {
			b.WriteByte("bcdfghklmnprst"[random.IntN(14)])
			b.WriteByte("aeiou"[random.IntN(5)])
			b.WriteByte("lmnrst "[random.IntN(6)])
		}
		return b.String()
	}
	common := make([]string, 400)
	for i := range common {
		common[i] = word()
	}
	var all []Example
	for i := range intents {
		own := make([]string, 7)
		for j := range own {
			own[j] = word()
		}
		for range each {
			var words []string
			for range 3 {
				words = append(words, own[random.IntN(len(own))])
			}
			for range 5 {
				rank := random.IntN(20) * random.IntN(20) // some words are common, most are not
				words = append(words, common[rank])
			}
			random.Shuffle(len(words), func(a, b int) { words[a], words[b] = words[b], words[a] })
			all = append(all, Example{fmt.Sprintf("intent-%04d", i), strings.Join(words, " ")})
		}
	}
	return all
}

func TestFiftyQuestionsWithFiveWordingsAreToldApart(t *testing.T) {
	var kept, held []Example
	for i, e := range invented(50, 7) {
		if i%7 < 5 {
			kept = append(kept, e)
		} else {
			held = append(held, e)
		}
	}
	if e := Evaluate(train(t, kept), Thresholds{}, held); e.Accuracy < 0.90 {
		t.Errorf("accuracy %.3f", e.Accuracy)
	}
}

func BenchmarkTrain(b *testing.B) {
	for _, size := range []struct{ intents, each int }{{15, 10}, {150, 100}, {1000, 5}} {
		examples := invented(size.intents, size.each)
		b.Run(fmt.Sprintf("%dx%d", size.intents, size.each), func(b *testing.B) {
			for b.Loop() {
				train(b, examples)
			}
		})
	}
}

func BenchmarkClassify150(b *testing.B)  { benchmarkClassify(b, 150, 100) }
func BenchmarkClassify1000(b *testing.B) { benchmarkClassify(b, 1000, 5) }

func benchmarkClassify(b *testing.B, intents, each int) {
	examples := invented(intents, each)
	m := train(b, examples)
	var took []time.Duration
	i := 0
	for b.Loop() {
		i = (i + 7919) % len(examples)
		began := time.Now()
		m.Classify(examples[i].Text+" please", 3)
		took = append(took, time.Since(began))
	}
	b.ReportMetric(float64(percentile(took, 0.50).Nanoseconds())/1e3, "p50-µs")
	b.ReportMetric(float64(percentile(took, 0.99).Nanoseconds())/1e3, "p99-µs")
}

func BenchmarkNearest150(b *testing.B) {
	examples := invented(150, 100)
	m := train(b, examples)
	i := 0
	for b.Loop() {
		i = (i + 7919) % len(examples)
		m.Nearest(examples[i].Text+" please", examples[i].Intent)
	}
}

func BenchmarkNormalize(b *testing.B) {
	for b.Loop() {
		Normalize("내일 오후 두 시에 Ｗｉ－Ｆｉ 되는 회의실 예약해 줘!")
	}
}
