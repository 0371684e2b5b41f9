package scenario

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"dari/dialog"
)

var _ dialog.Teacher = Type{}

// Intents implements dialog.Teacher.
func (Type) Intents(files map[string][]byte) []string {
	s, _ := build(files)
	return s.intentOrder
}

// AddExample implements dialog.Teacher. The sentence becomes a line of its own below the last example.
func (Type) AddExample(files map[string][]byte, intent, locale, text string) (map[string][]byte, error) {
	for _, name := range sortedKeys(files) {
		switch strings.ToLower(path.Ext(name)) {
		case ".yaml", ".yml":
		default:
			continue
		}
		var doc yaml.Node
		if len(files[name]) > maxFile || parseYAML(files[name], &doc) != nil || len(doc.Content) == 0 {
			continue
		}
		spec := child(child(doc.Content[0], "intents"), intent)
		if spec == nil {
			continue
		}
		edited, err := withExample(string(files[name]), spec, locale, text)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", name, spec.Line, err)
		}
		files = maps.Clone(files)
		files[name] = []byte(edited)
		return files, nil
	}
	return nil, fmt.Errorf("no file has the intent %q", intent)
}

// withExample writes the sentence into the list of examples: that of the locale, if they are by locale.
func withExample(src string, spec *yaml.Node, locale, text string) (string, error) {
	list := resolve(child(spec, "examples"))
	if list != nil && list.Kind == yaml.MappingNode {
		if list = byLocale(list, locale); list == nil {
			return "", fmt.Errorf("the intent has no examples in %q yet; write the first one by hand", locale)
		}
	}
	switch {
	case list == nil || list.Kind != yaml.SequenceNode || len(list.Content) == 0:
		return "", fmt.Errorf("the intent has no list of examples; write the first one by hand")
	case slices.ContainsFunc(list.Content, func(n *yaml.Node) bool { return n.Value == text }):
		return src, nil
	}
	quoted, err := json.Marshal(strings.Join(strings.Fields(text), " ")) // a JSON string is a YAML one
	if err != nil {
		return "", err
	}
	lines := strings.SplitAfter(src, "\n")
	last := list.Content[len(list.Content)-1]
	if list.Style&yaml.FlowStyle != 0 {
		return insideFlow(lines, last, string(quoted))
	}
	line := lines[last.Line-1]
	dash := strings.LastIndex(line[:min(len(line), bytesOf(line, last.Column-1))], "-")
	end := lastLine(last)
	if dash < 0 || end != last.Line {
		return "", fmt.Errorf("the last example goes over several lines; add the sentence by hand")
	}
	if !strings.HasSuffix(lines[end-1], "\n") {
		lines[end-1] += "\n"
	}
	return strings.Join(slices.Insert(lines, end, line[:dash]+"- "+string(quoted)+"\n"), ""), nil
}

func byLocale(n *yaml.Node, locale string) *yaml.Node {
	lang, _, _ := strings.Cut(strings.ToLower(locale), "-")
	if v := resolve(child(n, lang)); v != nil || lang != "" {
		return v
	}
	return nil
}

// lastLine is where a scalar ends: that of a plain or quoted one is where it begins, unless it is folded.
func lastLine(n *yaml.Node) int {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return n.Line + 1
	}
	return n.Line
}

// insideFlow writes the sentence before the bracket of [a, b].
func insideFlow(lines []string, last *yaml.Node, quoted string) (string, error) {
	line := lines[last.Line-1]
	at := bytesOf(line, last.Column-1)
	end := strings.LastIndex(line, "]")
	if last.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) == 0 {
		if i := strings.Index(line[at:], "]"); i >= 0 {
			end = at + i
		}
	}
	if end < at {
		return "", fmt.Errorf("the list of examples goes over several lines; add the sentence by hand")
	}
	lines[last.Line-1] = line[:end] + ", " + quoted + line[end:]
	return strings.Join(lines, ""), nil
}

// bytesOf is how many bytes so many characters have.
func bytesOf(s string, runes int) int {
	for i := range s {
		if runes == 0 {
			return i
		}
		runes--
	}
	return len(s)
}
