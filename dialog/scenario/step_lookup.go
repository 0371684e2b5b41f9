package scenario

import (
	"strings"

	"github.com/expr-lang/expr/types"
	yaml "go.yaml.in/yaml/v4"

	"dari/bot/message"
)

// lookupStep finds rows of a table, or the answer to a question of the FAQ.
type lookupStep struct {
	table   word
	where   *expression
	limit   int
	faq     *expression
	save    word
	at      assignment
	onEmpty *block
}

// rowScope are the names that a condition on a row may use.
var rowScope = map[string]types.Type{"row": types.Any}

func readLookup(r *reader, n, _ *yaml.Node) action {
	l := &lookupStep{limit: 1}
	r.object(n, "lookup", fields{
		"table": r.name("table", &l.table), "where": r.expr("where", true, rowScope, &l.where),
		"limit": r.integer("limit", &l.limit, 1, 100), "faq": r.expr("faq", false, nil, &l.faq),
		"save": r.name("save", &l.save), "on_empty": r.blockInto("on_empty", &l.onEmpty),
	})
	if (l.table.v == "") == (l.faq == nil) {
		r.problem(n, "missing_key", "", "lookup needs the key \"table\" or \"faq\"")
	}
	if l.save.v == "" {
		if l.faq == nil {
			r.problem(n, "missing_key", "", "lookup needs the key \"save\"")
		}
		return l
	}
	key := yaml.Node{Value: l.save.v, Line: l.save.line, Column: l.save.col}
	if !strings.Contains(key.Value, ".") {
		key.Value = "vars." + key.Value
	}
	l.at, _ = r.target(&key)
	return l
}

func (l *lookupStep) blocks() []*block {
	if l.onEmpty == nil {
		return nil
	}
	return []*block{l.onEmpty}
}

func (l *lookupStep) do(r *run, f *frame, _ *step) {
	found := false
	if l.faq != nil {
		found = l.findAnswer(r, f)
	} else {
		found = l.findRows(r, f)
	}
	if !found && l.onEmpty != nil {
		f.PC = l.onEmpty.pc
	}
}

func (l *lookupStep) findAnswer(r *run, f *frame) bool {
	u := r.p.nlu.understand(show(plainValue(r.eval(l.faq, nil))))
	if u.faq == nil || u.near.Score < r.p.bot.match {
		return false
	}
	text := r.sayText(u.faq.a, r.seed())
	if l.save.v == "" {
		r.say(message.Text(text))
	} else {
		r.assign(f, l.at, text)
	}
	return true
}

// findRows saves one row, or with a limit above 1 the list of rows.
func (l *lookupStep) findRows(r *run, f *frame) bool {
	var rows []any
	for _, row := range r.p.tables[l.table.v].rows {
		if l.where == nil || r.truthIn(l.where, map[string]any{"row": row}) {
			if rows = append(rows, any(row)); len(rows) == l.limit {
				break
			}
		}
	}
	switch {
	case len(rows) == 0:
		r.assign(f, l.at, nil)
	case l.limit == 1:
		r.assign(f, l.at, rows[0])
	default:
		r.assign(f, l.at, rows)
	}
	return len(rows) > 0
}
