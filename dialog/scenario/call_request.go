package scenario

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	yaml "go.yaml.in/yaml/v4"

	"dari/dialog/remote"
)

// request fills the templates in. Values go into the address escaped; secrets go in as they are.
func (c *callStep) request(ctx context.Context, r *run) (*http.Request, error) {
	address, err := r.renderCall(c.url, callURLView)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(address); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return nil, errors.New("the url is no http or https address once it is filled in")
	}
	if r.e.deps.URLs != nil {
		if err := r.e.deps.URLs.CheckURL(address); err != nil {
			return nil, errors.New(r.e.scrub.Text(err.Error()))
		}
	}
	body, kind, err := c.body(r)
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, c.method, address, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("the url is not an address once it is filled in")
	}
	if kind != "" {
		req.Header.Set("Content-Type", kind)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Idempotency-Key", r.t.ID+"-"+strconv.Itoa(r.calls))
	for _, name := range slices.Sorted(maps.Keys(c.headers)) {
		v, err := r.renderCall(c.headers[name], callView)
		if err != nil {
			return nil, err
		}
		req.Header.Set(name, strings.NewReplacer("\r", " ", "\n", " ").Replace(v))
	}
	return req, nil
}

func (c *callStep) body(r *run) ([]byte, string, error) {
	switch {
	case c.json != nil:
		v, err := c.json.value(r)
		if err != nil {
			return nil, "", err
		}
		b, err := remote.JSON(v)
		return b, "application/json", err
	case c.form != nil:
		form := url.Values{}
		for name, t := range c.form {
			v, err := r.renderCall(t, callView)
			if err != nil {
				return nil, "", err
			}
			form.Set(name, v)
		}
		return []byte(form.Encode()), "application/x-www-form-urlencoded", nil
	}
	return nil, "", nil
}

// jsonBody is a JSON value with templates for texts; {expr: …} stands for the value of an expression.
type jsonBody struct {
	fixed any
	text  *tmpl
	expr  *expression
	keys  map[string]*jsonBody
	list  []*jsonBody
}

func (r *reader) jsonBody(n *yaml.Node) *jsonBody {
	t := resolve(n)
	switch {
	case t.Kind == yaml.MappingNode && len(t.Content) == 2 && t.Content[0].Value == "expr":
		b := &jsonBody{}
		r.expr("expr", false, nil, &b.expr)(t.Content[1])
		return b
	case t.Kind == yaml.MappingNode:
		b := &jsonBody{keys: map[string]*jsonBody{}}
		r.entries(n, "json", func(key, val *yaml.Node) { b.keys[key.Value] = r.jsonBody(val) })
		return b
	case t.Kind == yaml.SequenceNode:
		b := &jsonBody{list: []*jsonBody{}}
		r.list(n, "json", func(e *yaml.Node) { b.list = append(b.list, r.jsonBody(e)) })
		return b
	case t.Tag == "!!str":
		b := &jsonBody{text: r.template(t)}
		b.text.call = true
		return b
	}
	return &jsonBody{fixed: r.plain(t)}
}

func (b *jsonBody) value(r *run) (any, error) {
	switch {
	case b.text != nil:
		return r.renderCall(b.text, callView)
	case b.expr != nil:
		return plainValue(r.eval(b.expr, nil)), nil
	case b.keys != nil:
		out := map[string]any{}
		for k, v := range b.keys {
			val, err := v.value(r)
			if err != nil {
				return nil, err
			}
			out[k] = val
		}
		return out, nil
	case b.list != nil:
		out := make([]any, len(b.list))
		for i, v := range b.list {
			val, err := v.value(r)
			if err != nil {
				return nil, err
			}
			out[i] = val
		}
		return out, nil
	}
	return b.fixed, nil
}
