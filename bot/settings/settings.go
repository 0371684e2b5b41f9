// Package settings describes the form of a channel or an engine as data, so that one field list
// drives validation, masking, the console form and the docs.
package settings

import (
	"fmt"
	"maps"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Kind says what a field holds.
type Kind string

// The kinds of field.
const (
	Text     Kind = "text"
	Lines    Kind = "lines"    // a text of several lines (a prompt)
	Number   Kind = "number"   // a decimal number
	Secret   Kind = "secret"   // write-only: sealed at rest, masked in every answer
	PEM      Kind = "pem"      // a secret of several lines
	URL      Kind = "url"      // https, or a host the operator allowed
	Select   Kind = "select"   // one of Options
	List     Kind = "list"     // list of strings
	Map      Kind = "map"      // string to string; its values are secret (headers)
	Duration Kind = "duration" // as Go prints it: "20s"
)

// Secret tells whether values of this kind must never be shown again.
func (k Kind) Secret() bool { return k == Secret || k == PEM || k == Map }

// Field is one setting.
type Field struct {
	Key      string   `json:"key"`
	Kind     Kind     `json:"kind"`
	Required bool     `json:"required"`
	Default  string   `json:"default,omitempty"`
	Options  []string `json:"options,omitempty"`
	// Help is a key into the locale files; the label stands under Help + ".label".
	Help string `json:"help,omitempty"`
	// Example shows the shape of a value. It is never a working one.
	Example string `json:"example,omitempty"`
}

// Step is one step of the set-up guide. Its text stands in the locale files under ID.
type Step struct {
	ID   string `json:"id"`
	Link string `json:"link,omitempty"`
	// Links are the same page by language ("ko"), where the platform has one for each; Link is that of the others.
	Links map[string]string `json:"links,omitempty"`
	// Shows names the value this step needs on screen: "webhook", "auth", "auth_refresh".
	Shows string `json:"shows,omitempty"`
}

// Values are settings as they arrive: strings, lists of strings, maps of strings.
type Values map[string]any

// Error names the field at fault and what was expected.
type Error struct {
	Field  string
	Code   string // stable, for programs: "required", "unknown", "format", …
	Detail string // a sentence for people, with the remedy; never the value of a secret
}

func (e *Error) Error() string { return "settings." + e.Field + ": " + e.Detail }

// Errorf makes an Error.
func Errorf(field, code, format string, args ...any) *Error {
	return &Error{Field: field, Code: code, Detail: fmt.Sprintf(format, args...)}
}

// URLPolicy decides which addresses a person may make Dari call.
type URLPolicy interface {
	// CheckURL returns an error that says what is wrong with the address and what would be right.
	CheckURL(raw string) error
}

// Clean checks values against the fields, fills in defaults and returns a new map that holds only
// known keys with their canonical types (string, []string, map[string]string). The first fault is
// returned as an *Error.
func Clean(fields []Field, in Values, policy URLPolicy) (Values, error) {
	for _, key := range slices.Sorted(maps.Keys(in)) {
		if !slices.ContainsFunc(fields, func(f Field) bool { return f.Key == key }) {
			return nil, Errorf(key, "unknown", "there is no such setting; known are %s", strings.Join(keys(fields), ", "))
		}
	}
	out := Values{}
	for _, f := range fields {
		v, err := f.clean(in[f.Key], policy)
		if err != nil {
			return nil, err
		}
		if v != nil {
			out[f.Key] = v
		}
	}
	return out, nil
}

// Draft returns the fields with none of them required, for a form that is not complete yet.
func Draft(fields []Field) []Field {
	out := slices.Clone(fields)
	for i := range out {
		out[i].Required = false
	}
	return out
}

func keys(fields []Field) []string {
	out := make([]string, len(fields))
	for i, f := range fields {
		out[i] = f.Key
	}
	return out
}

func (f Field) clean(v any, policy URLPolicy) (any, error) {
	switch f.Kind {
	case List:
		return f.cleanList(v)
	case Map:
		return f.cleanMap(v)
	}
	s, err := f.cleanText(v)
	if err != nil {
		return nil, err
	}
	if s == "" {
		s = f.Default
	}
	if s == "" {
		if f.Required {
			return nil, Errorf(f.Key, "required", "is missing")
		}
		return nil, nil
	}
	return s, f.checkText(s, policy)
}

func (f Field) cleanText(v any) (string, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string:
		return strings.TrimSpace(strings.TrimPrefix(v, "\ufeff")), nil
	case float64: // an id written as a JSON number; exact up to 2^53
		return trimFloat(v), nil
	case int:
		return fmt.Sprint(v), nil
	}
	return "", Errorf(f.Key, "type", "must be a string")
}

