// Package markdown turns Markdown into text for messengers that show no marks.
package markdown

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	heading  = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$`)
	rule     = regexp.MustCompile(`^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$`)
	item     = regexp.MustCompile(`^([ \t]*)[-*+][ \t]+(.*)$`)
	row      = regexp.MustCompile(`^[ \t]*\|(.*)\|[ \t]*$`)
	columns  = regexp.MustCompile(`^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$`)
	autolink = regexp.MustCompile(`^<((?:https?|mailto|tel):[^<> ]+)>`)
	address  = regexp.MustCompile(`^https?://[^\s<>]+`)
)

// Plain turns Markdown into text that reads well without marks: emphasis, headings and code lose theirs,
// list items get bullets, a link is its label with the address in brackets behind it. Whatever is not
// certainly a mark is left alone. The text never grows, so that one which was cut to a limit stays within
// it; a text of marks alone stays as it is.
func Plain(markdown string) string {
	var out []string
	fence := ""
	for line := range strings.SplitSeq(markdown, "\n") {
		mark := strings.TrimLeft(line, " \t")
		switch {
		case fence != "":
			if strings.HasPrefix(mark, fence) {
				fence = ""
				continue
			}
			out = append(out, line)
		case strings.HasPrefix(mark, "```"), strings.HasPrefix(mark, "~~~"):
			fence = mark[:3]
		case strings.Contains(line, "|") && columns.MatchString(line): // below a table's head
		default:
			out = append(out, block(line))
		}
	}
	text := strings.Trim(strings.Join(out, "\n"), "\n")
	if strings.TrimSpace(text) == "" {
		return markdown
	}
	return text
}

// block reads one line outside code.
func block(line string) string {
	if rule.MatchString(line) {
		return "———"
	}
	if m := heading.FindStringSubmatch(line); m != nil && m[1] != "" {
		return inline(m[1])
	}
	if m := item.FindStringSubmatch(line); m != nil {
		return m[1] + "• " + task(m[2])
	}
	if m := row.FindStringSubmatch(line); m != nil {
		line = strings.TrimSpace(m[1])
	}
	return inline(line)
}

// task draws the box of a task.
func task(item string) string {
	switch {
	case strings.HasPrefix(item, "[ ] "):
		return "☐ " + inline(item[4:])
	case strings.HasPrefix(item, "[x] "), strings.HasPrefix(item, "[X] "):
		return "☑ " + inline(item[4:])
	}
	return inline(item)
}

// inline takes the marks out of one line.
func inline(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); {
		text, n := mark(s, i)
		b.WriteString(text)
		i += n
	}
	return b.String()
}

// mark reads what begins at s[i]: the text to show for it, and how many bytes it takes.
func mark(s string, i int) (text string, n int) {
	rest := s[i:]
	switch c := rest[0]; c {
	case '\\':
		if len(rest) > 1 && strings.IndexByte("\\`*_{}[]()<>#+-.!~|", rest[1]) >= 0 {
			return rest[1:2], 2
		}
	case '`':
		run := runOf(rest)
		if end := exactRun(rest, '`', run, run); end >= 0 {
			return strings.TrimSpace(rest[run:end]), end + run
		}
		return rest[:run], run
	case '<':
		if m := autolink.FindStringSubmatch(rest); m != nil {
			return m[1], len(m[0])
		}
	case '!', '[':
		image := len(rest) - len(strings.TrimPrefix(rest, "!"))
		if text, n = link(rest[image:]); n > 0 {
			return text, image + n
		}
	case '*', '_', '~':
		return emphasis(s, i)
	case 'h':
		if bare := address.FindString(rest); bare != "" {
			bare = strings.TrimRight(bare, "*_~.,;:!?)")
			return bare, len(bare)
		}
	}
	return rest[:1], 1
}

// emphasis reads a run of marks. It counts only when words stand directly inside both its ends, and no
// word directly before it, so that 2 * 3, 5*3*2 and snake_case_names stay what they are.
func emphasis(s string, i int) (text string, n int) {
	rest := s[i:]
	c, run := rest[0], runOf(rest)
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	after, _ := utf8.DecodeRuneInString(rest[run:])
	if run > 3 || c == '~' && run != 2 || run == len(rest) || unicode.IsSpace(after) || glued(c, before) {
		return rest[:run], run
	}
	end := closer(rest, c, run)
	if end < 0 {
		return rest[:run], run
	}
	return inline(rest[run:end]), end + run
}

// glued tells whether a neighbour makes a mark part of a word. Hangul may stand next to an asterisk,
// because its particles follow emphasised words without a blank.
func glued(c byte, neighbour rune) bool {
	word := unicode.IsLetter(neighbour) || unicode.IsDigit(neighbour)
	return word && (c == '_' || neighbour < utf8.RuneSelf)
}

// closer finds the run that ends the emphasis that s begins with: one of the same length, or else the
// end of a longer one, which closes an inner emphasis first.
func closer(s string, c byte, run int) int {
	longer := -1
	for i := run; i < len(s); {
		if s[i] != c {
			i++
			continue
		}
		n := runOf(s[i:])
		before, _ := utf8.DecodeLastRuneInString(s[:i])
		after, _ := utf8.DecodeRuneInString(s[i+n:])
		ends := i > run && !unicode.IsSpace(before) && (c != '_' || !glued(c, after))
		switch {
		case ends && n == run:
			return i
		case ends && n > run && longer < 0:
			longer = i + n - run
		}
		i += n
	}
	return longer
}

// link reads [label](address "title") at the start of s.
func link(s string) (text string, n int) {
	end := matching(s, '[', ']')
	if end < 0 || !strings.HasPrefix(s[end+1:], "(") {
		return "", 0
	}
	stop := matching(s[end+1:], '(', ')')
	if stop < 0 {
		return "", 0
	}
	label := strings.TrimSpace(inline(s[1:end]))
	target, _, _ := strings.Cut(strings.TrimSpace(s[end+2:end+1+stop]), " ")
	target = strings.Trim(target, "<>")
	n = end + 1 + stop + 1
	switch {
	case target == "":
		return label, n
	case label == "" || label == target:
		return target, n
	}
	return label + " (" + target + ")", n
}

// matching finds the bracket that closes the one at the start of s.
func matching(s string, open, closing byte) int {
	if s == "" || s[0] != open {
		return -1
	}
	depth := 0
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case open:
			depth++
		case closing:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return -1
}

// runOf is how often the first byte of s is repeated at its start.
func runOf(s string) int { return len(s) - len(strings.TrimLeft(s, s[:1])) }

// exactRun finds the next run of exactly n times c at or after from.
func exactRun(s string, c byte, n, from int) int {
	for i := from; i < len(s); {
		if s[i] != c {
			i++
			continue
		}
		run := runOf(s[i:])
		if run == n {
			return i
		}
		i += run
	}
	return -1
}
