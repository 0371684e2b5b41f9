package config

import (
	"regexp"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v4"
)

// Route gives turns to another engine of the bot. A turn that fits every rule that is set goes there.
type Route struct {
	Engine   string // "" is the main one
	Channels []string
	Locales  []string
	Keywords []string
	Intents  []string
	Share    float64 // of the conversations, 0 to 1; 0 sets no such rule
	Stay     bool
}

// HandoffRoom is the room in which people answer for the bot.
type HandoffRoom struct {
	Channel      string
	Conversation string // Dari's id, as /conversations shows it
}

var (
	engineName = regexp.MustCompile(`^[a-z0-9-]{1,40}$`)

	routeKeys   = []string{"engine", "channels", "locales", "keywords", "intents", "share", "stay"}
	handoffKeys = []string{"channel", "conversation"}
)

// engines takes the further engines of a bot by name.
func (l *loader) engines(path string, n *yaml.Node) map[string]Engine {
	out := map[string]Engine{}
	l.mapping(n, path, nil, func(name string, v *yaml.Node) {
		at := joinPath(path, name)
		if !engineName.MatchString(name) {
			l.fail(l.of(v), at, "is no name for an engine; use 1 to 40 of a-z, 0-9 and hyphen")
		}
		out[name] = l.engine(at, v)
	})
	return out
}

func (l *loader) route(path string, n *yaml.Node, bot Bot) Route {
	var r Route
	seen := l.mapping(n, path, routeKeys, func(name string, v *yaml.Node) {
		at := joinPath(path, name)
		switch name {
		case "engine":
			r.Engine = l.engineOf(at, v, bot, "the main one")
		case "channels":
			r.Channels = l.texts(at, v)
		case "locales":
			r.Locales = l.texts(at, v)
		case "keywords":
			r.Keywords = l.texts(at, v)
		case "intents":
			r.Intents = l.texts(at, v)
		case "share":
			r.Share = l.share(at, v)
		case "stay":
			r.Stay = l.truth(at, v)
		}
	})
	l.require(n, path, seen, "engine")
	return r
}

// engineOf takes the name of one of the bot's engines; "" has the meaning that is given.
func (l *loader) engineOf(path string, n *yaml.Node, bot Bot, empty string) string {
	v := resolve(n)
	_, known := bot.Engines[v.Value]
	if v.Kind != yaml.ScalarNode || isNull(v) || v.Value != "" && !known {
		l.fail(l.of(n), path, `must be a name that stands under the bot's engines, or "" for %s`, empty)
		return ""
	}
	return v.Value
}

// texts takes a list of texts.
func (l *loader) texts(path string, n *yaml.Node) []string {
	out, err := stringList(resolve(n))
	if err != nil {
		l.fail(l.of(n), path, "%v", err)
	}
	return out
}

func (l *loader) share(path string, n *yaml.Node) float64 {
	v := resolve(n)
	f, err := strconv.ParseFloat(v.Value, 64)
	if v.Kind != yaml.ScalarNode || !slices.Contains([]string{"!!int", "!!float"}, v.ShortTag()) || err != nil || !(f >= 0 && f <= 1) {
		l.fail(l.of(n), path, "must be a number from 0 to 1, such as 0.1 for a tenth of the conversations")
		return 0
	}
	return f
}

func (l *loader) handoff(path string, n *yaml.Node) HandoffRoom {
	var room HandoffRoom
	seen := l.mapping(n, path, handoffKeys, func(name string, v *yaml.Node) {
		at := joinPath(path, name)
		switch name {
		case "channel":
			room.Channel = l.text(at, v)
		case "conversation":
			room.Conversation = l.text(at, v)
		}
	})
	l.require(n, path, seen, "conversation")
	return room
}
