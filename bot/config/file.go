package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// loader collects one configuration and what is wrong with it.
type loader struct {
	cfg      Config
	env      func(string) (string, bool)
	ids      map[string]place // of bots and channels, as "bot x" and "channel x"
	mistakes []mistake
}

// parse reads a file's content and the environment. An empty file name means that there is no file.
func parse(file string, data []byte, env func(string) (string, bool)) (Config, error) {
	l := &loader{env: env, ids: map[string]place{}}
	l.cfg = Config{File: file, places: map[string]place{}, used: map[string]bool{}}
	l.defaults()
	if root := l.document(data); root != nil {
		l.root(root)
	}
	l.environment()
	l.together()
	if len(l.mistakes) > 0 {
		return Config{}, join(l.mistakes)
	}
	return l.cfg, nil
}

func (l *loader) defaults() {
	for _, k := range keys {
		if err := k.set(&l.cfg, k.split(k.def)); err != nil {
			panic("config: default of " + k.name + ": " + err.Error()) // a mistake in the table
		}
	}
}

// document returns the one document of the file, nil if it holds none or no YAML.
func (l *loader) document(data []byte) *yaml.Node {
	dec, err := yaml.NewLoader(bytes.NewReader(data))
	if err != nil {
		l.fail(l.at(1, 1), "", "%v", err)
		return nil
	}
	var doc, second yaml.Node
	err = dec.Load(&doc)
	if err == nil {
		err = dec.Load(&second)
	}
	switch {
	case errors.Is(err, io.EOF):
	case err != nil:
		l.syntax(err, data)
		return nil
	default:
		l.fail(l.at(second.Line, second.Column), "", "a second document begins here; keep everything in one")
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

// syntax reports that the file is not YAML. Only those messages of the parser are passed on that do not
// quote the file, which may hold secrets.
func (l *loader) syntax(err error, data []byte) {
	var le *yaml.LoadError
	if !errors.As(err, &le) {
		l.fail(l.at(1, 1), "", "is not YAML")
		return
	}
	at := l.at(le.Mark.Line, le.Mark.Column)
	switch le.Stage {
	case yaml.ReaderStage:
		l.fail(l.firstBad(data), "", "is not plain UTF-8 text")
	case yaml.ScannerStage, yaml.ParserStage:
		l.fail(at, "", "is not YAML: %s", le.Message)
	default:
		l.fail(at, "", "is not YAML; a text that begins with * or & or ! needs quotes")
	}
}

// firstBad finds the first character that YAML does not allow in a file.
func (l *loader) firstBad(data []byte) place {
	line, col := 1, 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 || r < ' ' && !strings.ContainsRune("\t\n\r", r) || r >= 0x7f && r < 0xa0 && r != 0x85 {
			break
		}
		col++
		if r == '\n' {
			line, col = line+1, 1
		}
		data = data[n:]
	}
	return l.at(line, col)
}

func (l *loader) root(n *yaml.Node) {
	l.mapping(n, "", append(sections(), "bots"), func(name string, v *yaml.Node) {
		if name == "bots" {
			l.bots(v)
			return
		}
		l.section(name, v)
	})
}

// section takes the keys of a section, which may have parts with keys of their own.
func (l *loader) section(section string, n *yaml.Node) {
	byName := map[string]key{}
	var known []string
	for _, k := range keys {
		rest, under := strings.CutPrefix(k.name, section+".")
		if !under {
			continue
		}
		name, _, _ := strings.Cut(rest, ".")
		if name == rest {
			byName[name] = k
		}
		if !slices.Contains(known, name) {
			known = append(known, name)
		}
	}
	l.mapping(n, section, known, func(name string, v *yaml.Node) {
		if k, ok := byName[name]; ok {
			l.set(k, v)
			return
		}
		l.section(joinPath(section, name), v)
	})
}

// set takes the value of a key from the file.
func (l *loader) set(k key, n *yaml.Node) {
	values, err := k.values(resolve(n))
	if err == nil {
		err = k.set(&l.cfg, values)
	}
	if err != nil {
		l.fail(l.of(n), k.name, "%v", err)
	}
}

func (k key) values(n *yaml.Node) ([]string, error) {
	if k.kind == list {
		return stringList(n)
	}
	if n.Kind != yaml.ScalarNode {
		return nil, errors.New("must be a single value, not a list or a section")
	}
	tag := n.ShortTag()
	switch {
	case tag == "!!null":
		return nil, errors.New(`has no value; give it one, write "" for an empty text, or remove the line`)
	case strings.Contains(n.Value, "${"):
		return nil, fmt.Errorf("takes no ${…}; set %s in the environment instead", k.env())
	case k.kind == text && tag != "!!str":
		return nil, errors.New("must be a text; put it in quotes")
	case k.kind == number && tag != "!!int":
		return nil, errors.New("must be a whole number without quotes")
	}
	return []string{n.Value}, nil
}

func stringList(n *yaml.Node) ([]string, error) {
	if isNull(n) {
		return nil, nil
	}
	if n.Kind != yaml.SequenceNode {
		return nil, errors.New("must be a list; write it like [one, two]")
	}
	var out []string
	for i, e := range n.Content {
		if e = resolve(e); e.Kind != yaml.ScalarNode || e.ShortTag() != "!!str" || e.Value == "" {
			return nil, fmt.Errorf("element %d must be a text; put it in quotes", i+1)
		}
		out = append(out, e.Value)
	}
	return out, nil
}

// mapping calls visit for every key of n that is known (every key at all if known is nil) and returns
// the names it met. No value at all counts as an empty mapping.
func (l *loader) mapping(n *yaml.Node, path string, known []string, visit func(name string, v *yaml.Node)) map[string]bool {
	seen := map[string]bool{}
	at := l.of(n)
	n = resolve(n)
	if isNull(n) {
		return seen
	}
	if n.Kind != yaml.MappingNode {
		detail := "must be a section of keys"
		if known != nil {
			detail += ": " + strings.Join(known, ", ")
		}
		l.fail(at, path, "%s", detail)
		return seen
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		name := joinPath(path, k.Value)
		switch {
		case k.Kind != yaml.ScalarNode || k.ShortTag() == "!!merge":
			l.fail(l.of(k), path, "must have plain texts as keys; write merged keys out")
		case known != nil && !slices.Contains(known, k.Value):
			l.fail(l.of(k), name, "unknown key %s", suggest(k.Value, known))
		case seen[k.Value]:
			l.fail(l.of(k), name, "is given twice; it stands at %s already", l.cfg.places[name])
		default:
			seen[k.Value] = true
			l.cfg.places[name] = l.of(v)
			visit(k.Value, v)
		}
	}
	return seen
}

func (l *loader) at(line, col int) place {
	return place{file: l.cfg.File, line: max(line, 1), col: max(col, 1)}
}

func (l *loader) of(n *yaml.Node) place { return l.at(n.Line, n.Column) }

func (l *loader) fail(at place, key, format string, args ...any) {
	l.mistakes = append(l.mistakes, mistake{at, key, fmt.Sprintf(format, args...)})
}

func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode && n.Alias != nil {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func joinPath(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}
