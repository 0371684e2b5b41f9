package scenario

import (
	"encoding/json"
	"fmt"
	"slices"

	"dari/dialog"
)

const (
	maxStack      = 5 + 1 // five interruptions of one flow
	maxTranscript = 20
	maxLine       = 200  // runes of one line of the transcript
	maxText       = 1000 // runes of a text in a slot, unless its entity says otherwise
)

// session is what the engine remembers of a conversation. It travels as the state token.
type session struct {
	Rev     string            `json:"r,omitempty"` // the revision that Stack belongs to
	At      int64             `json:"at,omitempty"`
	Locale  string            `json:"l,omitempty"`
	Stack   []*frame          `json:"s,omitempty"` // flows that run; the last one is on top
	Vars    map[string]any    `json:"v,omitempty"`
	Misses  int               `json:"m,omitempty"` // sentences in a row that were not understood
	Offer   *offer            `json:"o,omitempty"`
	Rest    string            `json:"e,omitempty"` // the engine that answers until it ends
	Engines map[string]string `json:"g,omitempty"` // states of other engines
	Said    []string          `json:"h,omitempty"` // the last lines, for handoffs
	// Shown is the data of the buttons under the last answer, by their labels: typing one is tapping it.
	Shown map[string]string `json:"b,omitempty"`
}

// frame is one running flow.
type frame struct {
	Flow  string           `json:"f"`
	PC    int              `json:"p,omitempty"`
	Slots map[string]value `json:"s,omitempty"`
	Tries int              `json:"t,omitempty"` // answers to the open question that were refused
	Wait  bool             `json:"w,omitempty"` // the step at PC is an open question
	Check bool             `json:"k,omitempty"` // the open question is "did I get that right?"
	OK    string           `json:"y,omitempty"` // the slot that was confirmed
	Asked []int            `json:"a,omitempty"` // questions that were answered, for "back"
	Ret   int              `json:"c,omitempty"` // 1 + place of the step that runs this flow; 0 = none does
	Dig   bool             `json:"d,omitempty"` // it interrupted the frame below
}

// offer is a question about what to do, outside of any flow.
type offer struct {
	Kind    string   `json:"k"` // "resume", "intent" or "slot"
	Intents []string `json:"i,omitempty"`
	Text    string   `json:"t,omitempty"` // the sentence that it is about
	Slots   []string `json:"s,omitempty"` // that could take Value
	Value   *value   `json:"v,omitempty"`
}

// wait opens the question of a step.
func (f *frame) wait(st *step, check bool) { f.PC, f.Wait, f.Check = st.pc, true, check }

// answered closes the open question.
func (f *frame) answered() {
	if !slices.Contains(f.Asked, f.PC) {
		f.Asked = append(f.Asked, f.PC)
	}
	f.Wait, f.Check, f.Tries = false, false, 0
}

// reset starts the frame again with another flow, or the same one.
func (f *frame) reset(flow string) {
	*f = frame{Flow: flow, Ret: f.Ret, Dig: f.Dig}
}

func (s *session) top() *frame {
	if len(s.Stack) == 0 {
		return nil
	}
	return s.Stack[len(s.Stack)-1]
}

func (s *session) pop() *frame {
	f := s.top()
	if f != nil {
		s.Stack = s.Stack[:len(s.Stack)-1]
	}
	return f
}

// decodeSession reads a state token. One that is not ours starts a new conversation.
func decodeSession(token string) (*session, error) {
	s := &session{}
	if token == "" {
		return s, nil
	}
	if err := json.Unmarshal([]byte(token), s); err != nil {
		return &session{}, fmt.Errorf("the state is not one of this engine: %w", err)
	}
	s.Stack = slices.DeleteFunc(s.Stack, func(f *frame) bool { return f == nil })
	return s, nil
}

// encode writes the token. The transcript is shortened first when it would be too large; it is the only
// part that can be missed.
func (s *session) encode() (string, error) {
	for {
		b, err := json.Marshal(s)
		if err != nil {
			return "", err
		}
		if len(b) <= dialog.MaxState {
			return string(b), nil
		}
		if len(s.Said) == 0 {
			return "", fmt.Errorf("the conversation's memory takes %d bytes, and %d are possible; the largest part is %s", len(b), dialog.MaxState, s.largest())
		}
		s.Said = s.Said[(len(s.Said)+1)/2:]
	}
}

// largest names the largest value of the session, for the error message.
func (s *session) largest() string {
	name, size := "the flow", 0
	weigh := func(what string, v any) {
		if b, err := json.Marshal(v); err == nil && len(b) > size {
			name, size = what, len(b)
		}
	}
	for k, v := range s.Vars {
		weigh("vars."+k, v)
	}
	for k, v := range s.Engines {
		weigh("the state of engine "+k, v)
	}
	for _, f := range s.Stack {
		for k, v := range f.Slots {
			weigh("slot "+k, v)
		}
	}
	return name
}

// broken tells whether the session points at places that the program does not have.
func (s *session) broken(p *program) bool {
	for _, f := range s.Stack {
		fl := p.flows[f.Flow]
		if fl == nil || f.PC < 0 || f.PC > len(fl.code) || f.Ret < 0 || f.Wait && (f.PC == len(fl.code) || fl.code[f.PC].step == nil) {
			return true
		}
		for _, pc := range f.Asked {
			if pc < 0 || pc >= len(fl.code) || fl.code[pc].step == nil {
				return true
			}
		}
		if f.Wait {
			if _, q := fl.code[f.PC].step.act.(question); !q {
				if _, e := fl.code[f.PC].step.act.(*engineStep); !e {
					return true
				}
			}
		}
	}
	for i, f := range s.Stack {
		if f.Ret == 0 {
			continue
		}
		if i == 0 || f.Ret-1 >= len(p.flows[s.Stack[i-1].Flow].code) || p.flows[s.Stack[i-1].Flow].code[f.Ret-1].step == nil {
			return true
		}
	}
	return false
}

// move takes a session whose revision is gone to another one. The open flow goes on when the new
// revision has a question for the same slot; its answers are kept. It returns false when the flow had
// to be given up.
func (s *session) move(p *program) bool {
	f := s.top()
	s.Offer, s.Rev = nil, p.rev
	if f == nil {
		return true
	}
	s.Stack = nil
	fl := p.flows[f.Flow]
	if fl == nil || !f.Wait || f.Ret != 0 || len(fl.asks) == 0 {
		return false
	}
	slots := map[string]value{}
	for name, v := range f.Slots {
		if spec := fl.slots[name]; spec != nil && (v.Kind == "" || p.kindOf(spec.entity) == v.Kind) {
			slots[name] = v
		}
	}
	for _, o := range fl.code {
		a, ok := actOf(o).(*askStep)
		if _, filled := slots[slotOf(a, ok)]; ok && !filled {
			s.Stack = []*frame{{Flow: f.Flow, PC: o.step.pc, Slots: slots, Wait: true}}
			return true
		}
	}
	return false
}

func actOf(o op) action {
	if o.step == nil {
		return nil
	}
	return o.step.act
}

func slotOf(a *askStep, ok bool) string {
	if !ok {
		return ""
	}
	return a.slot.v
}
