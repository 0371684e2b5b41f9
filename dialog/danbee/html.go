package danbee

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"dari/bot/message"
	"dari/dialog/foreign"
)

// words are a text that was HTML.
type words struct {
	text     string
	markdown bool
	images   []string // addresses of the pictures in it
}

// message is the text with buttons under it.
func (w words) message(actions []message.Action) []message.Message {
	out := foreign.Buttons(w.text, actions)
	if len(out) > 0 && w.markdown {
		out[0].Format = "markdown"
	}
	return out
}

// fromHTML reads the HTML that a bubble's text may hold. The vendor's window shows it as HTML in which
// line breaks count. Emphasis, links and code become markdown; a text without any stays plain.
func fromHTML(s string) words {
	if !strings.ContainsAny(s, "<&") {
		return words{text: strings.TrimSpace(s)}
	}
	return convert(s, hasMarks(s))
}

// plainHTML is the text alone, for where no markdown is shown.
func plainHTML(s string) string { return convert(s, false).text }

func convert(s string, markdown bool) words {
	c := converter{markdown: markdown}
	z := html.NewTokenizer(strings.NewReader(s))
	for z.Next() != html.ErrorToken {
		raw := string(z.Raw()) // Token changes what Raw returns
		c.token(z.Token(), raw)
	}
	for len(c.open) > 0 {
		c.close()
	}
	return words{text: tidy(c.out.String()), markdown: c.markdown, images: c.images}
}

// hasMarks tells whether the text needs markdown.
func hasMarks(s string) bool {
	z := html.NewTokenizer(strings.NewReader(s))
	for tt := z.Next(); tt != html.ErrorToken; tt = z.Next() {
		if t := z.Token(); tt == html.StartTagToken && (marks[t.DataAtom] != "" || t.DataAtom == atom.Code || t.DataAtom == atom.A && href(t) != "") {
			return true
		}
	}
	return false
}

// element is one that has begun and not ended.
type element struct {
	name  atom.Atom
	begin int    // where in the output its content begins
	href  string // of a link
	items int    // of a list, so far
}

// maxNesting bounds the elements that are open at once; those inside are read as if they were not there.
const maxNesting = 32

type converter struct {
	out      bytes.Buffer
	open     []element
	markdown bool
	images   []string
}

func (c *converter) token(t html.Token, raw string) {
	switch t.Type {
	case html.TextToken:
		c.text(t.Data)
	case html.CommentToken: // "</회의실>" is none to its author
		if !strings.HasPrefix(raw, "<!") && !strings.HasPrefix(raw, "<?") {
			c.text(raw)
		}
	case html.StartTagToken, html.SelfClosingTagToken:
		c.start(t, raw)
	case html.EndTagToken:
		for i := len(c.open) - 1; i >= 0; i-- {
			if c.open[i].name == t.DataAtom && t.DataAtom != 0 {
				for len(c.open) > i {
					c.close()
				}
				return
			}
		}
	}
}

// start begins an element. A tag that HTML does not know is the author's own words ("<name>"), unless
// it has a prefix as word processors write it.
func (c *converter) start(t html.Token, raw string) {
	if !known(t.DataAtom) {
		if !strings.ContainsRune(t.Data, ':') {
			c.text(raw)
		}
		return
	}
	if blocks[t.DataAtom] {
		c.line()
	}
	switch t.DataAtom {
	case atom.Br:
		c.out.WriteByte('\n')
	case atom.Td, atom.Th:
		c.gap()
	case atom.Li:
		c.item()
	case atom.Img:
		if src := attribute(t, "src"); src != "" && !c.hidden() {
			c.images = append(c.images, src)
		}
	case atom.Iframe, atom.Video, atom.Audio:
		if src := attribute(t, "src"); foreign.Web(src) && !c.hidden() {
			c.line()
			c.out.WriteString(src + "\n")
		}
	}
	if !void[t.DataAtom] && len(c.open) < maxNesting {
		c.open = append(c.open, element{name: t.DataAtom, begin: c.out.Len(), href: href(t)})
	}
}

// item begins an item of the list around it.
func (c *converter) item() {
	for i := len(c.open) - 1; i >= 0; i-- {
		switch list := &c.open[i]; list.name {
		case atom.Ol:
			list.items++
			c.out.WriteString(strconv.Itoa(list.items) + ". ")
			return
		case atom.Ul:
			c.out.WriteString("- ")
			return
		}
	}
	c.out.WriteString("- ")
}

// close ends the last element that is open.
func (c *converter) close() {
	e := c.open[len(c.open)-1]
	c.open = c.open[:len(c.open)-1]
	if mark := marks[e.name]; mark != "" && !c.marked(mark) {
		c.rewrite(e.begin, func(line string) string { return emphasise(line, mark) })
	}
	switch {
	case e.href != "" && c.markdown && strings.TrimSpace(string(c.out.Bytes()[e.begin:])) == "":
		c.out.WriteString(e.href) // a picture was the label
	case e.href != "":
		c.rewrite(e.begin, func(label string) string { return "[" + label + "](" + e.href + ")" })
	case e.name == atom.Code:
		c.rewrite(e.begin, func(line string) string { return "`" + strings.ReplaceAll(line, "`", "'") + "`" })
	}
	if blocks[e.name] {
		c.line()
	}
}

// marked tells whether an element around has the same mark: once is enough.
func (c *converter) marked(mark string) bool {
	return slices.ContainsFunc(c.open, func(e element) bool { return marks[e.name] == mark })
}

// rewrite changes what was written since begin, line by line: a mark that runs over a line's end is
// read by few messengers. Blanks at the ends of a line stay outside.
func (c *converter) rewrite(begin int, change func(string) string) {
	if !c.markdown {
		return
	}
	lines := strings.Split(string(c.out.Bytes()[begin:]), "\n")
	for i, line := range lines {
		core := strings.TrimSpace(line)
		if core == "" {
			continue
		}
		head, tail, _ := strings.Cut(line, core)
		lines[i] = head + change(core) + tail
	}
	c.out.Truncate(begin)
	c.out.WriteString(strings.Join(lines, "\n"))
}

// emphasise puts marks around words. Around punctuation they would be read as what they are, so that
// goes without.
func emphasise(s, mark string) string {
	runes := []rune(s)
	for _, r := range []rune{runes[0], runes[len(runes)-1]} {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return s
		}
	}
	return mark + s + mark
}

// href is the address of a link that a messenger can open; its parentheses would end the markdown link.
func href(t html.Token) string {
	if t.DataAtom != atom.A {
		return ""
	}
	address := strings.TrimSpace(attribute(t, "href"))
	if !foreign.Web(address) || strings.ContainsAny(address, " \n\t<>") {
		return ""
	}
	return strings.NewReplacer("(", "%28", ")", "%29").Replace(address)
}

func attribute(t html.Token, name string) string {
	for _, a := range t.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}
