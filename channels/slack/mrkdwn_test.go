package slack

import (
	"strings"
	"testing"

	"github.com/rivo/uniseg"
)

func TestTextObjectsAreEscapedAndLinked(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"the three signs are escaped", "A & B <급함>", "A &amp; B &lt;급함&gt;"},
		{"names stay words", "@channel #general", "@channel #general"},
		{"an address is linked", "봐요 https://example.com/?a=1&b=2 지금", "봐요 <https://example.com/?a=1&amp;b=2> 지금"},
		{"a full stop is not part of it", "See https://example.com/a.", "See <https://example.com/a>."},
		{"nor is a bracket around it", "(https://example.com/a)", "(<https://example.com/a>)"},
		{"but one inside it is", "https://example.com/a_(b)", "<https://example.com/a_(b)>"},
		{"nor is a particle behind it", "https://example.com에서", "<https://example.com>에서"},
		{"nothing can be smuggled into it", "https://example.com/|<!here>", "<https://example.com/>|&lt;!here&gt;"},
		{"two are linked", "http://a.example https://b.example", "<http://a.example> <https://b.example>"},
		{"the beginning of one is none", "https:// x", "https:// x"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := mrkdwn(row.in); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestMentionsInMarkdownAreDefused(t *testing.T) {
	for _, row := range []struct{ name, in, want string }{
		{"everybody here", "<!here>", "&lt;!here>"},
		{"everybody with a label", "<!channel|x>", "&lt;!channel|x>"},
		{"a group", "<!subteam^S1>", "&lt;!subteam^S1>"},
		{"a person", "hi <@U1>", "hi &lt;@U1>"},
		{"a channel", "<#C1|x>", "&lt;#C1|x>"},
		{"one behind another bracket", "<<!here>", "<&lt;!here>"},
		{"a comment of HTML stays", "<!-- x --> <!DOCTYPE html>", "<!-- x --> <!DOCTYPE html>"},
		{"a quote, a link and an ampersand stay", "> a & [b](https://c.example?d&e) <https://f.example>", "> a & [b](https://c.example?d&e) <https://f.example>"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := defused(row.in); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

// However a text grows, what was shown of it must stay its beginning, and hold no mention.
func FuzzGrowingMarkdown(f *testing.F) {
	for _, s := range []string{"a <!here> b", "<!subteam^S1>", "<<!everyone>", "x <@U1> <", "1 < 2", "<!chan <!channel>"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = s[:min(len(s), 256)] // every beginning is tried: a long text would take minutes
		whole, before := defused(s), ""
		for i := range len(s) + 1 {
			now := defused(settled(s[:i]))
			if !strings.HasPrefix(now, before) || !strings.HasPrefix(whole, now) {
				t.Fatalf("%q shows %q after %q", s[:i], now, before)
			}
			before = now
		}
		if mentionToken.MatchString(whole) {
			t.Fatalf("a mention is left in %q", whole)
		}
	})
}

// FuzzSections checks that a text of any length is laid out within Slack's limit, with no mark in it but
// links.
func FuzzSections(f *testing.F) {
	f.Add("제목", "&<가 ", uint8(255))
	f.Add("", "http://a.b ", uint8(200))
	f.Add("x", "https://example.com/가", uint8(100))
	f.Fuzz(func(t *testing.T, head, text string, times uint8) {
		text = text[:min(len(text), 256)] // up to 2,040 times: half a megabyte
		if head = bold(head); characters(head) > maxSection-100 {
			return
		}
		for _, b := range sectionsUnder(head, strings.Repeat(text, int(times)*8)) {
			raw := sectionText(b)
			if characters(raw) > maxSection && uniseg.GraphemeClusterCount(raw) > 1 || raw == "" {
				t.Fatalf("a section of %d characters", characters(raw))
			}
			if strings.Contains(strings.NewReplacer("<http://", "", "<https://", "").Replace(raw), "<") {
				t.Fatalf("a mark in %q", raw)
			}
		}
	})
}
