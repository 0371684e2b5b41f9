package config

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v4"
)

// reference matches the escape $${, a reference ${NAME}, and what is meant as one but misspelt.
var reference = regexp.MustCompile(`\$\$\{|\$\{([A-Za-z_][A-Za-z0-9_]*)\}|\$\{`)

// settings takes the settings of an engine or a channel: texts, lists of texts and sections of texts. A
// single value is taken as it is written, so that an id of digits needs no quotes and loses none.
func (l *loader) settings(path string, n *yaml.Node) Settings {
	out := Settings{}
	l.mapping(n, path, nil, func(name string, v *yaml.Node) {
		if val := l.setting(joinPath(path, name), v); val != nil {
			out[name] = val
		}
	})
	return out
}

func (l *loader) setting(path string, n *yaml.Node) any {
	v := resolve(n)
	switch v.Kind {
	case yaml.SequenceNode:
		out := make([]string, len(v.Content))
		for i, e := range v.Content {
			out[i] = l.expanded(fmt.Sprintf("%s[%d]", path, i), e)
		}
		return out
	case yaml.MappingNode:
		out := map[string]string{}
		l.mapping(n, path, nil, func(name string, v *yaml.Node) { out[name] = l.expanded(joinPath(path, name), v) })
		return out
	}
	if isNull(v) {
		return nil
	}
	return l.expanded(path, n)
}

// expanded returns a single value with every ${NAME} replaced by that variable of the environment.
// $${ stands for the characters ${ themselves.
func (l *loader) expanded(path string, n *yaml.Node) string {
	v := resolve(n)
	if v.Kind != yaml.ScalarNode || isNull(v) {
		l.fail(l.of(n), path, "must be a single value")
		return ""
	}
	return reference.ReplaceAllStringFunc(v.Value, func(ref string) string {
		switch ref {
		case "$${":
			return "${"
		case "${":
			l.fail(l.of(n), path, "has a ${ that is not the start of ${NAME}; NAME is of letters, digits and _, and $${ stands for the characters themselves")
			return ""
		}
		name := strings.Trim(ref, "${}")
		value, ok := l.env(name)
		if !ok {
			l.fail(l.of(n), path, "the environment variable %s is not set", name)
		}
		l.cfg.used[name] = true
		return value
	})
}
