package scenario

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"time"

	"github.com/rivo/uniseg"
)

// funcs are all functions that a template can name or is rewritten to.
var funcs = template.FuncMap{
	"field": field, "show": show, "machine": machine, "items": items,
	"date": formatDate, "upper": func(v any) string { return strings.ToUpper(show(v)) },
	"lower": func(v any) string { return strings.ToLower(show(v)) },
	"trim":  func(v any) string { return strings.TrimSpace(show(v)) },
	"default": func(otherwise, v any) any {
		if v == nil || v == "" {
			return otherwise
		}
		return v
	},
	"join":     joinItems,
	"json":     toJSON,
	"number":   groupDigits,
	"truncate": truncate,
}

// field follows a path through maps and lists; what is not there is nil.
func field(from any, path ...string) any {
	for _, key := range path {
		m, ok := from.(map[string]any)
		if !ok {
			return nil
		}
		from = m[key]
	}
	return from
}

// show prints a value for people: a choice by its label.
func show(v any) string { return printValue(v, "label") }

// machine prints a value for programs: a choice by its id.
func machine(v any) string { return printValue(v, "id") }

func printValue(v any, key string) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return printNumber(v)
	case int:
		return strconv.Itoa(v)
	case map[string]any:
		if s, ok := v[key].(string); ok {
			return s
		}
		return toJSON(v)
	case []any:
		parts := make([]string, len(v))
		for i, e := range v {
			parts[i] = printValue(e, key)
		}
		return strings.Join(parts, ", ")
	}
	return fmt.Sprint(v)
}

func printNumber(f float64) string {
	if f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return strconv.FormatInt(int64(f), 10)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// items makes sure that a loop ends.
func items(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return []any{}, nil
	case []any:
		return v[:min(len(v), maxItems)], nil
	case map[string]any:
		if len(v) > maxItems {
			return nil, fmt.Errorf("range over more than %d entries", maxItems)
		}
		return v, nil
	}
	return nil, errors.New("range needs a list")
}

// dateLayouts are the forms in which times stand in the data of a template.
var dateLayouts = []string{"2006-01-02", "2006-01-02T15:04", "15:04", time.RFC3339, "2006-01-02 15:04"}

// formatDate prints a date with a layout as Go writes it ("1월 2일", "2006-01-02 15:04").
func formatDate(layout string, v any) string {
	s := show(v)
	for _, l := range dateLayouts {
		if t, err := time.Parse(l, s); err == nil {
			return t.Format(layout)
		}
	}
	return s
}

func joinItems(sep string, v any) string {
	list, ok := v.([]any)
	if !ok {
		return show(v)
	}
	parts := make([]string, min(len(list), maxItems))
	for i := range parts {
		parts[i] = show(list[i])
	}
	return strings.Join(parts, sep)
}

func toJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// groupDigits prints 1234567 as 1,234,567.
func groupDigits(v any) string {
	s := show(v)
	whole, rest, dot := strings.Cut(s, ".")
	sign := ""
	if strings.HasPrefix(whole, "-") {
		sign, whole = "-", whole[1:]
	}
	if strings.Trim(whole, "0123456789") != "" {
		return s
	}
	var b strings.Builder
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if dot {
		rest = "." + rest
	}
	return sign + b.String() + rest
}

// truncate cuts a text to n characters as people count them.
func truncate(n int, v any) string {
	s := show(v)
	g := uniseg.NewGraphemes(s)
	for i := 0; g.Next(); i++ {
		if from, _ := g.Positions(); i == n && n >= 0 {
			return strings.TrimSpace(s[:from]) + "…"
		}
	}
	return s
}

// mapText returns v with every text in it changed by f.
func mapText(v any, f func(string) string) any {
	switch v := v.(type) {
	case string:
		return f(v)
	case map[string]any:
		out := make(map[string]any, len(v))
		for _, k := range slices.Sorted(maps.Keys(v)) {
			out[k] = mapText(v[k], f)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = mapText(e, f)
		}
		return out
	}
	return v
}
