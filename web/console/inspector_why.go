package console

import (
	"cmp"
	"strings"

	"dari/bot/words"
	"dari/store"
	"dari/web/trace"
)

// why says in a sentence what happened to an event, and in another what to do about it.
type why struct {
	Tone string // ok, info, warn or bad
	Text string
	Do   string // "" if there is nothing to do
	Code string // to quote
}

// reason is why as keys.
type reason struct{ tone, text, do string }

// Reasons by what an event's record says.
var (
	waitingWhy   = reason{"info", "why.waiting", "do.waiting"}
	answeredWhy  = reason{"ok", "why.answered", ""}
	sendingWhy   = reason{"info", "why.sending", "do.sending"}
	silentWhy    = reason{"warn", "why.silent", "do.silent"}
	duplicateWhy = reason{"info", "why.duplicate", ""}
	handoffWhy   = reason{"info", "why.handoff", "do.handoff"}

	// ignoredReasons are found by words of the runtime's own.
	ignoredReasons = []struct {
		words string
		reason
	}{
		{"group_mode off", reason{"info", "why.group_off", "do.group_off"}},
		{"not mentioned", reason{"info", "why.not_mentioned", "do.not_mentioned"}},
		{"already greeted", reason{"info", "why.greeted", ""}},
		{"unknown event type", reason{"info", "why.unknown_kind", "do.unknown_kind"}},
		{"belongs to no conversation", reason{"info", "why.no_conversation", ""}},
		{"handoff", handoffWhy},
		{"standby", reason{"info", "why.standby", "do.standby"}},
		{"bot's own", reason{"info", "why.own", ""}},
	}
	ignoredElse = reason{"info", "why.ignored", ""}

	rejectedReasons = map[string]reason{
		"signature": {"bad", "why.signature", "do.signature"}, "token": {"bad", "why.token", "do.token"}, "algorithm": {"bad", "why.token", "do.token"},
		"issuer": {"bad", "why.token", "do.token"}, "key": {"bad", "why.token", "do.token"}, "endorsement": {"bad", "why.token", "do.token"},
		"stale": {"bad", "why.stale", "do.stale"}, "expired": {"bad", "why.stale", "do.stale"},
		"bot_id": {"bad", "why.other_bot", "do.other_bot"}, "audience": {"bad", "why.other_bot", "do.other_bot"},
		"malformed": {"bad", "why.malformed", "do.malformed"}, "incomplete": {"bad", "why.malformed", "do.malformed"}, "content_type": {"bad", "why.malformed", "do.malformed"},
		"too_large": {"bad", "why.too_large", "do.too_large"}, "service_url": {"bad", "why.service_url", "do.service_url"}, "service_host": {"bad", "why.service_url", "do.service_url"},
		"channel": {"bad", "why.other_source", "do.other_source"}, "panic": {"bad", "why.adapter", "do.adapter"}, "adapter": {"bad", "why.adapter", "do.adapter"},
		"disabled": {"warn", "why.disabled", "do.disabled"},
	}
	rejectedElse = reason{"bad", "why.rejected", "do.rejected"}

	failedReasons = map[string]reason{
		"timeout": {"bad", "why.timeout", "do.timeout"}, "unreachable": {"bad", "why.unreachable", "do.unreachable"},
		"bad_answer": {"bad", "why.bad_answer", "do.bad_answer"}, "refused": {"bad", "why.refused", "do.refused"}, "auth": {"bad", "why.engine_auth", "do.engine_auth"},
		"rate_limited": {"bad", "why.engine_busy", "do.engine_busy"}, "breaker_open": {"bad", "why.breaker", "do.breaker"},
		"panic": {"bad", "why.panic", "do.panic"}, "unknown_engine": {"bad", "why.unknown_engine", "do.unknown_engine"}, "loop": {"bad", "why.loop", "do.loop"}, "bad_scenario": {"bad", "why.bad_scenario", "do.bad_scenario"},
		"stream_cut": {"bad", "why.stream_cut", "do.unreachable"}, "parse": {"bad", "why.parse", "do.parse"}, "channel": {"bad", "why.channel", "do.channel"},
		"bot": {"bad", "why.bot", "do.bot"}, "the engine's answer cannot be shown": {"bad", "why.unshown", "do.unshown"},
	}
	failedElse = reason{"bad", "why.failed", "do.failed"}
)

