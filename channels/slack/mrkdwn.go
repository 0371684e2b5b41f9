package slack

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"

	"github.com/rivo/uniseg"
	slackapi "github.com/slack-go/slack"
	"github.com/slack-go/slack/slackutilsx"
)

// characters counts a text in UTF-16 units. Slack speaks of characters and does not say which; this
// is the count that is never too small.
func characters(s string) int { return len(utf16.Encode([]rune(s))) }

// escaped counts a text in the form in which it is sent.
func escaped(s string) int { return characters(slackutilsx.EscapeMessage(s)) }

// clip cuts a caption to what Slack takes. The runtime has cut it in graphemes, of which one may be
// several characters; a caption that is one character too long would cost the whole message.
func clip(s string, limit int) string {
	head, _ := cut(s, limit, characters)
	return head
}

// lines puts texts below each other and leaves out blank ones.
func lines(texts ...string) string {
	said := slices.DeleteFunc(texts, func(s string) bool { return strings.TrimSpace(s) == "" })
	return strings.Join(said, "\n")
}

// summary is the text of a message that is shown as blocks. It is what notifications and screen readers
// tell, so that a cut one costs nothing.
func summary(texts ...string) string {
	head, _ := cut(lines(texts...), maxText, escaped)
	return slackutilsx.EscapeMessage(head)
}

// webAddress finds the addresses in a text. Letters beyond ASCII end one: in Korean and Japanese the
// next word often stands right behind it.
var webAddress = regexp.MustCompile(`https?://[A-Za-z0-9\[][-A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%]*`)

// mrkdwn escapes a text for a text object and links the addresses in it. It is sent verbatim, because
// Slack would otherwise look for names in it and make mentions of them:
// https://docs.slack.dev/messaging/formatting-message-text#automatic-parsing
func mrkdwn(s string) string {
	var b strings.Builder
	for {
		at := webAddress.FindStringIndex(s)
		if at == nil {
			b.WriteString(slackutilsx.EscapeMessage(s))
			return b.String()
		}
		link := strings.TrimRight(s[at[0]:at[1]], `.,:;!?'`)
		if !strings.Contains(link, "(") {
			link = strings.TrimRight(link, ")")
		}
		b.WriteString(slackutilsx.EscapeMessage(s[:at[0]]))
		b.WriteString("<" + slackutilsx.EscapeMessage(link) + ">")
		s = s[at[0]+len(link):]
	}
}

// bold makes a line bold, unless it holds the sign that ends bold text.
func bold(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if s == "" || strings.Contains(s, "*") {
		return mrkdwn(s)
	}
	return "*" + mrkdwn(s) + "*"
}

// section is one section block. The text is mrkdwn already.
func section(text string) *slackapi.SectionBlock {
	return slackapi.NewSectionBlock(slackapi.NewTextBlockObject(slackapi.MarkdownType, text, false, true), nil, nil)
}

// sections lays a text out in section blocks. One is enough unless the text is long or full of
// characters that grow when they are escaped.
func sections(text string) []slackapi.Block { return sectionsUnder("", text) }

// sectionsUnder is sections with a line above the text that is mrkdwn already.
func sectionsUnder(head, text string) []slackapi.Block {
	if text == "" && head != "" {
		return []slackapi.Block{section(head)}
	}
	if head != "" {
		head += "\n"
	}
	var out []slackapi.Block
	for text != "" {
		limit := maxSection - characters(head)
		if webAddress.MatchString(text) { // a link needs two brackets for every nine characters or more
			limit = limit * 4 / 5
		}
		var part string
		part, text = cut(text, limit, escaped)
		if text != "" {
			part, text = atBreak(part, text)
		}
		out = append(out, section(head+mrkdwn(part)))
		head = ""
	}
	return out
}

// mentionToken begins in Markdown what Slack would make a mention of: <@U1>, <#C1>, <!here>, <!subteam^S1>.
// Slack looks for its own tokens there too, and shows an escaped bracket as a bracket; the other
// brackets are the author's: quotes, HTML in code.
var mentionToken = regexp.MustCompile(`<([@#]|!(?:here|channel|everyone|group|subteam\^))`)

// longestToken is how many bytes mentionToken needs at most to match.
const longestToken = len("<!subteam^")

// defused is Markdown in which no mention can fire. It never changes what it has made of a beginning of
// the text that is settled.
func defused(markdown string) string { return mentionToken.ReplaceAllString(markdown, "&lt;$1") }

// settled is the beginning of a growing text that later words cannot make a mention of.
func settled(markdown string) string {
	at := strings.LastIndexByte(markdown, '<')
	if at < 0 || len(markdown)-at >= longestToken || mentionToken.MatchString(markdown[at:]) {
		return markdown
	}
	return markdown[:at]
}

// cut splits s at the last border between graphemes that keeps the head within limit, as size counts.
// A first grapheme that is too large by itself is kept whole.
func cut(s string, limit int, size func(string) int) (head, tail string) {
	used, end, state := 0, 0, -1
	for rest := s; rest != ""; {
		var g string
		g, rest, _, state = uniseg.FirstGraphemeClusterInString(rest, state)
		if used += size(g); used > limit && end > 0 {
			break
		}
		end += len(g)
	}
	return s[:end], s[end:]
}

// atBreak moves a split back to the last line end or space, if there is one in the second half.
func atBreak(head, tail string) (string, string) {
	for _, sep := range []string{"\n", " "} {
		if i := strings.LastIndex(head, sep); i > len(head)/2 {
			return head[:i], head[i+1:] + tail
		}
	}
	return head, tail
}
