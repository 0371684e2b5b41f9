package scenario

import (
	"time"

	"github.com/expr-lang/expr/types"
)

// env is the types of every name that the expression may use.
func (s *script) env(e *expression) types.Map {
	m := types.Map{
		"slots":   s.slotTypes(e.flow),
		"vars":    anyOf(s.varSet),
		"user":    anyOf(s.usrSet, "id", "name", "locale"),
		"bot":     constants(s.bot.constants),
		"event":   types.Map{"name": types.String, "kind": types.String, "text": types.String, "data": types.String, "label": types.String, "values": types.Any, "location": types.Any},
		"channel": types.Map{"id": types.String, "type": types.String, "group": types.Bool},
		"misses":  types.Int,
		"row":     types.Any,
		"today":   types.TypeOf(func() time.Time { return time.Time{} }),
		"now":     types.TypeOf(func() time.Time { return time.Time{} }),
		"days":    types.TypeOf(func(int) time.Duration { return 0 }),
	}
	for k, t := range e.extra {
		m[k] = t
	}
	return m
}

func anyOf(names map[string]bool, more ...string) types.Map {
	m := types.Map{}
	for n := range names {
		m[n] = types.Any
	}
	for _, n := range more {
		m[n] = types.String
	}
	return m
}

func constants(values map[string]any) types.Map {
	m := types.Map{"id": types.String, "name": types.String, "locale": types.String}
	for k := range values {
		m[k] = types.Any
	}
	return m
}

func (s *script) slotTypes(f *flow) types.Map {
	m := types.Map{}
	if f != nil {
		for name, spec := range f.slots {
			m[name] = s.slotType(spec.entity)
		}
	}
	return m
}

func (s *script) slotType(entity string) types.Type {
	switch s.kindOf(entity) {
	case "enum":
		return types.Map{"id": types.String, "label": types.String, "text": types.String}
	case "number":
		return types.Float64
	case "money":
		return types.Map{"amount": types.Float64, "currency": types.String, "text": types.String}
	case "date", "time", "datetime":
		return types.TypeOf(time.Time{})
	case "duration":
		return types.TypeOf(time.Duration(0))
	case "yesno":
		return types.Bool
	case "text", "pattern", "phone", "email":
		return types.String
	case "file":
		return types.Map{"name": types.String, "url": types.String, "mime": types.String, "kind": types.String, "size": types.Float64}
	}
	return types.Any
}

// kindOf is the kind of an entity; the kinds without settings can be used by their own name.
func (s *script) kindOf(entity string) string {
	if e := s.entities[entity]; e != nil {
		return e.kind
	}
	for _, k := range builtinEntities {
		if k == entity {
			return k
		}
	}
	return ""
}

// builtinEntities are the kinds that need no entry under "entities".
var builtinEntities = []string{"date", "time", "datetime", "duration", "number", "money", "phone", "email", "yesno", "file", "text"}
