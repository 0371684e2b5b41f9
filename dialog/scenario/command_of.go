package scenario

import (
	"cmp"
	"slices"
	"strings"
)

// commandWord is one way to say a command, squeezed.
type commandWord struct{ name, word string }

// commandList is the words of every command, the bot's own in place of ours.
func (s *script) commandList() map[string]string {
	out := map[string]string{}
	for _, name := range commandNames {
		words := commandWords[name]
		if own := s.bot.commands[name]; own != nil {
			words = own
		}
		for _, list := range words {
			for _, w := range list {
				out[normalize(w)] = name
			}
		}
	}
	return out
}

// spoken are the words of the list to be looked for in a sentence, the longest first.
func (n *nlu) learnCommands(list map[string]string) {
	n.commands = list
	for _, w := range sortedKeys(list) {
		if s := squeeze(w); s != "" {
			n.spoken = append(n.spoken, commandWord{list[w], s})
		}
	}
	slices.SortStableFunc(n.spoken, func(a, b commandWord) int { return cmp.Compare(len(b.word), len(a.word)) })
}

// maxCommand is how long a sentence may be that is a command and nothing else, in bytes.
const maxCommand = 160

// commandOf is the command that a sentence means; "" if none.
func (r *run) commandOf(text string) string {
	w, _ := r.commandWord(text)
	return w.name
}

// commandWord finds the command that a sentence means, and what stands before it. The sentence is one of the
// words, or one of them among nothing but polite words. Whoever wrote an example or a label of an intent meant
// that, so those come first.
func (r *run) commandWord(text string) (w commandWord, before string) {
	n := r.p.nlu
	if name := n.commands[normalize(text)]; name != "" {
		return commandWord{name, squeeze(text)}, ""
	}
	if len(text) > maxCommand || r.exact(text) {
		return commandWord{}, ""
	}
	s := squeeze(text)
	if w, before = n.commandIn(s); w.name != "" {
		return w, before
	}
	f := r.s.top()
	if f == nil || r.s.Rest != "" {
		return commandWord{}, ""
	}
	// "cancel my order" while an order is taken: the object is the flow that runs, unless an intent says more.
	w, before = n.commandIn(s, objects, r.flowOf(f).called, r.flowOf(r.s.root(f)).called)
	if w.name != "cancel" && w.name != "restart" || r.leadsAway(text) {
		return commandWord{}, ""
	}
	return w, before
}

// leadsAway tells whether a sentence clearly means a flow that is not going on.
func (r *run) leadsAway(text string) bool {
	d := r.decide(text)
	if d.band != strong {
		return false
	}
	to := r.flowFor(d.list[0].Intent)
	return to != nil && !r.s.runs(to.name)
}

// commandIn finds a command among words without meaning.
func (n *nlu) commandIn(s string, more ...phrases) (found commandWord, before string) {
	for _, w := range n.spoken {
		if !strings.Contains(s, w.word) {
			continue
		}
		behind := append([]phrases{asking, companions[w.name]}, more...)
		ahead := append([]phrases{opening}, behind...)
		if around(s, w.word, func(a, b string) bool {
			before = a
			return consists(b, behind...) && consists(a, ahead...)
		}) {
			return w, before
		}
	}
	return commandWord{}, ""
}

// exact tells whether a sentence is an example or a label, word for word, or a question of the FAQ.
func (r *run) exact(text string) bool {
	key := normalize(text)
	return r.p.nlu.exact[key] != "" || r.p.nlu.faqExact[key] != nil
}

// runs tells whether a flow is the one that goes on now, or one that runs it.
func (s *session) runs(flow string) bool {
	for i := len(s.Stack) - 1; i >= 0; i-- {
		if s.Stack[i].Flow == flow {
			return true
		}
		if s.Stack[i].Ret == 0 {
			break
		}
	}
	return false
}
