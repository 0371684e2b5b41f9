package bot

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/rivo/uniseg"

	"dari/channels"
)

// count measures text in what the platform counts.
func count(s string, unit channels.Unit) int {
	switch unit {
	case channels.UTF16:
		n := 0
		for _, r := range s {
			n += max(utf16.RuneLen(r), 1)
		}
		return n
	case channels.Graphemes:
		return uniseg.GraphemeClusterCount(s)
	case channels.Bytes:
		return len(s)
	}
	return utf8.RuneCountInString(s)
}

// split cuts text into parts of at most limit units. It never cuts inside a grapheme, so a Hangul
// syllable or an emoji stays whole, and prefers line ends, then spaces, in the last third of a part.
// A single grapheme larger than the limit is a part of its own. A limit of zero or less cuts nothing.
func split(s string, limit int, unit channels.Unit) []string {
	if limit <= 0 || fits(s, limit, unit) {
		return []string{s}
	}
	var parts []string
	for s != "" {
		head := s[:cut(s, limit, unit)]
		s = s[len(head):]
		if part := strings.Trim(head, " \n"); part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

func fits(s string, limit int, unit channels.Unit) bool {
	return len(s) <= limit || count(s, unit) <= limit // no unit is smaller than a byte
}

// cut returns how many bytes of s the first part takes.
func cut(s string, limit int, unit channels.Unit) int {
	used, end, line, space := 0, 0, 0, 0
	rest, state := s, -1
	for rest != "" {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		n := count(g, unit)
		if used+n > limit && end > 0 {
			break
		}
		used, end = used+n, end+len(g)
		if used*3 < limit*2 {
			continue
		}
		switch g {
		case "\n", "\r\n":
			line = end
		case " ", "\u3000":
			space = end
		}
	}
	switch {
	case end == len(s):
		return end
	case line > 0:
		return line
	case space > 0:
		return space
	}
	return end
}

// shorten cuts text to at most limit graphemes, the last being an ellipsis if anything was cut.
func shorten(s string, limit int) string {
	if limit <= 0 || fits(s, limit, channels.Graphemes) {
		return s
	}
	return s[:cut1(s, limit-1)] + "…"
}

func cut1(s string, graphemes int) int {
	end, rest, state := 0, s, -1
	for range graphemes {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		end += len(g)
	}
	return end
}
