package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"dari/dialog"
	"dari/dialog/scenario/intent"
)

// CheckCommand is "dari check BOT_DIR [--json] [--strict]": it prints every mistake in the files of a bot
// and runs their tests. "dari check --schema" prints the JSON Schema of the files. It returns the exit
// code: 1 for mistakes, failed tests, and with --strict for warnings; 2 for wrong arguments.
func CheckCommand(args []string, stdout, stderr io.Writer) int {
	flags := newFlags("check BOT_DIR", stderr)
	asJSON := flags.Bool("json", false, "print JSON, for editors")
	strict := flags.Bool("strict", false, "treat warnings as mistakes")
	schema := flags.Bool("schema", false, "print the JSON Schema of the files")
	dirs, code, ok := parseArgs(flags, args)
	switch {
	case !ok:
		return code
	case *schema:
		fmt.Fprintln(stdout, string(Schema()))
		return 0
	case len(dirs) != 1:
		flags.Usage()
		return 2
	}
	files, err := ReadDir(dirs[0])
	if err != nil {
		fmt.Fprintf(stderr, "dari: %v\n", err)
		return 1
	}
	report := checked{Problems: Check(files), Revision: Revision(files)}
	if !report.failed(*strict) {
		p, results, err := runTests(context.Background(), files)
		if err != nil {
			fmt.Fprintf(stderr, "dari: %v\n", err)
			return 1
		}
		report.Tests = results
		report.Thresholds = &thresholdsFound{intent.Thresholds{Match: p.bot.match, Confirm: p.bot.confirm, Margin: p.bot.margin}, p.nlu.report}
	}
	if *asJSON {
		err = report.json(stdout)
	} else {
		report.print(stdout)
	}
	if err != nil || report.failed(*strict) {
		return 1
	}
	return 0
}

// checked is what "dari check" found.
type checked struct {
	Revision string           `json:"revision"`
	Problems []dialog.Problem `json:"problems"`
	Tests    []TestResult     `json:"tests"`
	// Thresholds are those that the bot will run with; nil when it cannot.
	Thresholds *thresholdsFound `json:"thresholds,omitempty"`
}

// thresholdsFound are thresholds and how they were found; without rows the files set them all.
type thresholdsFound struct {
	intent.Thresholds
	Report intent.Report `json:"report"`
}

func (t *thresholdsFound) print(w io.Writer) {
	fmt.Fprintf(w, "thresholds: match %.2f, confirm %.2f, margin %.2f", t.Match, t.Confirm, t.Margin)
	for _, row := range t.Report.Rows {
		if row.Chosen {
			fmt.Fprintf(w, "; of %d sentences held out %.0f %% were understood, of %d strange ones %.0f %% refused",
				t.Report.HeldOut, 100*row.Accuracy, t.Report.Foreign, 100*row.Foreign)
		}
	}
	fmt.Fprintln(w)
}

func (c checked) failed(strict bool) bool {
	return slices.ContainsFunc(c.Problems, func(p dialog.Problem) bool { return strict || !p.Warning }) ||
		slices.ContainsFunc(c.Tests, func(t TestResult) bool { return !t.Passed })
}

func (c checked) json(w io.Writer) error {
	if c.Problems == nil {
		c.Problems = []dialog.Problem{}
	}
	if c.Tests == nil {
		c.Tests = []TestResult{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(c)
}

func (c checked) print(w io.Writer) {
	mistakes, warnings, failed := 0, 0, 0
	for _, p := range c.Problems {
		kind := ""
		if p.Warning {
			kind = "warning: "
			warnings++
		} else {
			mistakes++
		}
		hint := ""
		if p.Hint != "" {
			hint = " (" + p.Hint + ")"
		}
		fmt.Fprintf(w, "%s:%d:%d: %s: %s%s%s\n", p.File, p.Line, p.Column, p.Code, kind, p.Message, hint)
	}
	for _, t := range c.Tests {
		if t.Passed {
			continue
		}
		failed++
		fmt.Fprintf(w, "%s:%d: test %q failed\n", t.File, t.Line, t.Name)
		for _, f := range t.Faults {
			fmt.Fprintf(w, "    %s\n", f)
		}
	}
	if c.Thresholds != nil {
		c.Thresholds.print(w)
	}
	fmt.Fprintf(w, "%d mistakes, %d warnings, %d of %d tests passed, revision %s\n", mistakes, warnings, len(c.Tests)-failed, len(c.Tests), c.Revision)
}

func newFlags(usage string, stderr io.Writer) *flag.FlagSet {
	flags := flag.NewFlagSet("dari", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Usage = func() {
		fmt.Fprintf(stderr, "usage: dari %s\n", usage)
		flags.PrintDefaults()
	}
	return flags
}

// parseArgs takes flags from anywhere among the arguments and returns the others.
func parseArgs(flags *flag.FlagSet, args []string) (rest []string, code int, ok bool) {
	for {
		switch err := flags.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, 0, false
		case err != nil:
			return nil, 2, false
		}
		if flags.NArg() == 0 {
			return rest, 0, true
		}
		rest, args = append(rest, flags.Arg(0)), flags.Args()[1:]
	}
}

// load reads the files of a directory, or the demo for "".
func load(dir string) (map[string][]byte, error) {
	if dir == "" {
		return Demo(), nil
	}
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("%s is a file; name the directory of the bot", dir)
	}
	return ReadDir(dir)
}
