package importers

import (
	"fmt"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"
)

// maxWritten is how large one file may grow; a scenario's may have 4 MiB.
const maxWritten = 2 << 20

// write makes the files of the bot. A section that is too large for one file goes on in the next.
func (b *bot) write() map[string][]byte {
	files := map[string][]byte{}
	if b.Whole {
		files["bot.yaml"] = dump(mapping("version", number(1), "bot", b.botNode()))
	}
	b.spread(files, "entities", b.entityNodes(), true)
	b.spread(files, "intents", b.intentNodes(), true)
	b.spread(files, "faq", b.faqNodes(), false)
	b.spread(files, "flows", b.flowNodes(), true)
	b.spread(files, "tests", b.testNodes(), false)
	return files
}

// entry is one element of a section; key is "" in a list.
type entry struct {
	key   string
	value *yaml.Node
}

// spread writes a section into files of a reasonable size.
func (b *bot) spread(files map[string][]byte, section string, list []entry, named bool) {
	for n := 1; len(list) > 0; n++ {
		size, count := 0, 0
		for count < len(list) && (count == 0 || size < maxWritten) {
			size += weight(list[count].value)
			count++
		}
		part := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		if named {
			part.Kind, part.Tag = yaml.MappingNode, "!!map"
		}
		for _, e := range list[:count] {
			if named {
				part.Content = append(part.Content, scalar(e.key))
			}
			part.Content = append(part.Content, e.value)
		}
		name := section + ".yaml"
		if n > 1 {
			name = fmt.Sprintf("%s-%d.yaml", section, n)
		}
		files[name] = dump(mapping(section, part))
		list = list[count:]
	}
}

// weight is about how many bytes a node takes.
func weight(n *yaml.Node) int {
	total := 2*len(n.Value) + 12
	for _, c := range n.Content {
		total += weight(c)
	}
	return total
}

func dump(n *yaml.Node) []byte {
	out, err := yaml.Dump(n, yaml.WithIndent(2), yaml.WithLineWidth(-1))
	if err != nil {
		panic(fmt.Sprintf("importers: write YAML: %v", err)) // nodes of our own making
	}
	return out
}

func scalar(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if strings.Contains(s, "\n") {
		n.Style = yaml.DoubleQuotedStyle // a block would lose blanks at the ends of lines
	}
	return n
}

func number(i int) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: itoa(i)}
}

func list(items ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Content: items}
}

func words(items []string) *yaml.Node {
	n := list()
	for _, s := range items {
		n.Content = append(n.Content, scalar(s))
	}
	return n
}

// mapping makes a mapping of keys and nodes in turn; those that are nil are left out.
func mapping(pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for i := 0; i+1 < len(pairs); i += 2 {
		if v := pairs[i+1].(*yaml.Node); v != nil {
			n.Content = append(n.Content, scalar(pairs[i].(string)), v)
		}
	}
	return n
}

// inline writes a node on one line.
func inline(n *yaml.Node) *yaml.Node {
	if n != nil {
		n.Style = yaml.FlowStyle
	}
	return n
}

// maybe is a scalar, nil when there is nothing to write.
func maybe(s string) *yaml.Node {
	if s == "" {
		return nil
	}
	return scalar(s)
}

// text writes a text: as a word when it holds for every language, else by language. A language that the bot
// speaks by default and the text does not say takes the words of another.
func (b *bot) text(t texts) *yaml.Node {
	by := texts{}
	for _, l := range b.locales {
		if len(t[l]) > 0 {
			by[l] = t[l]
		}
	}
	switch {
	case len(t) == 0:
		return nil
	case len(by) == 0 && len(t[""]) > 0:
		return variants(t[""])
	case len(by[b.locale]) == 0:
		for _, l := range append([]string{"", "en"}, sortedKeys(t)...) {
			if len(by[b.locale]) == 0 {
				by[b.locale] = t[l]
			}
		}
	}
	if len(b.locales) == 1 {
		return variants(by[b.locale])
	}
	n := mapping()
	for _, l := range b.locales {
		if len(by[l]) == 0 {
			by[l] = by[b.locale]
		}
		n.Content = append(n.Content, scalar(l), variants(by[l]))
	}
	return inline(n)
}

// variants is one text or a list of them. A list also keeps "t:…" from being taken for a reference.
func variants(of []string) *yaml.Node {
	of = slices.Compact(slices.Clone(of))
	if len(of) == 1 && !strings.HasPrefix(of[0], "t:") {
		return scalar(of[0])
	}
	return words(of)
}
