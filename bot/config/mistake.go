package config

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// place is where a key was given: in the file, or in an environment variable.
type place struct {
	file      string
	line, col int // both count from 1, col in characters
	variable  string
}

func (p place) String() string {
	if p.variable != "" {
		return p.variable
	}
	return fmt.Sprintf("%s:%d:%d", p.file, p.line, p.col)
}

// order is the line; the environment comes after every line.
func (p place) order() int {
	if p.variable != "" {
		return math.MaxInt
	}
	return p.line
}

// mistake is one fault of the configuration.
type mistake struct {
	at     place
	key    string // "" if the place says it all
	detail string
}

func (m mistake) Error() string {
	if m.key == "" {
		return m.at.String() + ": " + m.detail
	}
	return m.at.String() + ": " + oneLine(m.key) + ": " + m.detail
}

// oneLine keeps odd names, as a file that is something else may have, from tearing the message apart.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, s)
}

// join makes one error of all: those of the file in its order, then those of the environment.
func join(mistakes []mistake) error {
	slices.SortStableFunc(mistakes, func(a, b mistake) int {
		return cmp.Or(cmp.Compare(a.at.order(), b.at.order()), cmp.Compare(a.at.col, b.at.col))
	})
	errs := make([]error, len(mistakes))
	for i, m := range mistakes {
		errs[i] = m
	}
	return errors.Join(errs...)
}

// suggest words the rest of a complaint about an unknown name.
func suggest(name string, known []string) string {
	if best := nearest(name, known); best != "" {
		return fmt.Sprintf("(did you mean %q?)", best)
	}
	return "(known are " + strings.Join(known, ", ") + ")"
}

// nearest returns the known name that is probably meant, "" if none is.
func nearest(name string, known []string) string {
	best, distance := "", min(len(name)/3+1, 4) // as many changes make another word
	for _, k := range known {
		if d := edits(strings.ToLower(name), strings.ToLower(k)); d < distance {
			best, distance = k, d
		}
	}
	return best
}

// edits counts the letters to insert, delete or replace to get from a to b (Levenshtein's distance).
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