// deliveryReasons are those of deliveries, by the kind of their error.
var deliveryReasons = map[string]reason{
	"config": {"bad", "why.send_config", "do.send_config"}, "auth": {"bad", "why.send_auth", "do.send_auth"},
	"rate_limited": {"warn", "why.send_rate", "do.send_rate"}, "temporary": {"warn", "why.send_temporary", "do.send_temporary"},
	"rejected": {"bad", "why.send_rejected", "do.send_rejected"}, "blocked": {"warn", "why.send_blocked", "do.send_blocked"},
	"uncertain": {"warn", "why.send_uncertain", "do.send_uncertain"},
}

var (
	deliveredWhy = reason{"ok", "why.delivered", ""}
	cancelledWhy = reason{"info", "why.cancelled", "do.cancelled"}
	retryWhy     = reason{"warn", "why.send_retry", "do.send_retry"}
	undelivered  = reason{"bad", "why.undelivered", "do.undelivered"}
)

// deliveryReason says why a delivery stands where it stands.
func deliveryReason(d store.Delivery) reason {
	known, ok := deliveryReasons[d.Result.ErrorKind]
	switch d.Result.Status {
	case store.Delivered:
		return deliveredWhy
	case store.Cancelled:
		return cancelledWhy
	case store.Uncertain:
		return deliveryReasons["uncertain"]
	case store.Pending:
		if !ok {
			return sendingWhy
		}
		return reason{"warn", known.text, retryWhy.do}
	}
	if !ok {
		return undelivered
	}
	return known
}

// why answers what happened to an event: first the event itself, then its deliveries in trouble.
func (r *viewer) why(e store.Event, t trace.Turn, deliveries []store.Delivery) []why {
	own, code := eventReason(e, t, deliveries)
	all := []why{own.in(r.words, r.text(clip(code, 300)), "engine", cmp.Or(t.Engine, "–"))}
	if own == answeredWhy {
		all = nil
	}
	said := map[string]bool{}
	for _, d := range deliveries {
		known := deliveryReason(d)
		if known == deliveredWhy || said[known.text] {
			continue
		}
		said[known.text] = true
		all = append(all, known.in(r.words, cmp.Or(d.Result.ErrorCode, d.Result.ErrorKind)))
	}
	if len(all) == 0 {
		return []why{own.in(r.words, "")}
	}
	return all
}

func eventReason(e store.Event, t trace.Turn, deliveries []store.Delivery) (why reason, code string) {
	code, _, _ = strings.Cut(e.Reason, ":")
	switch e.State {
	case store.Waiting:
		return waitingWhy, ""
	case store.Duplicate:
		return duplicateWhy, ""
	case store.Ignored:
		return ignoredWhy(e.Reason), ""
	case store.Rejected:
		return known(rejectedReasons, code, rejectedElse), code
	case store.Failed:
		return failedWhy(e.Reason)
	}
	if len(deliveries) == 0 && e.Kind.FromUser() && t.Engine != "" {
		return silentWhy, ""
	}
	return answeredWhy, ""
}

// failedWhy says why a turn failed. The code of what nobody has foreseen is all that the engine has told.
func failedWhy(text string) (why reason, code string) {
	rest := strings.TrimPrefix(text, "engine: ")
	code, _, _ = strings.Cut(rest, ":")
	if why, ok := failedReasons[code]; ok {
		return why, code
	}
	return failedElse, rest
}

// engineFault says why a turn that was only tried has failed; nil if it has not.
func engineFault(w words.Words, text, engine string) *why {
	if text == "" {
		return nil
	}
	own, code := failedWhy(text)
	v := own.in(w, clip(code, 300), "engine", cmp.Or(engine, "–"))
	return &v
}

func ignoredWhy(text string) reason {
	for _, r := range ignoredReasons {
		if strings.Contains(text, r.words) {
			return r.reason
		}
	}
	return ignoredElse
}

func known(table map[string]reason, code string, other reason) reason {
	if r, ok := table[code]; ok {
		return r
	}
	return other
}

func (r reason) in(w words.Words, code string, pairs ...any) why {
	v := why{Tone: r.tone, Code: code}
	v.Text, _ = w.Say(r.text, pairs...)
	if r.do != "" {
		v.Do, _ = w.Say(r.do, pairs...)
	}
	return v
}
