package danbee

import (
	"slices"
	"strings"

	"golang.org/x/net/html/atom"
)

// text writes what is to be read. Runs of blanks are one; line breaks count.
func (c *converter) text(s string) {
	if c.hidden() {
		return
	}
	code := c.within(atom.Code)
	for _, r := range s {
		switch {
		case r == '\r':
		case r == '\n':
			c.out.WriteByte('\n')
		case r == ' ' || r == '\t' || r == '\u00a0':
			c.gap()
		case c.markdown && !code && c.special(r):
			c.out.WriteByte('\\')
			c.out.WriteRune(r)
		default:
			c.out.WriteRune(r)
		}
	}
}

// special tells whether markdown would take the character for a mark.
func (c *converter) special(r rune) bool {
	if strings.ContainsRune("\\`*_[]<>~", r) {
		return true
	}
	return strings.ContainsRune("#+-", r) && c.atLineStart()
}

func (c *converter) atLineStart() bool {
	return c.out.Len() == 0 || c.out.Bytes()[c.out.Len()-1] == '\n'
}

// line ends the line, unless it is empty.
func (c *converter) line() {
	if !c.atLineStart() {
		c.out.WriteByte('\n')
	}
}

// gap writes a blank, unless there is one or a line begins.
func (c *converter) gap() {
	if !c.atLineStart() && c.out.Bytes()[c.out.Len()-1] != ' ' {
		c.out.WriteByte(' ')
	}
}

// hidden tells whether what comes is not for people.
func (c *converter) hidden() bool {
	return c.within(atom.Script) || c.within(atom.Style) || c.within(atom.Head) || c.within(atom.Template)
}

func (c *converter) within(name atom.Atom) bool {
	return slices.ContainsFunc(c.open, func(e element) bool { return e.name == name })
}

// tidy takes out blanks at the ends of lines, and more than one empty line in a row.
func tidy(s string) string {
	lines := strings.Split(s, "\n")
	out := lines[:0]
	empty := 0
	for _, line := range lines {
		line = strings.TrimRight(line, " ")
		if empty++; line != "" {
			empty = 0
		}
		if empty <= 1 {
			out = append(out, line)
		}
	}
	return strings.Trim(strings.Join(out, "\n"), "\n ")
}
