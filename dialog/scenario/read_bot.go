package scenario

import (
	"slices"
	"strings"
	"time"

	_ "time/tzdata" // zones work where the machine has none

	yaml "go.yaml.in/yaml/v4"
)

// bot reads the section "bot".
func (r *reader) bot(n *yaml.Node) {
	b := &r.s.bot
	if b.line > 0 {
		r.problem(n, "duplicate_id", "", "the section \"bot\" stands in %s already", b.file)
		return
	}
	b.pos = r.at(resolve(n))
	zone := ""
	var session, nlu fields = fields{
		"idle_timeout": r.duration("idle_timeout", &b.idle, time.Minute, 30*24*time.Hour),
		"on_timeout":   func(v *yaml.Node) { b.onTimeout = r.hidden("@timeout", r.withoutPush(v)) },
		"carry_over":   r.names("carry_over", &b.carryOver),
	}, fields{
		"match_threshold":   r.share("match_threshold", &b.match),
		"confirm_threshold": r.share("confirm_threshold", &b.confirm),
		"ambiguity_margin":  r.share("ambiguity_margin", &b.margin),
		"max_choices":       r.integer("max_choices", &b.maxChoices, 1, 10),
		"business_hours":    r.hours,
	}
	r.object(n, "bot", fields{
		"id": r.str("id", &b.id), "default_locale": r.str("default_locale", &b.locale), "locales": r.strs("locales", &b.locales),
		"timezone": func(v *yaml.Node) {
			r.str("timezone", &zone)(v)
			loc, err := time.LoadLocation(zone)
			if err != nil || zone == "Local" {
				r.problem(v, "bad_value", "write an IANA name such as Asia/Seoul", "there is no time zone %q", zone)
				return
			}
			b.zone = loc
		},
		"session":   func(v *yaml.Node) { r.object(v, "session", session) },
		"nlu":       func(v *yaml.Node) { r.object(v, "nlu", nlu) },
		"fallback":  r.fallback,
		"welcome":   r.name("welcome", &b.welcome),
		"error":     func(v *yaml.Node) { b.onError = r.hidden("@error", v) },
		"help":      func(v *yaml.Node) { b.onHelp = r.hidden("@help", v) },
		"commands":  r.commands,
		"channels":  r.names("channels", &b.channels),
		"constants": r.constants,
	})
	if b.match >= 0 && b.confirm > b.match {
		r.problem(n, "out_of_range", "", "confirm_threshold must not be above match_threshold")
	}
}

// withoutPush takes the key "push" out of on_timeout. Nothing is ever sent by itself: the time-out is
// noticed when the next message arrives.
func (r *reader) withoutPush(n *yaml.Node) *yaml.Node {
	push := child(n, "push")
	if push == nil {
		return n
	}
	var on bool
	r.boolean("push", &on)(push)
	if on {
		*r.out = append(*r.out, warning(r.at(push), "push_ignored", "the time-out is noticed when the next message arrives", "nothing is sent when the time is over"))
	}
	out := *resolve(n)
	out.Content = nil
	for i := 0; i+1 < len(resolve(n).Content); i += 2 {
		if key := resolve(n).Content[i]; key.Value != "push" {
			out.Content = append(out.Content, key, resolve(n).Content[i+1])
		}
	}
	return &out
}

func (r *reader) hours(n *yaml.Node) {
	r.object(n, "business_hours", fields{
		"from": r.integer("from", &r.s.bot.hoursFrom, 0, 23), "to": r.integer("to", &r.s.bot.hoursTo, 1, 24),
	})
}

// hidden reads a block of steps that is no flow of its own name.
func (r *reader) hidden(name string, n *yaml.Node) *flow {
	f := r.newFlow(name, n)
	f.resume = "auto"
	outer := r.flow
	r.flow = f
	f.body = r.block(n, strings.TrimPrefix(name, "@"))
	r.flow = outer
	f.lay(f.body)
	return f
}

func (r *reader) fallback(n *yaml.Node) {
	r.list(n, "fallback", func(e *yaml.Node) {
		name := "@fallback" + string(rune('1'+min(len(r.s.bot.fallback), 8)))
		r.s.bot.fallback = append(r.s.bot.fallback, r.hidden(name, e))
	})
}

func (r *reader) commands(n *yaml.Node) {
	r.entries(n, "commands", func(key, val *yaml.Node) {
		if !slices.Contains(commandNames, key.Value) {
			r.problem(key, "unknown_key", didYouMean(key.Value, commandNames), "there is no command %q", key.Value)
			return
		}
		words := map[string][]string{}
		r.entries(val, "the words of "+key.Value, func(l, list *yaml.Node) {
			r.locale(l)
			var w []string
			r.strs("words", &w)(list)
			words[l.Value] = w
		})
		r.s.bot.commands[key.Value] = words
	})
}

func (r *reader) constants(n *yaml.Node) {
	r.entries(n, "constants", func(key, val *yaml.Node) {
		if slices.Contains([]string{"id", "name", "locale"}, key.Value) {
			r.problem(key, "read_only", "", "bot.%s is set by itself", key.Value)
			return
		}
		r.s.bot.constants[key.Value] = r.plain(val)
	})
}

func (r *reader) messages(n *yaml.Node) {
	r.entries(n, "messages", func(key, val *yaml.Node) {
		if old := r.s.messages[key.Value]; old != nil {
			r.twice(key, "message", old.pos)
			return
		}
		t := r.readText(val, "a message")
		if t.ref.v != "" {
			r.problem(val, "bad_value", "", "a message cannot refer to another one")
		}
		t.pos = r.at(key)
		r.s.messages[key.Value] = t
	})
}

func (r *reader) twice(n *yaml.Node, what string, old pos) {
	r.problem(n, "duplicate_id", "", "the %s %q stands in %s:%d already", what, n.Value, old.file, old.line)
}

func (r *reader) tables(n *yaml.Node) {
	r.entries(n, "tables", func(key, val *yaml.Node) {
		if old := r.s.tables[key.Value]; old != nil {
			r.twice(key, "table", old.pos)
			return
		}
		t := &table{pos: r.at(key), cols: map[string]bool{}}
		r.list(val, "a table", func(e *yaml.Node) {
			row, ok := r.plain(e).(map[string]any)
			if !ok {
				r.wrongType(e, "a row", "a mapping (column: value)")
				return
			}
			for c := range row {
				t.cols[c] = true
			}
			t.rows = append(t.rows, row)
		})
		r.s.tables[key.Value] = t
	})
}
