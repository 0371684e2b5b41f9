package console

import (
	"encoding/json"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/words"
)

// previewView is an answer as one messenger would show it.
type previewView struct {
	Type, Name string
	Messages   []message.Message
	Quick      []message.Action
	Calls      int
	Notes      []string
	JSON       string
}

func previewsOf(w words.Words, all []bot.Rendering) []previewView {
	var views []previewView
	for _, r := range all {
		v := previewView{Type: r.Type, Name: wordOr(w, r.Type), Messages: slices.Concat(r.Messages...), Calls: len(r.Calls)}
		if n := len(v.Messages); n > 0 {
			v.Quick = v.Messages[n-1].QuickReplies
		}
		for _, n := range slices.Concat(r.Notes, r.Errors) {
			v.Notes = append(v.Notes, noteIn(w, n))
		}
		var payloads []any
		for _, call := range r.Calls {
			if len(call.JSON) > 0 {
				payloads = append(payloads, call.JSON)
			}
		}
		if len(payloads) > 0 {
			v.JSON = indented(only(payloads))
		}
		views = append(views, v)
	}
	return views
}

// indented is JSON as people read it.
func indented(v any) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if enc.Encode(v) != nil {
		return ""
	}
	return strings.TrimSpace(b.String())
}

// only takes the list off what is alone.
func only(list []any) any {
	if len(list) == 1 {
		return list[0]
	}
	return list
}

func percent(score float64) string { return fmt.Sprintf("%.0f%%", score*100) }

func stepName(flow, step, file string, line int) string {
	return fmt.Sprintf("%s / %s (%s:%d)", flow, step, file, line)
}

// stateTree shows an engine's state, which is JSON with most of them.
func stateTree(state string) template.HTML {
	if state == "" {
		return ""
	}
	return tree([]byte(state))
}
