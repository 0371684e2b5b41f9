package entity

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"
)

// usage explains the command.
const usage = `usage: dari entities TEXT [--locale ko|ja|en] [--now RFC3339] [--kinds date,time,...] [--json]

Shows the dates, times, durations, numbers, amounts, phone numbers, e-mail addresses and yes/no answers in TEXT.
  --locale  language of the conversation (default: by the script of the text)
  --now     reference time with its zone, for example 2026-11-22T10:00:00+09:00 (default: the present)
  --kinds   only these kinds, separated by commas (default: all)
  --json    print a JSON list
`

// Command runs "dari entities" and returns the exit code: 0, or 2 when the arguments are wrong. Flags may stand before
// and after the text; words that are no flags are joined with blanks.
func Command(args []string, stdout, stderr io.Writer) int {
	request, err := parseArgs(args)
	if err != nil {
		fmt.Fprintf(stderr, "dari entities: %v\n\n%s", err, usage)
		return 2
	}
	if request.help {
		fmt.Fprint(stdout, usage)
		return 0
	}
	matches := Extract(request.text, request.options)
	if request.json {
		err = printJSON(stdout, request.text, matches)
	} else {
		err = printTable(stdout, matches)
	}
	if err != nil {
		fmt.Fprintf(stderr, "dari entities: %v\n", err)
		return 1
	}
	return 0
}

// request is what the arguments ask for.
type request struct {
	text       string
	options    Options
	json, help bool
}

// parseArgs reads flags anywhere between the words of the text. Behind "--" everything is text.
func parseArgs(args []string) (request, error) {
	var r request
	var words []string
	for i := 0; i < len(args); i++ {
		name, value, given := strings.Cut(args[i], "=")
		switch flag := strings.TrimLeft(name, "-"); {
		case args[i] == "--":
			words = append(words, args[i+1:]...)
			i = len(args)
		case name == "-h" || name == "--help" || name == "-help":
			r.help = true
			return r, nil
		case name == "--json" || name == "-json":
			r.json = value != "false"
		case (strings.HasPrefix(name, "--") || strings.HasPrefix(name, "-")) && knownFlag[flag]:
			if !given {
				if i++; i >= len(args) {
					return r, fmt.Errorf("--%s needs a value", flag)
				}
				value = args[i]
			}
			if err := r.set(flag, value); err != nil {
				return r, err
			}
		case strings.HasPrefix(name, "--") && len(name) > 2:
			return r, fmt.Errorf("there is no flag %s", name)
		default:
			words = append(words, args[i])
		}
	}
	r.text = strings.Join(words, " ")
	if strings.TrimSpace(r.text) == "" {
		return r, fmt.Errorf("TEXT is missing")
	}
	return r, nil
}

var knownFlag = map[string]bool{"locale": true, "now": true, "kinds": true}

// set reads the value of one flag.
func (r *request) set(flag, value string) error {
	switch flag {
	case "locale":
		lang, _, _ := strings.Cut(value, "-")
		if lang != "ko" && lang != "ja" && lang != "en" {
			return fmt.Errorf("--locale %q: use ko, ja or en", value)
		}
		r.options.Locale = lang
	case "now":
		now, err := time.Parse(time.RFC3339, value)
		if err != nil {
			return fmt.Errorf("--now %q: write it as 2026-11-22T10:00:00+09:00", value)
		}
		r.options.Now = now
	case "kinds":
		r.options.Kinds = []Kind{}
		for _, k := range strings.Split(value, ",") {
			kind := Kind(strings.TrimSpace(k))
			if _, ok := rank[kind]; !ok || kind == KindEnum || kind == KindPattern {
				return fmt.Errorf("--kinds: there is no kind %q", k)
			}
			r.options.Kinds = append(r.options.Kinds, kind)
		}
	}
	return nil
}

// row is a match as the command prints it. start and end count bytes, start_rune and end_rune characters; grain may be
// empty and until null.
type row struct {
	Start     int    `json:"start"`
	End       int    `json:"end"`
	StartRune int    `json:"start_rune"`
	EndRune   int    `json:"end_rune"`
	Text      string `json:"text"`
	Kind      Kind   `json:"kind"`
	Value     any    `json:"value"`
	Grain     string `json:"grain"`
	Until     any    `json:"until"`
	Ambiguous bool   `json:"ambiguous"`
	Locale    string `json:"locale"`
}

func printJSON(w io.Writer, text string, matches []Match) error {
	rows := make([]row, len(matches))
	for i, m := range matches {
		start := utf8.RuneCountInString(text[:m.Start])
		rows[i] = row{
			m.Start, m.End, start, start + utf8.RuneCountInString(m.Text), m.Text, m.Kind, m.Value, m.Grain, m.Until, m.Ambiguous, m.Locale,
		}
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(rows)
}

func printTable(w io.Writer, matches []Match) error {
	if len(matches) == 0 {
		_, err := fmt.Fprintln(w, "nothing found")
		return err
	}
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(table, "BYTES\tKIND\tVALUE\tGRAIN\tTEXT")
	for _, m := range matches {
		value := Show(m.Value)
		if m.Until != nil {
			value += " .. " + Show(m.Until)
		}
		grain := m.Grain
		if m.Ambiguous {
			grain += " ?"
		}
		fmt.Fprintf(table, "%d-%d\t%s\t%s\t%s\t%s\n", m.Start, m.End, m.Kind, value, strings.TrimSpace(grain), m.Text)
	}
	return table.Flush()
}

// Show writes a value for people: 2026-11-25, 15:30, PT1H30M, 35000 KRW.
func Show(v any) string {
	switch v := v.(type) {
	case float64:
		return plain(v)
	case fmt.Stringer:
		return v.String()
	}
	return fmt.Sprint(v)
}
