package bot

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"dari/bot/words"
	"dari/store"
)

// maxAlarmText bounds in bytes what an alarm repeats of an error.
const maxAlarmText = 300

var (
	mailText   = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+`)
	numberText = regexp.MustCompile(`\+?\b\d(?:[ .()-]{0,2}\d){7,}\b`)
	idText     = regexp.MustCompile(`[0-9A-Za-z_-]{20,}`) // of people, rooms and requests, and tokens
)

// alarmText is what an alarm may repeat of what others said: it leaves this Dari, so that all that looks like
// an address, a number or an id of a person is taken out, and so are the signs by which chat programs mark
// mentions and links.
func alarmText(s string) string {
	s = strings.Map(func(c rune) rune {
		switch {
		case c == '<':
			return '‹'
		case c == '>':
			return '›'
		case unicode.IsControl(c), c == unicode.ReplacementChar:
			return ' '
		}
		return c
	}, s)
	s = mailText.ReplaceAllString(strings.Join(strings.Fields(s), " "), "•••@•••")
	s = idText.ReplaceAllStringFunc(s, func(id string) string {
		if strings.ContainsAny(id, "0123456789") {
			return "•••"
		}
		return id
	})
	s = numberText.ReplaceAllString(s, "•••")
	if len(s) <= maxAlarmText {
		return s
	}
	cut := maxAlarmText - len("…")
	return strings.ToValidUTF8(s[:cut], "") + "…"
}

// alarmNames are the names of bots and channels.
type alarmNames struct{ bots, channels map[string]string }

func (r *Runtime) alarmNames(ctx context.Context) (alarmNames, error) {
	n := alarmNames{map[string]string{}, map[string]string{}}
	bots, err := r.store.Bots().List(ctx)
	if err != nil {
		return n, err
	}
	for _, b := range bots {
		n.bots[b.ID] = b.Name
	}
	channels, err := r.store.Channels().List(ctx)
	for _, ch := range channels {
		n.channels[ch.ID] = ch.Name
	}
	return n, err
}

func (n alarmNames) bot(a store.Alarm) string     { return first(n.bots[a.BotID], a.BotID) }
func (n alarmNames) channel(a store.Alarm) string { return first(n.channels[a.ChannelID], a.ChannelID) }

// alarmPath is where the console shows more.
func alarmPath(a store.Alarm) string {
	switch {
	case a.Kind == AlarmKeyExpiry && a.ChannelID != "":
		return "/console/channels/" + a.ChannelID + "/desk"
	case a.Kind == AlarmKeyExpiry:
		return "/console/keys"
	case a.Kind == AlarmExpiry:
		return "/console/channels/" + a.ChannelID
	case a.EventID != "":
		return "/console/events/" + a.EventID
	}
	return "/console/channels/" + a.ChannelID + "/state"
}

// sayAlarm is what a target is told, in its language.
func (r *Runtime) sayAlarm(a store.Alarm, n alarmNames, locale string) (string, error) {
	var lines []string
	say := func(key string) error {
		text, err := words.In(locale).Say("alarms.say."+key, "bot", n.bot(a), "channel", n.channel(a), "name", a.Subject,
			"count", a.Count, "last", a.Last, "payload", a.Payload, "since", a.Since.UTC().Format("2006-01-02 15:04 UTC"))
		lines = append(lines, text)
		return err
	}
	keys := []string{a.Kind}
	switch {
	case a.State == alarmOver:
		keys = []string{a.Kind + "_over"}
	case a.State == alarmStill:
		keys = []string{"still", a.Kind}
	case a.Kind == AlarmExpiry && a.Subject == "over":
		keys = []string{"expiry_ended"}
	}
	if a.Payload != "" && a.State != alarmOver {
		keys = append(keys, "payload")
	}
	for _, key := range keys {
		if err := say(key); err != nil {
			return "", err
		}
	}
	if r.opts.ConsoleURL != "" {
		lines = append(lines, r.opts.ConsoleURL+alarmPath(a))
	}
	return strings.Join(lines, "\n"), nil
}
