package console

import (
	"maps"
	"slices"
	"strings"
)

// fileDiff is a file in two versions.
type fileDiff struct {
	Name  string
	What  string // added, removed, changed
	Lines []diffLine
}

// diffLine is a line of a comparison. A line without a mark is in both versions; one whose mark is "gap"
// stands for those that are left out.
type diffLine struct {
	Mark string // "", "add", "del", "gap"
	A, B int    // its numbers in the two versions; 0 = not there
	Text string
}

// diffContext is how many lines are shown around a change.
const diffContext = 3

// diffFiles compares two versions, file by file.
func diffFiles(before, after map[string][]byte) []fileDiff {
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	var out []fileDiff
	for _, name := range slices.Sorted(maps.Keys(names)) {
		a, was := before[name]
		b, is := after[name]
		if was && is && string(a) == string(b) {
			continue
		}
		d := fileDiff{Name: name, What: "changed"}
		if !was {
			d.What = "added"
		} else if !is {
			d.What = "removed"
		}
		d.Lines = around(diffLines(textLines(a), textLines(b)))
		out = append(out, d)
	}
	return out
}

func textLines(b []byte) []string {
	if len(b) == 0 {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(b), "\n"), "\n")
}

// maxDiffWork bounds the comparison; beyond it the middle is shown as replaced.
const maxDiffWork = 4_000_000

// diffLines finds the longest common lines between what the two begin and end with alike.
func diffLines(a, b []string) []diffLine {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []diffLine
	for i := range head {
		out = append(out, diffLine{"", i + 1, i + 1, a[i]})
	}
	out = append(out, middle(a[head:len(a)-tail], b[head:len(b)-tail], head)...)
	for i := range tail {
		x, y := len(a)-tail+i, len(b)-tail+i
		out = append(out, diffLine{"", x + 1, y + 1, a[x]})
	}
	return out
}

// middle compares what is between; offset is how many lines stand before.
func middle(a, b []string, offset int) []diffLine {
	next := common(a, b)
	var out []diffLine
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case next != nil && i < len(a) && j < len(b) && a[i] == b[j]:
			out = append(out, diffLine{"", offset + i + 1, offset + j + 1, a[i]})
			i, j = i+1, j+1
		case i < len(a) && (j == len(b) || next == nil || next[i+1][j] >= next[i][j+1]):
			out = append(out, diffLine{"del", offset + i + 1, 0, a[i]})
			i++
		default:
			out = append(out, diffLine{"add", 0, offset + j + 1, b[j]})
			j++
		}
	}
	return out
}

// common tells how many lines are common from each pair of places on; nil if that is too much work.
func common(a, b []string) [][]int {
	if len(a)*len(b) > maxDiffWork {
		return nil
	}
	table := make([][]int, len(a)+1)
	for i := range table {
		table[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				table[i][j] = table[i+1][j+1] + 1
			} else {
				table[i][j] = max(table[i+1][j], table[i][j+1])
			}
		}
	}
	return table
}

// around leaves out what is far from any change.
func around(lines []diffLine) []diffLine {
	near := make([]bool, len(lines))
	for i, l := range lines {
		if l.Mark == "" {
			continue
		}
		for j := max(0, i-diffContext); j <= min(len(lines)-1, i+diffContext); j++ {
			near[j] = true
		}
	}
	var out []diffLine
	for i, l := range lines {
		switch {
		case near[i]:
			out = append(out, l)
		case i == 0 || near[i-1]:
			out = append(out, diffLine{Mark: "gap"})
		}
	}
	return out
}
