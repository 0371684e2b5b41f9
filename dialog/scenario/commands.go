package scenario

import (
	"slices"

	"dari/bot/message"
)

// command runs a global command; false when there is none of that name.
func (r *run) command(name string) bool {
	if !slices.Contains(commandNames, name) {
		return false
	}
	r.tr.By, r.tr.Intent = "command", name
	r.success()
	busy := !r.s.idle()
	r.s.Offer = nil
	own := r.first(func(f *flow) bool { return hasWord(f.commands, name) || hasWord(f.intents, name) })
	switch {
	case name == "cancel":
		r.cancel(own, busy)
	case own != nil:
		r.enter(own, "", nil)
	case name == "restart":
		r.restart()
	case name == "back":
		r.backOne()
	case name == "agent":
		r.handOver()
	default:
		r.help()
	}
	return true
}

// cancel ends everything that runs.
func (r *run) cancel(own *flow, busy bool) {
	r.s.Stack, r.s.Rest = nil, ""
	r.changed()
	switch {
	case own != nil:
		r.start(own, "", nil)
	case busy:
		r.say(message.Text(r.word("cancelled")))
	default:
		r.say(message.Text(r.word("nothing_to_cancel")))
	}
}

// restart begins the first of the running flows again.
func (r *run) restart() {
	if len(r.s.Stack) == 0 {
		if !r.welcome() {
			r.help()
		}
		return
	}
	to := r.flowOf(r.s.Stack[0])
	r.s.Stack = nil
	r.say(message.Text(r.word("restarted")))
	r.start(to, "", nil)
}

// backOne asks the question before the open one again.
func (r *run) backOne() {
	f := r.s.top()
	if f == nil || !f.Wait {
		r.say(message.Text(r.word("nothing_before")))
		return
	}
	for len(f.Asked) > 0 {
		pc := f.Asked[len(f.Asked)-1]
		f.Asked = f.Asked[:len(f.Asked)-1]
		st := r.flowOf(f).code[pc].step
		if pc == f.PC {
			continue
		}
		switch q := st.act.(type) {
		case *askStep:
			delete(f.Slots, q.slot.v)
		case *choiceStep:
			delete(f.Slots, q.slot.v)
		default:
			continue
		}
		r.changed()
		f.PC, f.Wait, f.Check, f.Tries = pc, false, false, 0
		return
	}
	r.say(message.Text(r.word("nothing_before")))
	r.show(f)
}

// help runs the bot's own help, or lists what it can do.
func (r *run) help() {
	if block := r.p.bot.onHelp; block != nil {
		r.room()
		r.push(&frame{Flow: block.name, Dig: r.s.top() != nil})
		return
	}
	var buttons []message.Action
	for _, name := range r.p.flowOrder {
		f := r.p.flows[name]
		listed := len(f.intents) > 0 && (f.label != nil || slices.ContainsFunc(f.intents, func(w word) bool {
			return r.p.intents[w.v] != nil && r.p.intents[w.v].label != nil
		}))
		if listed && len(buttons) < maxButtons {
			label := r.flowLabel(f)
			buttons = append(buttons, message.Action{Kind: message.ActionPostback, Label: label, Text: label, Data: tap{kind: tapFlow, flow: name}.encode()})
		}
	}
	r.sayButtons(r.word("help"), false, buttons)
	if f := r.s.top(); f != nil && f.Wait {
		r.show(f)
	}
}
