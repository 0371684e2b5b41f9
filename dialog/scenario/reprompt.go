package scenario

import "dari/bot/message"

// reprompt asks the open question again, in another wording, until it has been asked often enough.
func (r *run) reprompt(f *frame) {
	limit, onFail := defaultReprompts, (*block)(nil)
	var invalid *text
	switch q := r.stepOf(f).act.(type) {
	case *askStep:
		limit, onFail, invalid = q.max, q.onFail, q.invalid
	case *choiceStep:
		limit, onFail, invalid = q.max, q.onFail, q.invalid
	}
	if f.Tries++; f.Tries > limit {
		r.giveUp(f, onFail)
		return
	}
	f.Tries--
	r.sayInvalid(invalid, f)
	f.Tries++
	r.show(f)
}

// giveUp runs on_fail, which ends the flow unless it leads elsewhere.
func (r *run) giveUp(f *frame, onFail *block) {
	r.note("the question was asked often enough")
	f.Wait, f.Check, f.Tries = false, false, 0
	if onFail != nil {
		f.PC = onFail.pc
		return
	}
	r.say(message.Text(r.word("give_up")))
	f.PC = len(r.flowOf(f).code)
}
