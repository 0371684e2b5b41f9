package console

import (
	"regexp"
	"slices"
	"strings"

	"dari/bot/words"
	"dari/store"
)

// auditActions are the codes of all that the audit log tells of, as the filter offers them. The name of one
// stands under "did." and the code.
var auditActions = []string{
	"console.sign_in", "console.sign_out", "console.password", "console.setup", "console.confirm",
	"bot.create", "bot.update", "bot.delete", "bot.engine", "bot.routes", "bot.check", "bot.sample",
	"files.save", "files.publish", "files.restore", "files.example", "bot.save_files", "bot.publish", "bot.rollback",
	"channel.create", "channel.update", "channel.check", "channel.set_webhook", "channel.enable", "channel.disable", "channel.move", "channel.delete",
	"channel.former_back", "channel.former_forget", "channel.install_begin", "channel.install", "channel.install_failed", "channel.set_menu", "channel.remove_menu",
	"desk.token", "desk.renew", "desk.look", "desk.rotate", "desk.key_create", "desk.key_rotate", "desk.key_delete",
	"conversation.export", "conversation.reset", "conversation.handoff", "conversation.resume", "message.send",
	"event.reveal", "event.replay", "event.replay_all", "delivery.resend", "delivery.resend_all", "delivery.edit", "delivery.withdraw", "job.cancel",
	"broadcast.create", "broadcast.cancel",
	"api_key.create", "api_key.rotate", "api_key.delete",
	"user.create", "user.role", "user.link", "user.delete",
	"alarm_target.create", "alarm_target.test", "alarm_target.delete", "audit.export", "doctor.run",
}

// auditLine is a line of the audit log as people read it.
type auditLine struct{ store.Audit }

// Name is the key of what was done; "" for a code that has no name.
func (a auditLine) Name() string {
	if slices.Contains(auditActions, a.Action) {
		return "did." + a.Action
	}
	return ""
}

// By is who did it.
func (a auditLine) By(lang string) string {
	if name, named := strings.CutPrefix(a.Who, deskClient); named {
		return words.In(lang)["audit.who.desk"] + ": " + name
	}
	if a.Who+": " == deskClient {
		return words.In(lang)["audit.who.desk"]
	}
	return a.Who
}

// auditPhrases are what the log says about an action in words; the named parts are filled into the text.
var auditPhrases = []struct {
	is  *regexp.Regexp
	key string
}{
	{regexp.MustCompile(`^masked$`), "audit.note.masked"},
	{regexp.MustCompile(`^with personal data$`), "audit.note.personal"},
	{regexp.MustCompile(`^exported as (?P<form>\w+)$`), "audit.note.exported"},
	{regexp.MustCompile(`^overlap (?P<time>\S+)$`), "audit.note.overlap"},
	{regexp.MustCompile(`^(?P<name>.+), replaced by (?P<id>\S+), overlap (?P<time>\S+)$`), "audit.note.key_replaced"},
	{regexp.MustCompile(`^replaced by (?P<id>\S+), works until (?P<time>\S+)$`), "audit.note.replaced"},
	{regexp.MustCompile(`^replaced (?P<time>\S+)$`), "audit.note.former"},
	{regexp.MustCompile(`^copy of (?P<id>\S+)$`), "audit.note.copy"},
	{regexp.MustCompile(`^cancelled (?P<time>\S+)$`), "audit.note.cancelled"},
	{regexp.MustCompile(`^the header (?P<header>\S+) is wrong$`), "audit.note.header_wrong"},
	{regexp.MustCompile(`^the header (?P<header>\S+) is missing$`), "audit.note.header_missing"},
	{regexp.MustCompile(`^(?P<name>.+) removed$`), "audit.note.removed"},
	{regexp.MustCompile(`^(?P<n>\d+) routes$`), "audit.note.routes"},
}

// auditChange is what Settled.Changes says of a secret.
var auditChange = regexp.MustCompile(`^([a-z_.]+): (set|changed|removed)$`)

// Says is what else the line tells.
func (a auditLine) Says(lang string) string {
	w := words.In(lang)
	for _, p := range auditPhrases {
		found := p.is.FindStringSubmatch(a.Detail)
		if found == nil {
			continue
		}
		var pairs []any
		for i, name := range p.is.SubexpNames()[1:] {
			pairs = append(pairs, name, found[i+1])
		}
		text, _ := w.Say(p.key, pairs...)
		return text
	}
	if roles := strings.Split(a.Detail, ", "); a.Action == "user.create" || a.Action == "user.role" {
		for i, role := range roles {
			if name := w["role."+role]; name != "" {
				roles[i] = name
			}
		}
		return strings.Join(roles, ", ")
	}
	parts := strings.Split(a.Detail, "; ")
	for i, part := range parts {
		if m := auditChange.FindStringSubmatch(part); m != nil {
			parts[i] = m[1] + ": " + w["audit.note."+m[2]]
		}
	}
	return strings.Join(parts, "; ")
}
