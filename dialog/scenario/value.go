package scenario

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"time"
)

// value is what a slot holds, in a form that survives JSON.
type value struct {
	// Kind is the kind of the slot's entity; "" for any plain value.
	Kind string `json:"k,omitempty"`
	// V is an enum's id, a text, a number, a boolean, a map, a time as RFC 3339, or a duration in seconds.
	V any `json:"v"`
	// Entity is the enum that V is a value of.
	Entity string `json:"e,omitempty"`
	Grain  string `json:"g,omitempty"` // of a time: day, hour, minute, …
	Text   string `json:"t,omitempty"` // as the person said it
	Unsure bool   `json:"u,omitempty"` // it could have been meant otherwise
	// Default says that nobody gave it: a sentence may still do so.
	Default bool `json:"d,omitempty"`
}

func (v value) String() string {
	if s, ok := v.V.(string); ok {
		return s
	}
	b, _ := json.Marshal(v.V)
	return string(b)
}

// same tells whether two values mean the same, however they were said.
func (v value) same(w value) bool {
	if m, ok := v.V.(map[string]any); ok {
		n, _ := w.V.(map[string]any)
		return n != nil && m["amount"] == n["amount"] && m["currency"] == n["currency"]
	}
	if _, ok := w.V.(map[string]any); ok {
		return false
	}
	return v.V == w.V
}

// inExpr is the value as expressions see it.
func (p *program) inExpr(v value, locale string, zone *time.Location) any {
	switch v.Kind {
	case "enum":
		return p.enumView(v, locale)
	case "date", "time", "datetime":
		s, _ := v.V.(string)
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			return t.In(zone)
		}
		return nil
	case "duration":
		f, _ := v.V.(float64)
		return time.Duration(f * float64(time.Second))
	}
	return v.V
}

// inText is the value as templates see it: nothing but texts, numbers, booleans, maps and lists.
func (p *program) inText(v value, locale string, zone *time.Location) any {
	switch v.Kind {
	case "enum":
		return p.enumView(v, locale)
	case "date", "time", "datetime":
		if t, ok := p.inExpr(v, locale, zone).(time.Time); ok {
			return t.Format(layoutOf(v))
		}
		return ""
	case "duration":
		f, _ := v.V.(float64)
		return short(time.Duration(f * float64(time.Second)))
	case "money":
		if m, ok := v.V.(map[string]any); ok {
			return map[string]any{"amount": m["amount"], "currency": m["currency"], "text": m["text"], "label": m["text"]}
		}
	case "file":
		if m, ok := v.V.(map[string]any); ok {
			out := map[string]any{"label": m["name"], "id": m["url"]}
			for k, e := range m {
				out[k] = e
			}
			return out
		}
	}
	return v.V
}

func layoutOf(v value) string {
	switch {
	case v.Kind == "date":
		return "2006-01-02"
	case v.Kind == "time":
		return "15:04"
	case v.Grain == "day":
		return "2006-01-02"
	}
	return "2006-01-02T15:04"
}

func (p *program) enumView(v value, locale string) map[string]any {
	id, _ := v.V.(string)
	label := id
	if e := p.entities[v.Entity]; e != nil {
		if ev := e.value(id); ev != nil {
			label = ev.labelIn(locale, p.bot.locale)
		}
	}
	return map[string]any{"id": id, "label": label, "text": v.Text}
}

// labelIn is what people read for the value; its id when it has no label.
func (v *enumValue) labelIn(locale, fallback string) string {
	if s := v.label.plain(locale, fallback); s != "" {
		return s
	}
	return v.id
}

// plainValue turns what an expression gave into plain data: times become texts.
func plainValue(v any) any {
	switch v := v.(type) {
	case time.Time:
		if v.Hour() == 0 && v.Minute() == 0 && v.Second() == 0 {
			return v.Format("2006-01-02")
		}
		return v.Format("2006-01-02T15:04")
	case time.Duration:
		return short(v)
	case int:
		return float64(v)
	case int64:
		return float64(v)
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	case nil, string, bool, map[string]any:
		return v
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = plainValue(e)
		}
		return out
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	var out any
	_ = json.Unmarshal(b, &out)
	return out
}

// typed makes a slot's value from what an expression or a template gave.
func (p *program) typed(entity string, v any, zone *time.Location) value {
	kind := p.kindOf(entity)
	out := value{Kind: kind, V: plainValue(v)}
	switch kind {
	case "enum":
		out.Entity = entity
		if m, ok := out.V.(map[string]any); ok {
			out.V, out.Text = m["id"], show(m["text"])
		}
		out.V = show(out.V)
	case "date", "time", "datetime":
		out = p.typedTime(kind, v, zone)
	case "duration":
		switch d := v.(type) {
		case time.Duration:
			out.V = d.Seconds()
		default:
			parsed, _ := time.ParseDuration(show(out.V))
			out.V = parsed.Seconds()
		}
	case "number":
		if s, ok := out.V.(string); ok {
			out.V, _ = strconv.ParseFloat(s, 64)
		}
	case "yesno":
		out.V = out.V == true || out.V == "yes" || out.V == "true"
	case "text", "pattern", "phone", "email":
		out.V = clip(show(out.V), maxText)
	}
	return out
}

func (p *program) typedTime(kind string, v any, zone *time.Location) value {
	if t, ok := v.(time.Time); ok {
		return value{Kind: kind, V: t.Format(time.RFC3339), Grain: "minute"}
	}
	for _, l := range dateLayouts {
		if t, err := time.ParseInLocation(l, show(v), zone); err == nil {
			return value{Kind: kind, V: t.Format(time.RFC3339), Grain: "minute"}
		}
	}
	return value{Kind: kind, V: nil}
}
