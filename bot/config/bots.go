package config

import (
	"fmt"
	"regexp"

	"go.yaml.in/yaml/v4"
)

// Bot is a provisioned bot.
type Bot struct {
	ID     string
	Name   string
	Locale string
	Engine Engine
	// Engines are further ones by name, for Routes and Failover, and for the engines themselves.
	Engines  map[string]Engine
	Routes   []Route
	Failover string // asked when the other one fails; "" is none
	Handoff  HandoffRoom
	Channels []Channel
}

// Engine is what answers for the bot.
type Engine struct {
	Type     string
	Settings Settings
}

// Channel is a provisioned channel. Whether its type exists and its settings are right is for the type
// to say; Config.Where leads from there back to the file.
type Channel struct {
	ID       string
	Type     string
	Name     string
	Enabled  bool
	Settings Settings
}

var (
	idPattern     = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{1,62}$`)
	localePattern = regexp.MustCompile(`^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*$`)

	botKeys     = []string{"id", "name", "locale", "engine", "engines", "routes", "failover", "handoff", "channels"}
	engineKeys  = []string{"type", "settings"}
	channelKeys = []string{"id", "type", "name", "enabled", "settings"}
)

func (l *loader) bots(n *yaml.Node) {
	l.each(n, "bots", func(path string, n *yaml.Node) { l.cfg.Bots = append(l.cfg.Bots, l.bot(path, n)) })
}

func (l *loader) bot(path string, n *yaml.Node) Bot {
	var b Bot
	seen := l.mapping(n, path, botKeys, func(name string, v *yaml.Node) {
		at := joinPath(path, name)
		switch name {
		case "id":
			b.ID = l.id(at, v, "bot")
		case "name":
			b.Name = l.text(at, v)
		case "locale":
			b.Locale = l.locale(at, v)
		case "engine":
			b.Engine = l.engine(at, v)
		case "engines":
			b.Engines = l.engines(at, v)
		case "routes", "failover": // when all engines are known
		case "handoff":
			b.Handoff = l.handoff(at, v)
		case "channels":
			l.each(v, at, func(path string, n *yaml.Node) { b.Channels = append(b.Channels, l.channel(path, n)) })
		}
	})
	l.require(n, path, seen, "id", "name", "engine")
	if v := child(n, "routes"); v != nil {
		l.each(v, joinPath(path, "routes"), func(path string, n *yaml.Node) { b.Routes = append(b.Routes, l.route(path, n, b)) })
	}
	if v := child(n, "failover"); v != nil {
		b.Failover = l.engineOf(joinPath(path, "failover"), v, b, "none")
	}
	return b
}

// child is the value of a key, nil if it is not given.
func child(n *yaml.Node, name string) *yaml.Node {
	n = resolve(n)
	for i := 0; n.Kind == yaml.MappingNode && i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

func (l *loader) engine(path string, n *yaml.Node) Engine {
	var e Engine
	seen := l.mapping(n, path, engineKeys, func(name string, v *yaml.Node) {
		at := joinPath(path, name)
		switch name {
		case "type":
			e.Type = l.text(at, v)
		case "settings":
			e.Settings = l.settings(at, v)
		}
	})
	l.require(n, path, seen, "type")
	return e
}

func (l *loader) channel(path string, n *yaml.Node) Channel {
	c := Channel{Enabled: true}
	seen := l.mapping(n, path, channelKeys, func(name string, v *yaml.Node) {
		at := joinPath(path, name)
		switch name {
		case "id":
			c.ID = l.id(at, v, "channel")
		case "type":
			c.Type = l.text(at, v)
		case "name":
			c.Name = l.text(at, v)
		case "enabled":
			c.Enabled = l.truth(at, v)
		case "settings":
			c.Settings = l.settings(at, v)
		}
	})
	l.require(n, path, seen, "id", "type", "name")
	return c
}

// each visits the elements of a list of sections.
func (l *loader) each(n *yaml.Node, path string, visit func(path string, n *yaml.Node)) {
	at := l.of(n)
	n = resolve(n)
	if isNull(n) {
		return
	}
	if n.Kind != yaml.SequenceNode {
		l.fail(at, path, "must be a list; begin each element with a hyphen")
		return
	}
	for i, e := range n.Content {
		path := fmt.Sprintf("%s[%d]", path, i)
		l.cfg.places[path] = l.of(e)
		visit(path, e)
	}
}

func (l *loader) require(n *yaml.Node, path string, seen map[string]bool, names ...string) {
	for _, name := range names {
		if !seen[name] && (isNull(resolve(n)) || resolve(n).Kind == yaml.MappingNode) {
			l.fail(l.of(n), joinPath(path, name), "is missing")
		}
	}
}

// text takes a text that must not be empty.
func (l *loader) text(path string, n *yaml.Node) string {
	if v := resolve(n); v.Kind == yaml.ScalarNode && v.ShortTag() == "!!str" && v.Value != "" {
		return v.Value
	}
	l.fail(l.of(n), path, "must be a text that is not empty; put it in quotes")
	return ""
}

func (l *loader) locale(path string, n *yaml.Node) string {
	s := l.text(path, n)
	if s != "" && !localePattern.MatchString(s) {
		l.fail(l.of(n), path, "%q is not a language; write it like ko, ja or en-US", s)
	}
	return s
}

func (l *loader) truth(path string, n *yaml.Node) bool {
	switch v := resolve(n); {
	case v.Kind == yaml.ScalarNode && v.ShortTag() == "!!bool" && v.Value == "true":
		return true
	case v.Kind == yaml.ScalarNode && v.ShortTag() == "!!bool" && v.Value == "false":
		return false
	}
	l.fail(l.of(n), path, "must be true or false")
	return false
}

// id takes an id that no other bot or channel has.
func (l *loader) id(path string, n *yaml.Node, what string) string {
	v := resolve(n)
	if v.Kind != yaml.ScalarNode || !idPattern.MatchString(v.Value) {
		l.fail(l.of(n), path, "must be 2 to 63 of a-z, 0-9 and hyphen, and not begin with a hyphen")
		return ""
	}
	owner := what + " " + v.Value
	if first, taken := l.ids[owner]; taken {
		l.fail(l.of(n), path, "%q is taken by the %s at %s; choose another", v.Value, what, first)
		return v.Value
	}
	l.ids[owner] = l.of(n)
	return v.Value
}
