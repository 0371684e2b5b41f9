package naverworks

import (
	"regexp"
	"strings"
)

var (
	mdHeading = regexp.MustCompile(`^ {0,3}#{1,6}[ \t]+(.*?)[ \t]*#*[ \t]*$`)
	mdRule    = regexp.MustCompile(`^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$`)
	mdItem    = regexp.MustCompile(`^([ \t]*)[-*+][ \t]+(.*)$`)
	mdRow     = regexp.MustCompile(`^[ \t]*\|(.*)\|[ \t]*$`)
	mdColumns = regexp.MustCompile(`^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-{2,}:?[ \t]*)*\|?[ \t]*$`)

	mdEscape = regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
	mdCode   = regexp.MustCompile("`` ?(.+?) ?``|`([^`]+)`")
	mdAuto   = regexp.MustCompile(`<((?:https?://|mailto:)[^<>\s]+)>`)
	mdLink   = regexp.MustCompile(`!?\[([^\[\]]*)\]\(<?([^\s()<>]*(?:\([^\s()<>]*\)[^\s()<>]*)*)>?(?:[ \t]+["'(][^)]*["')])?\)`)
	mdBare   = regexp.MustCompile(`https?://[^\s<>]+`)
	mdStrong = regexp.MustCompile(`\*\*(\S|\S.*?\S)\*\*`)
	mdEm     = regexp.MustCompile(`\*([^\s*]|[^\s*][^*]*[^\s*])\*`)
	// An underscore inside a word is one of its letters.
	mdLowStrong = regexp.MustCompile(`(^|[^\pL\pN_])__(\S|\S.*?\S)__($|[^\pL\pN_])`)
	mdLowEm     = regexp.MustCompile(`(^|[^\pL\pN_])_([^\s_]|[^\s_][^_]*[^\s_])_($|[^\pL\pN_])`)
	mdStrike    = regexp.MustCompile(`~~(\S|\S.*?\S)~~`)
)

// plain turns markdown into text that reads well without any marks: list items get bullets, links show
// their address behind the words, code stays as it is. It never gets longer, so that a text which was
// cut to a limit stays inside it.
func plain(markdown string) string {
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
		case strings.Contains(line, "|") && mdColumns.MatchString(line): // below a table's head
		default:
			out = append(out, plainLine(line))
		}
	}
	text := strings.Join(out, "\n")
	if strings.TrimSpace(text) == "" {
		return markdown
	}
	return text
}

func plainLine(line string) string {
	if mdRule.MatchString(line) {
		return "———"
	}
	if m := mdHeading.FindStringSubmatch(line); m != nil && m[1] != "" {
		line = m[1]
	} else if m := mdItem.FindStringSubmatch(line); m != nil {
		line = m[1] + "• " + box(m[2])
	} else if m := mdRow.FindStringSubmatch(line); m != nil {
		line = strings.TrimSpace(m[1])
	}
	return spans(line)
}

// box draws the box of a task.
func box(item string) string {
	switch {
	case strings.HasPrefix(item, "[ ] "):
		return "☐ " + item[4:]
	case strings.HasPrefix(item, "[x] "), strings.HasPrefix(item, "[X] "):
		return "☑ " + item[4:]
	}
	return item
}

// spans takes the marks out of a line. What must stay as it is is shielded meanwhile.
func spans(s string) string {
	s = mdCode.ReplaceAllStringFunc(s, func(code string) string {
		m := mdCode.FindStringSubmatch(code)
		return shield(m[1] + m[2])
	})
	s = mdEscape.ReplaceAllStringFunc(s, func(esc string) string { return shield(esc[1:]) })
	s = mdAuto.ReplaceAllStringFunc(s, func(auto string) string { return shield(auto[1 : len(auto)-1]) })
	s = mdLink.ReplaceAllStringFunc(s, func(link string) string {
		m := mdLink.FindStringSubmatch(link)
		label, address := m[1], shield(m[2])
		switch {
		case label == "" || label == m[2]:
			return address
		case address == "":
			return label
		}
		return label + " (" + address + ")"
	})
	s = mdBare.ReplaceAllStringFunc(s, func(address string) string {
		bare := strings.TrimRight(address, "*_~.,;:!?)")
		return shield(bare) + address[len(bare):]
	})
	s = mdStrong.ReplaceAllString(s, "$1")
	s = mdEm.ReplaceAllString(s, "$1")
	for range 2 { // the character between two neighbours belongs to the first match alone
		s = mdLowStrong.ReplaceAllString(s, "$1$2$3")
		s = mdLowEm.ReplaceAllString(s, "$1$2$3")
	}
	s = mdStrike.ReplaceAllString(s, "$1")
	return unshield(s)
}

// shieldBase begins a part of a private-use area in which marks wait out the work. It lies beyond the
// area that fonts use for icons.
const shieldBase = 0xF000 + 0x800

func shield(s string) string {
	return strings.Map(func(r rune) rune {
		if r > ' ' && r < 0x7f {
			return shieldBase + r
		}
		return r
	}, s)
}

func unshield(s string) string {
	return strings.Map(func(r rune) rune {
		if r > shieldBase+' ' && r < shieldBase+0x7f {
			return r - shieldBase
		}
		return r
	}, s)
}
