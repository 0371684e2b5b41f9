package scenario

import (
	"fmt"
	"strings"
)

// didYouMean is a hint that names the known word closest to the given one; with few known words it
// lists them all. "" when there is nothing to suggest.
func didYouMean(got string, known []string) string {
	if hint := closest(got, known); hint != "" {
		return hint
	}
	if len(known) > 0 && len(known) <= 12 {
		return "known are " + strings.Join(known, ", ")
	}
	return ""
}

// closest is a hint that names the known word closest to the given one, "" when none is close.
func closest(got string, known []string) string {
	best, far := "", 1+len([]rune(got))/3
	for _, k := range known {
		if d := distance(strings.ToLower(got), strings.ToLower(k)); d <= far && (best == "" || d < distance(strings.ToLower(got), strings.ToLower(best))) {
			best = k
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("did you mean %q?", best)
}

// distance counts the runes to be added, removed, changed or swapped between neighbours.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	before, last := make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range last {
		last[j] = j
	}
	for i := range x {
		row := make([]int, len(y)+1)
		row[0] = i + 1
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			row[j+1] = min(row[j]+1, last[j+1]+1, last[j]+cost)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				row[j+1] = min(row[j+1], before[j-1]+1)
			}
		}
		before, last = last, row
	}
	return last[len(y)]
}