func trimFloat(v float64) string {
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%.6f", v), "0"), ".")
}

func (f Field) checkText(s string, policy URLPolicy) error {
	switch f.Kind {
	case URL:
		if _, err := url.Parse(s); err != nil {
			return Errorf(f.Key, "format", "is not a URL")
		}
		if policy != nil {
			if err := policy.CheckURL(s); err != nil {
				return Errorf(f.Key, "url", "%v", err)
			}
		}
	case Select:
		if !slices.Contains(f.Options, s) {
			return Errorf(f.Key, "option", "must be one of %s", strings.Join(f.Options, ", "))
		}
	case Number:
		if n, err := strconv.ParseFloat(s, 64); err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
			return Errorf(f.Key, "format", "must be a number such as 20 or 0.5")
		}
	case Duration:
		d, err := time.ParseDuration(s)
		if err != nil || d <= 0 {
			return Errorf(f.Key, "format", "must be a duration such as 20s or 2m")
		}
	}
	return nil
}

func (f Field) cleanList(v any) (any, error) {
	var out []string
	switch v := v.(type) {
	case nil:
	case string: // comma-separated, as in the environment
		for s := range strings.SplitSeq(v, ",") {
			if s = strings.TrimSpace(s); s != "" {
				out = append(out, s)
			}
		}
	case []string:
		out = slices.Clone(v)
	case []any:
		for i, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, Errorf(f.Key, "type", "element %d must be a string", i)
			}
			out = append(out, s)
		}
	default:
		return nil, Errorf(f.Key, "type", "must be a list of strings")
	}
	if len(out) == 0 {
		if f.Required {
			return nil, Errorf(f.Key, "required", "is missing")
		}
		return nil, nil
	}
	return out, nil
}

func (f Field) cleanMap(v any) (any, error) {
	out := map[string]string{}
	switch v := v.(type) {
	case nil:
	case map[string]string:
		maps.Copy(out, v)
	case map[string]any:
		for k, e := range v {
			s, ok := e.(string)
			if !ok {
				return nil, Errorf(f.Key, "type", "value of %q must be a string", k)
			}
			out[k] = s
		}
	default:
		return nil, Errorf(f.Key, "type", "must be an object with string values")
	}
	if len(out) == 0 {
		if f.Required {
			return nil, Errorf(f.Key, "required", "is missing")
		}
		return nil, nil
	}
	return out, nil
}

// Text returns a text value, "" if unset.
func (v Values) Text(key string) string { s, _ := v[key].(string); return s }

// List returns a list value.
func (v Values) List(key string) []string { l, _ := v[key].([]string); return l }

// Map returns a map value.
func (v Values) Map(key string) map[string]string { m, _ := v[key].(map[string]string); return m }

// Number returns a number value, 0 if unset.
func (v Values) Number(key string) float64 {
	n, _ := strconv.ParseFloat(v.Text(key), 64)
	return n
}

// Duration returns a duration value, 0 if unset.
func (v Values) Duration(key string) time.Duration {
	d, _ := time.ParseDuration(v.Text(key))
	return d
}
