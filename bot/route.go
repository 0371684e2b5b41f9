package bot

import (
	"context"
	"hash/fnv"
	"maps"
	"slices"
	"strings"
	"time"

	"dari/dialog"
	"dari/store"
)

// route decides which engine of the bot answers, and whether it keeps the conversation.
func (l *liveTurn) route() (name string, stay bool) {
	b, conv := l.bot, &l.conv
	for _, rt := range b.record.Routes {
		if l.fits(rt) {
			return rt.Engine, rt.Stay
		}
	}
	if b.engines[conv.Engine] != nil {
		return conv.Engine, true
	}
	return "", false
}

// choose is route, and notes in the conversation who keeps it.
func (l *liveTurn) choose() string {
	name, stay := l.route()
	if l.conv.Engine = ""; stay {
		l.conv.Engine = name
	}
	return name
}

func (l *liveTurn) fits(rt store.Route) bool {
	ch, conv, in := l.ch, &l.conv, &l.in
	if len(rt.Channels) > 0 && !slices.Contains(rt.Channels, ch.Record.ID) && !slices.Contains(rt.Channels, ch.Record.Type) {
		return false
	}
	if len(rt.Locales) > 0 && !slices.ContainsFunc(rt.Locales, func(l string) bool { return speaks(in.Locale, conv.Locale, l) }) {
		return false
	}
	if len(rt.Keywords) > 0 && !slices.ContainsFunc(rt.Keywords, func(k string) bool { return holds(in.Text, k) }) {
		return false
	}
	if rt.Share > 0 && share(conv.ID) >= rt.Share {
		return false
	}
	return len(rt.Intents) == 0 || l.means(rt.Intents)
}

// speaks tells whether a person's locale, as the event or else the conversation says, is of a language.
func speaks(said, known, want string) bool {
	if said == "" {
		said = known
	}
	said, want = strings.ToLower(said), strings.ToLower(want)
	return said == want || strings.HasPrefix(said, want+"-")
}

func holds(text, keyword string) bool {
	return keyword != "" && strings.Contains(strings.ToLower(text), strings.ToLower(keyword))
}

// share is a conversation's place between 0 and 1. It never changes, so that nobody wanders between
// engines.
func share(conversationID string) float64 {
	h := fnv.New32a()
	h.Write([]byte(conversationID))
	return float64(h.Sum32()) / (1 << 32)
}

// means asks the main engine what the text means, if it can tell without a turn.
func (l *liveTurn) means(intents []string) bool {
	in := &l.in
	classifier, ok := l.bot.main().Engine.(dialog.Classifier)
	if !ok || in.Text == "" {
		return false
	}
	intent, sure := classifier.Intent(in.Text, in.Locale)
	return sure && slices.Contains(intents, intent)
}

// mainShare is how much of a turn's time the first engine gets when there is a second to fall back on.
const mainShare = 0.6

// answerBy asks the engine that the turn belongs to, and the bot's other one when that fails. The
// conversation then has the engines' states as they are to be kept.
func (r *Runtime) answerBy(ctx context.Context, l *liveTurn) (*answered, error) {
	name, b := l.choose(), l.bot
	other := b.record.Failover
	spare := other != "" && other != name && b.engines[other] != nil
	deadline := l.start.Add(r.opts.TurnTimeout)
	first := deadline
	if spare {
		first = l.start.Add(time.Duration(mainShare * float64(r.opts.TurnTimeout)))
	}
	a, err := r.askNamed(ctx, l, name, first)
	if err == nil && spare && a.gaveNothing() && ctx.Err() == nil {
		failed := a.err.Error()
		name = other
		r.metrics.failovers.WithLabelValues(b.record.ID).Inc()
		if a, err = r.askNamed(ctx, l, name, deadline); err == nil {
			a.trace.FailedOver = failed
		}
	}
	if err != nil {
		return nil, err
	}
	a.trace.EngineName = name
	l.keep(name, a)
	return a, nil
}

// keep notes in the conversation what the engine wants kept.
func (l *liveTurn) keep(name string, a *answered) {
	if a.End || a.Done {
		l.conv.Engine = ""
	}
	keepState(&l.conv, name, a.State)
}

// gaveNothing tells whether an engine is in trouble and nobody has seen anything of its answer.
func (a *answered) gaveNothing() bool {
	return a.err != nil && a.stream == nil && len(a.messages) == 0 && (troubled(a.err) || a.err.Code == "breaker_open")
}

func (r *Runtime) askNamed(ctx context.Context, l *liveTurn, name string, deadline time.Time) (*answered, error) {
	t, err := r.newTurn(ctx, l, name)
	if err != nil {
		return nil, err
	}
	t.Deadline = deadline
	return r.ask(ctx, l, name, t), nil
}

// stateOf is what an engine gave back last time.
func stateOf(conv *store.Conversation, name string) string {
	if name == "" {
		return conv.State
	}
	return conv.States[name]
}

func keepState(conv *store.Conversation, name string, state *dialog.State) {
	switch {
	case state == nil:
	case name == "":
		conv.State = state.Token
	default:
		conv.States = maps.Clone(conv.States)
		if conv.States == nil {
			conv.States = map[string]string{}
		}
		if conv.States[name] = state.Token; state.Token == "" {
			delete(conv.States, name)
		}
	}
}
