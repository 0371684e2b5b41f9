package scenario

import (
	"slices"

	"dari/bot/message"
)

// commandNames are the commands that work everywhere.
var commandNames = []string{"cancel", "restart", "back", "help", "agent"}

// commandWords are the sentences that mean a command, by locale. A bot may replace them.
var commandWords = map[string]map[string][]string{
	"cancel": {
		"ko": {"취소", "취소해", "취소해줘", "취소할래", "그만", "그만할래", "그만둘래", "중단", "됐어", "안 할래"},
		"ja": {"キャンセル", "取り消し", "取消", "やめる", "やめて", "やめます", "中止", "もういい"},
		"en": {"cancel", "stop", "quit", "never mind", "nevermind", "forget it", "cancel that"},
	},
	"restart": {
		"ko": {"처음부터", "처음으로", "다시 시작", "처음부터 다시"},
		"ja": {"最初から", "やり直し", "やり直す", "はじめから"},
		"en": {"restart", "start over", "start again", "from the beginning"},
	},
	"back": {
		"ko": {"뒤로", "이전", "이전으로", "앞으로 돌아가", "되돌아가"},
		"ja": {"戻る", "戻って", "前へ", "一つ前"},
		"en": {"back", "go back", "previous"},
	},
	"help": {
		"ko": {"도움말", "도와줘", "사용법", "뭐 할 수 있어", "무엇을 할 수 있어"},
		"ja": {"ヘルプ", "助けて", "使い方", "何ができる"},
		"en": {"help", "what can you do", "menu"},
	},
	"agent": {
		"ko": {"상담원", "상담원 연결", "상담원 연결해줘", "담당자", "사람이랑 얘기할래"},
		"ja": {"担当者", "オペレーター", "有人", "人と話したい", "担当者につないで"},
		"en": {"agent", "human", "operator", "representative", "talk to a human", "talk to an agent", "talk to a person"},
	},
}

// commandOf is the command that a whole sentence means; "" if none.
func commandOf(p *program, text string) string { return p.nlu.commands[normalize(text)] }

// words of every command, the bot's own in place of ours.
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
