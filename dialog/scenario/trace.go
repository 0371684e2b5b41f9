package scenario

import (
	"encoding/json"
	"fmt"
	"strings"

	"dari/dialog/scenario/intent"
)

// Limits of a trace.
const (
	maxNotes     = 30
	maxNoteRunes = 300
)

// trace explains one turn. Nothing in it is a secret: addresses and headers of calls stand in it as they
// are written in the files.
type trace struct {
	Revision   string      `json:"revision"`
	Locale     string      `json:"locale"`
	Text       string      `json:"text,omitempty"` // normalised
	By         string      `json:"by,omitempty"`   // what took the message: postback, question, command, intent, faq, …
	Intent     string      `json:"intent,omitempty"`
	Score      float64     `json:"score,omitempty"`
	Candidates []candidate `json:"candidates,omitempty"`
	FAQ        []candidate `json:"faq,omitempty"`
	// Thresholds are those that the candidates had to reach.
	Thresholds *intent.Thresholds `json:"thresholds,omitempty"`
	Before     map[string]string  `json:"slots_before,omitempty"`
	After      map[string]string  `json:"slots_after,omitempty"`
	Flows      []string           `json:"flows,omitempty"` // that ran, in order
	Steps      []stepNote         `json:"steps,omitempty"`
	Calls      []callNote         `json:"calls,omitempty"`
	Warnings   []string           `json:"warnings,omitempty"`
	Notes      []string           `json:"notes,omitempty"`
	Misses     int                `json:"misses,omitempty"`
	Handoff    string             `json:"handoff,omitempty"`
}

// candidate is an intent that the text may have meant.
type candidate struct {
	Intent  string  `json:"intent"`
	Score   float64 `json:"score"`
	Nearest string  `json:"nearest,omitempty"` // the example that is most like the text
}

type stepNote struct {
	Flow string `json:"flow"`
	Step string `json:"step"`
	ID   string `json:"id,omitempty"`
	File string `json:"file"`
	Line int    `json:"line"`
}

type callNote struct {
	Name     string          `json:"name,omitempty"`
	Method   string          `json:"method"`
	URL      string          `json:"url,omitempty"` // the template, not what was filled in
	Status   int             `json:"status,omitempty"`
	Attempts int             `json:"attempts,omitempty"`
	MS       int64           `json:"ms"`
	Error    string          `json:"error,omitempty"`
	Trace    json.RawMessage `json:"trace,omitempty"` // of another engine
}

func (t *trace) warn(format string, args ...any) { add(&t.Warnings, format, args...) }

func (t *trace) note(format string, args ...any) { add(&t.Notes, format, args...) }

func add(to *[]string, format string, args ...any) {
	if s := clip(fmt.Sprintf(format, args...), maxNoteRunes); len(*to) < maxNotes {
		*to = append(*to, s)
	}
}

// step notes a step that runs.
func (t *trace) step(f *frame, st *step) {
	t.Steps = append(t.Steps, stepNote{f.Flow, st.kind, st.id, st.file, st.line})
	if len(t.Flows) == 0 || t.Flows[len(t.Flows)-1] != f.Flow {
		t.Flows = append(t.Flows, f.Flow)
	}
}

// cycle names the steps that ran again and again, from the last ones.
func (t *trace) cycle() string {
	last := t.Steps[len(t.Steps)-1]
	var names []string
	for i := len(t.Steps) - 2; i >= 0 && len(names) < 12; i-- {
		s := t.Steps[i]
		names = append(names, fmt.Sprintf("%s/%s (%s:%d)", s.Flow, s.Step, s.File, s.Line))
		if s == last {
			break
		}
	}
	for i, j := 0, len(names)-1; i < j; i, j = i+1, j-1 {
		names[i], names[j] = names[j], names[i]
	}
	return strings.Join(names, " → ")
}

func (t *trace) callNames() string {
	var names []string
	for _, c := range t.Calls {
		names = append(names, fmt.Sprintf("%q", c.Name))
	}
	return strings.Join(names, ", ")
}

// snapshot prints slots for the trace.
func snapshot(f *frame) map[string]string {
	if f == nil || len(f.Slots) == 0 {
		return nil
	}
	out := map[string]string{}
	for name, v := range f.Slots {
		out[name] = clip(v.String(), maxNoteRunes)
	}
	return out
}

func (t *trace) encode() json.RawMessage {
	b, err := json.Marshal(t)
	if err != nil {
		return json.RawMessage(`{"notes":["the trace could not be written"]}`)
	}
	return b
}
