package intent

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"
)

const (
	maxLine   = 1 << 20 // bytes
	maxFaults = 20      // reported at once
)

// ReadExamples reads a file of two columns separated by a tab, the intent and the text, one example a line.
// Empty lines are skipped and so is a heading "intent<TAB>text". All faulty lines are reported in one error,
// each as path:line: what is wrong.
func ReadExamples(path string) ([]Example, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err // names the path already
	}
	defer f.Close()
	return readExamples(f, path)
}

func readExamples(r io.Reader, path string) ([]Example, error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxLine)
	var examples []Example
	var faults []error
	number := 0
	for lines.Scan() {
		number++
		line := strings.TrimSuffix(lines.Text(), "\r")
		if number == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if strings.TrimSpace(line) == "" || number == 1 && line == "intent\ttext" {
			continue
		}
		e, err := parseLine(line)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s:%d: %w", path, number, err))
			if len(faults) == maxFaults {
				faults = append(faults, fmt.Errorf("%s: more lines may be wrong; these are the first %d", path, maxFaults))
				break
			}
			continue
		}
		examples = append(examples, e)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		faults = append(faults, fmt.Errorf("%s:%d: line longer than %d bytes", path, number+1, maxLine))
	} else if err != nil {
		faults = append(faults, fmt.Errorf("%s: %w", path, err))
	}
	if len(faults) == 0 && len(examples) == 0 {
		faults = append(faults, fmt.Errorf("%s: no examples: write one a line, as intent<TAB>text", path))
	}
	return examples, errors.Join(faults...)
}

func parseLine(line string) (Example, error) {
	if !utf8.ValidString(line) {
		return Example{}, errors.New("not UTF-8: save the file as UTF-8")
	}
	intent, text, found := strings.Cut(line, "\t")
	intent, text = strings.TrimSpace(intent), strings.TrimSpace(text)
	switch {
	case !found:
		return Example{}, errors.New("no tab: write intent<TAB>text")
	case intent == "":
		return Example{}, errors.New("no intent before the tab")
	case text == "":
		return Example{}, errors.New("no text after the tab")
	}
	return Example{intent, text}, nil
}
