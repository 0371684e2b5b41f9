package scenario

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
	yaml "go.yaml.in/yaml/v4"
)

func readCall(r *reader, n, _ *yaml.Node) action {
	c := &callStep{name: word{pos: r.at(resolve(n))}, method: http.MethodGet, timeout: 5 * time.Second, attempts: 1}
	methodGiven := hasKey(n, "method")
	r.object(n, "call", fields{
		"name": r.name("name", &c.name), "url": r.callTemplate("url", &c.url), "headers": r.callTemplates("headers", &c.headers),
		"method": r.oneOf("method", &c.method, "GET", "POST", "PUT", "PATCH", "DELETE"),
		"json":   func(v *yaml.Node) { c.json = r.jsonBody(v) }, "form": r.callTemplates("form", &c.form),
		"timeout": r.duration("timeout", &c.timeout, 100*time.Millisecond, maxCallTime),
		"retry": func(v *yaml.Node) {
			c.attempts, c.retryOn = 2, nil
			r.object(v, "retry", fields{"attempts": r.integer("attempts", &c.attempts, 1, 3), "on": r.statuses(&c.retryOn)})
		},
		"ok": r.expr("ok", true, callScope, &c.ok), "save": r.saves("save", callScope, &c.save),
		"on_error": r.blockInto("on_error", &c.onError),
	})
	if (c.json != nil || c.form != nil) && !methodGiven {
		c.method = http.MethodPost
	}
	if c.json != nil && c.form != nil {
		r.problem(n, "two_bodies", "keep json or form", "a call sends one body")
	}
	if c.url == nil {
		r.problem(n, "missing_key", "", "call needs the key \"url\"")
	}
	for _, s := range c.save {
		c.onStatus = c.onStatus || strings.Contains(s.val.src, "status")
	}
	return c
}

func (r *reader) callTemplate(what string, dst **tmpl) func(*yaml.Node) {
	return func(n *yaml.Node) {
		if n := r.scalar(n, what); n != nil {
			*dst = r.template(n)
			(*dst).call = true
		}
	}
}

func (r *reader) callTemplates(what string, dst *map[string]*tmpl) func(*yaml.Node) {
	return func(n *yaml.Node) {
		*dst = map[string]*tmpl{}
		r.entries(n, what, func(key, val *yaml.Node) {
			var t *tmpl
			if r.callTemplate(what, &t)(val); t != nil {
				(*dst)[key.Value] = t
			}
		})
	}
}

// statuses reads what is worth another attempt: HTTP statuses and the word "timeout".
func (r *reader) statuses(dst *[]string) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.oneOrMore(n, "on", func(e *yaml.Node) {
			e = r.scalar(e, "on")
			if e == nil {
				return
			}
			if code, err := strconv.Atoi(e.Value); e.Value != "timeout" && (err != nil || code < 400 || code > 599) {
				r.problem(e, "bad_value", "", "retry.on takes statuses from 400 to 599 and \"timeout\"")
				return
			}
			*dst = append(*dst, e.Value)
		})
	}
}

// saves reads where parts of an answer go; plain names are variables.
func (r *reader) saves(what string, scope map[string]types.Type, dst *[]assignment) func(*yaml.Node) {
	return func(n *yaml.Node) {
		r.entries(n, what, func(key, val *yaml.Node) {
			k := *key
			if !strings.Contains(k.Value, ".") {
				k.Value = "vars." + k.Value
			}
			a, ok := r.target(&k)
			if v := r.scalar(val, what); ok && v != nil {
				a.val = r.newExpr(v, false, scope)
				*dst = append(*dst, a)
			}
		})
	}
}
