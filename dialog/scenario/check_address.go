package scenario

import (
	"iter"
	"net/url"
	"slices"
	"strings"

	"dari/bot/message"
)

// steps are the steps of all flows, with theirs.
func (c *checker) steps() iter.Seq2[*flow, *step] {
	return func(yield func(*flow, *step) bool) {
		for _, name := range c.s.flowOrder {
			f := c.s.flows[name]
			for _, o := range f.code {
				if o.step != nil && !yield(f, o.step) {
					return
				}
			}
		}
	}
}

// every are the cards of the step, and the one that is shown for each element.
func (c *cardsStep) every() []*card {
	return slices.DeleteFunc(append(slices.Clone(c.cards), c.as), func(one *card) bool { return one == nil })
}

// buttonsOf are the buttons that a step shows.
func buttonsOf(a action) (out []*button) {
	switch a := a.(type) {
	case *sayStep:
		out = append(slices.Clone(a.buttons), a.quick...)
	case *cardsStep:
		for _, one := range a.every() {
			out = append(out, one.buttons...)
		}
	}
	return out
}

// addresses warns about what is left out, or refused by every messenger: addresses that are none, numbers
// without digits, buttons that do nothing.
func (c *checker) addresses() {
	for _, name := range c.s.entityOrder {
		for _, v := range c.s.entities[name].values {
			c.each(v.imageURL, func(t *tmpl) { c.picture(t) })
		}
	}
	for _, st := range c.steps() {
		switch a := st.act.(type) {
		case *sayStep:
			for _, m := range a.media {
				c.each(m.url, func(t *tmpl) { c.media(t, m.kind) })
			}
		case *cardsStep:
			for _, one := range a.every() {
				c.each(one.image, func(t *tmpl) { c.picture(t) })
			}
		case *choiceStep:
			for _, o := range a.options {
				c.each(o.label, func(t *tmpl) { c.empty(t, "option", "label") })
			}
		}
		for _, b := range buttonsOf(st.act) {
			c.target(b)
		}
	}
}

// each calls judge for every wording of a text that has not been judged yet.
func (c *checker) each(t *text, judge func(*tmpl)) {
	if t == nil {
		return
	}
	if t.to != nil {
		t = t.to
	}
	for _, l := range sortedKeys(t.by) {
		for _, v := range t.by[l] {
			if !c.told[v] {
				c.told[v] = true
				judge(v)
			}
		}
	}
}

// target judges what a button is called and does.
func (c *checker) target(b *button) {
	for what, t := range map[string]*text{"label": b.label, "url": b.url, "phone": b.phone, "copy": b.copy, "data": b.data} {
		c.each(t, func(t *tmpl) {
			switch {
			case c.empty(t, "button", what):
			case what == "url":
				c.link(t)
			case what == "phone" && !strings.Contains(t.src, "{{") && !strings.ContainsAny(t.src, "0123456789"):
				c.warn(t.pos, "bad_phone", "write it like +82 2 123 4567", "%q is no telephone number", clip(t.src, 60))
			}
		})
	}
}

// empty warns about a text without anything in it, with which the whole that it belongs to is left out.
func (c *checker) empty(t *tmpl, whole, part string) bool {
	if strings.TrimSpace(t.src) != "" {
		return false
	}
	c.warn(t.pos, "left_out", "", "the %s is left out: its %s is empty", whole, part)
	return true
}

// begins is the beginning of an address that is known before anything is filled in; judged is false when
// there is none.
func begins(t *tmpl) (u *url.URL, filled, judged bool) {
	start, _, filled := strings.Cut(strings.TrimSpace(t.src), "{{")
	if filled && start == "" {
		return nil, true, false
	}
	u, err := url.Parse(start)
	if err != nil && filled {
		return nil, true, false // it may be cut within an escape
	}
	if err != nil {
		u = &url.URL{}
	}
	return u, filled, true
}

// ownSchemes lead somewhere on some messenger:
//
//	line, tel https://developers.line.biz/en/reference/messaging-api/#uri-action
//	mailto    https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/cards-actions
var ownSchemes = []string{"line", "tel", "mailto"}

// link judges where a button leads.
func (c *checker) link(t *tmpl) {
	u, filled, judged := begins(t)
	web := judged && (u.Scheme == "https" || u.Scheme == "http") && (u.Host != "" || filled)
	if judged && !web && !slices.Contains(ownSchemes, u.Scheme) {
		c.warn(t.pos, "bad_url", "write https://HOST/PATH", "%q is no address that a messenger opens", clip(t.src, 60))
	}
}

// secure tells whether messengers can fetch what is there: all of them insist on https.
func secure(t *tmpl) bool {
	u, filled, judged := begins(t)
	return !judged || u.Scheme == "https" && (u.Host != "" || filled)
}

func (c *checker) picture(t *tmpl) {
	if strings.TrimSpace(t.src) != "" && !secure(t) {
		c.warn(t.pos, "bad_url", "write https://HOST/PATH", "%q is no https address, and messengers show pictures from such ones only", clip(t.src, 60))
	}
}

func (c *checker) media(t *tmpl, kind message.Type) {
	if !c.empty(t, string(kind), "address") && !secure(t) {
		c.warn(t.pos, "bad_url", "write https://HOST/PATH", "%q is no https address, so that the %s is shown as a line of text", clip(t.src, 60), kind)
	}
}
