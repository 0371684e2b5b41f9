package scenario

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// IntentsTestCommand is "dari intents test BOT_DIR FILE.csv": it tries every sentence of a file with the
// columns text, intent and optionally locale, and prints what was matched, missed and confused. The
// intents "none" and "oos" stand for "should not be understood", "faq" for any answer of the FAQ. It
// returns the exit code: 1 when anything failed.
func IntentsTestCommand(args []string, stdout, stderr io.Writer) int {
	flags := newFlags("intents test BOT_DIR FILE.csv", stderr)
	words, code, ok := parseArgs(flags, args)
	if !ok {
		return code
	}
	if len(words) > 0 && words[0] == "test" {
		words = words[1:]
	}
	if len(words) != 2 {
		flags.Usage()
		return 2
	}
	fail := func(err error) int {
		fmt.Fprintf(stderr, "dari: %v\n", err)
		return 1
	}
	files, err := load(words[0])
	if err != nil {
		return fail(err)
	}
	p, problems, err := compile(context.Background(), files, Revision(files))
	if err == nil && p == nil {
		err = invalid(problems)
	}
	if err != nil {
		return fail(err)
	}
	f, err := os.Open(words[1])
	if err != nil {
		return fail(fmt.Errorf("read the sentences: %w", err))
	}
	defer f.Close()
	rows, err := readSentences(f)
	if err != nil {
		return fail(fmt.Errorf("read the sentences of %s: %w", words[1], err))
	}
	return p.batch(rows, stdout)
}

// sentence is one row of a batch test.
type sentence struct {
	line               int
	text, want, locale string
}

// readSentences reads a CSV file; a head line "text,intent" is left out, tabs may stand for commas.
func readSentences(r io.Reader) ([]sentence, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(b) > maxFile:
		return nil, errors.New("the file has more than 4 MiB")
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	c := csv.NewReader(strings.NewReader(text))
	c.FieldsPerRecord, c.LazyQuotes = -1, true
	if head, _, _ := strings.Cut(text, "\n"); strings.Contains(head, "\t") {
		c.Comma = '\t'
	}
	var out []sentence
	for {
		rec, err := c.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		line, _ := c.FieldPos(0)
		if len(rec) < 2 {
			return nil, fmt.Errorf("line %d: a line needs the columns text and intent", line)
		}
		s := sentence{line: line, text: strings.TrimSpace(rec[0]), want: strings.TrimSpace(rec[1])}
		if len(rec) > 2 {
			s.locale = strings.TrimSpace(rec[2])
		}
		if len(out) == 0 && line == 1 && strings.EqualFold(s.text, "text") {
			continue
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, errors.New("there are no sentences in it")
	}
	return out, nil
}

// understood is what a sentence means on its own, without a conversation.
func (p *program) understood(text string) (intent string, score float64, sure bool) {
	u := p.nlu.understand(text)
	top := candidate{}
	if len(u.intents) > 0 {
		top = u.intents[0]
	}
	switch {
	case u.faq != nil && u.near.Score >= p.bot.match && (top.Score < p.bot.match || u.near.Score > top.Score):
		return "faq", u.near.Score, true
	case top.Score < p.bot.confirm:
		return "none", 0, true
	}
	return top.Intent, top.Score, top.Score >= p.bot.match
}

// batch prints the table and returns the exit code.
func (p *program) batch(rows []sentence, w io.Writer) int {
	matched, asked, failed := 0, 0, 0
	confused := map[string]int{}
	for _, s := range rows {
		got, score, sure := p.understood(s.text)
		want := s.want
		if want == "oos" || want == "" {
			want = "none"
		}
		switch {
		case got == want && sure:
			matched++
			continue
		case got == want:
			asked++
			fmt.Fprintf(w, "ask   %4d  %-40s %s %.2f\n", s.line, clip(s.text, 38), got, score)
			continue
		}
		failed++
		confused[want+" → "+got]++
		fmt.Fprintf(w, "FAIL  %4d  %-40s want %s, got %s %.2f\n", s.line, clip(s.text, 38), want, got, score)
	}
	pairs := sortedKeys(confused)
	slices.SortStableFunc(pairs, func(a, b string) int { return confused[b] - confused[a] })
	for _, pair := range pairs {
		fmt.Fprintf(w, "confused %3d × %s\n", confused[pair], pair)
	}
	total := float64(len(rows))
	fmt.Fprintf(w, "%d sentences: %d matched (%.1f %%), %d would be asked back, %d failed (%.1f %%)\n",
		len(rows), matched, 100*float64(matched)/total, asked, failed, 100*float64(failed)/total)
	if failed > 0 {
		return 1
	}
	return 0
}
