package scenario

import (
	"cmp"
	"errors"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v4"

	"dari/dialog"
)

// build reads the files and checks everything in them. The script is only good when no problem is more
// than a warning.
func build(files map[string][]byte) (*script, []dialog.Problem) {
	s := &script{
		messages: map[string]*text{}, entities: map[string]*entitySpec{}, intents: map[string]*intentSpec{},
		flows: map[string]*flow{}, tables: map[string]*table{}, varSet: map[string]bool{}, usrSet: map[string]bool{},
		bot: botSpec{
			zone: time.UTC, idle: 30 * time.Minute, match: -1, confirm: -1, margin: -1, maxChoices: 3,
			hoursFrom: 9, hoursTo: 18, commands: map[string]map[string][]string{}, constants: map[string]any{},
		},
	}
	var problems []dialog.Problem
	total := 0
	for _, name := range slices.Sorted(maps.Keys(files)) {
		total += len(files[name])
		if total > maxFiles {
			problems = append(problems, dialog.Problem{File: name, Code: "too_large", Message: "the files have more than 16 MiB"})
			break
		}
		r := &reader{s: s, file: name, out: &problems, kinds: stepKinds()}
		switch strings.ToLower(path.Ext(name)) {
		case ".yaml", ".yml":
			r.read(files[name])
		case ".csv":
			r.readCSV(files[name])
		}
	}
	c := &checker{s: s, out: &problems, files: slices.Sorted(maps.Keys(files))}
	c.run()
	order(problems)
	return s, problems
}

// order sorts problems by place.
func order(list []dialog.Problem) {
	slices.SortStableFunc(list, func(a, b dialog.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}

// read reads one YAML file.
func (r *reader) read(b []byte) {
	if len(b) > maxFile {
		*r.out = append(*r.out, dialog.Problem{File: r.file, Code: "too_large", Message: "the file has more than 4 MiB"})
		return
	}
	r.lines = strings.Split(string(b), "\n")
	var doc yaml.Node
	if err := parseYAML(b, &doc); err != nil {
		r.syntax(err)
		return
	}
	if doc.Kind == 0 || len(doc.Content) == 0 {
		return // an empty file
	}
	r.budget = countNodes(&doc, 0) + maxExtra
	r.top(doc.Content[0])
}

// parseYAML guards against documents that make the parser itself give up.
func parseYAML(b []byte, doc *yaml.Node) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("the file cannot be read as YAML")
		}
	}()
	return yaml.Unmarshal(b, doc)
}

// countNodes counts the nodes of a document without following aliases.
func countNodes(n *yaml.Node, depth int) int {
	total := 1
	if depth > 2*maxDepth {
		return total
	}
	for _, c := range n.Content {
		total += countNodes(c, depth+1)
	}
	return total
}

// syntax reports where YAML itself is wrong.
func (r *reader) syntax(err error) {
	p := dialog.Problem{File: r.file, Line: 1, Column: 1, Code: "yaml_syntax", Message: strings.TrimPrefix(err.Error(), "yaml: ")}
	var le *yaml.LoadError
	if errors.As(err, &le) {
		p.Message = le.Message
		if le.Mark.Line > 0 {
			p.Line, p.Column = le.Mark.Line, max(le.Mark.Column, 1)
		}
	}
	*r.out = append(*r.out, p)
}

// top reads the sections of a file.
func (r *reader) top(n *yaml.Node) {
	version := 1
	r.object(n, "the file", fields{
		"version": r.integer("version", &version, 1, 1),
		"bot":     r.bot, "messages": r.messages, "entities": r.entities, "intents": r.intents,
		"faq": r.faq, "flows": r.flows, "tables": r.tables, "tests": r.tests,
	})
}
