package scenario

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/expr-lang/expr/types"
)

// quotes say what to do about mistakes of YAML that people make who write texts without quotes.
var quotes = []struct{ message, hint string }{
	{"mapping values are not allowed", `put a text that holds ": " in quotes`},
	{"did not find expected key", "put a text that begins with {{, [ or a quote in quotes as a whole, or mend the indentation"},
	{"did not find expected ','", `put a text that holds ": ", a comma or a brace in quotes, or add what closes the list`},
	{"cannot start any token", "put a text that begins with @, % or ` in quotes"},
	{"alphabetic or numeric character", "put a text that begins with * or & in quotes"},
	{"are not allowed in this context", "put a text that begins with - or ? in quotes"},
	{"comment or line break", "put a text that begins with | or > in quotes"},
	{"found a tab", "indent with spaces"},
}

// syntax adds those hints to what the parser says.
func (c *checker) syntax() {
	for i := range *c.out {
		p := &(*c.out)[i]
		for _, q := range quotes {
			if p.Code == "yaml_syntax" && p.Hint == "" && strings.Contains(p.Message, q.message) {
				p.Hint = q.hint
			}
		}
	}
}

// exprHint suggests what to write instead of what an expression got wrong.
func (c *checker) exprHint(e *expression, message string) string {
	if strings.Contains(message, "map[") {
		return c.partHint(e)
	}
	var got string
	if n, _ := fmt.Sscanf(message, "unknown name %s", &got); n == 1 {
		return didYouMean(got, sortedKeys(c.s.env(e)))
	}
	if n, _ := fmt.Sscanf(message, "unknown field %s", &got); n == 1 {
		return didYouMean(got, c.fieldsFor(e, got))
	}
	return ""
}

// fieldsFor are the names that the expression may use where it says got.
func (c *checker) fieldsFor(e *expression, got string) []string {
	scope := regexp.MustCompile(`(\w+(?:\??\.\w+)*)\??\.` + regexp.QuoteMeta(got) + `\b`).FindStringSubmatch(e.src)
	if scope == nil {
		return nil
	}
	known := c.s.env(e)
	for _, name := range strings.Split(strings.ReplaceAll(scope[1], "?", ""), ".") {
		known, _ = known[name].(types.Map)
	}
	return sortedKeys(known)
}

// slotParts are what to compare of the values that have several.
var slotParts = map[string]string{
	"enum":  "compare the id of the choice: slots.%s.id",
	"money": "compare the amount: slots.%s.amount",
	"file":  "compare a part of the file, such as slots.%s.mime",
}

// wholeSlot is a slot whose value is taken as a whole.
var wholeSlot = regexp.MustCompile(`\bslots\??\.(\w+)\b(?:[^\w.?(]|\?[^.\w]|$)`)

// partHint names the part of a slot's value that was meant where the whole stands.
func (c *checker) partHint(e *expression) string {
	if e.flow == nil {
		return ""
	}
	for _, m := range wholeSlot.FindAllStringSubmatch(e.src, -1) {
		if spec := e.flow.slots[m[1]]; spec != nil {
			if hint := slotParts[c.s.kindOf(spec.entity)]; hint != "" {
				return fmt.Sprintf(hint, m[1])
			}
		}
	}
	return ""
}
