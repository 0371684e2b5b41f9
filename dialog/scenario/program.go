package scenario

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"dari/bot/message"
	"dari/dialog"
)

// program is a compiled revision. It never changes, so turns share it.
type program struct {
	*script
	rev        string
	nlu        *nlu
	secrets    []string // that calls use
	transcript bool     // a handoff wants the last lines
}

// Revision is the hash of the files' names and contents.
func Revision(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d %s %d ", len(name), name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// Check returns every mistake in the files of a bot, in the order of the files. Warnings do not stand in
// the way of using them.
func Check(files map[string][]byte) []dialog.Problem {
	_, problems := build(files)
	return problems
}

// compile makes a program of files without mistakes; nil with the problems otherwise. Err is only set
// when ctx ends.
func compile(ctx context.Context, files map[string][]byte, rev string) (*program, []dialog.Problem, error) {
	s, problems := build(files)
	if slices.ContainsFunc(problems, func(p dialog.Problem) bool { return !p.Warning }) {
		return nil, problems, nil
	}
	p := &program{script: s, rev: rev}
	for _, t := range s.tmpls {
		for _, path := range t.paths {
			if path[0] == "secrets" && len(path) > 1 && !slices.Contains(p.secrets, path[1]) {
				p.secrets = append(p.secrets, path[1])
			}
		}
	}
	for _, f := range s.flows {
		for _, o := range f.code {
			if h, ok := actOf(o).(*handoffStep); ok && h.lines > 0 {
				p.transcript = true
			}
		}
	}
	var err error
	p.nlu, err = s.train(ctx)
	return p, problems, err
}

// pickLocale chooses the language of a turn: what the messenger says, else the script of the text, else
// that of the conversation so far, else the bot's.
func (p *program) pickLocale(in message.Inbound, before, bot string) string {
	if l := p.supported(in.Locale); l != "" {
		return l
	}
	if l := p.supported(scriptLocale(in.Text, before)); l != "" {
		return l
	}
	for _, l := range []string{before, bot} {
		if l := p.supported(l); l != "" && l == before {
			return l
		}
	}
	return p.bot.locale
}

// supported is the locale of the bot that a BCP 47 tag belongs to; "" if none.
func (p *program) supported(tag string) string {
	tag = strings.ReplaceAll(tag, "_", "-")
	language, _, _ := strings.Cut(strings.ToLower(tag), "-")
	for _, l := range p.bot.locales {
		if strings.EqualFold(l, tag) {
			return l
		}
	}
	for _, l := range p.bot.locales {
		if own, _, _ := strings.Cut(strings.ToLower(l), "-"); language != "" && own == language {
			return l
		}
	}
	return ""
}

// scriptLocale tells Korean, Japanese and English by their letters. A word or two of Latin letters ("OK")
// do not change the language of a conversation.
func scriptLocale(text, before string) string {
	hangul, kana, latin := 0, 0, 0
	for _, c := range text {
		switch {
		case unicode.Is(unicode.Hangul, c):
			hangul++
		case unicode.In(c, unicode.Hiragana, unicode.Katakana):
			kana++
		case unicode.Is(unicode.Latin, c):
			latin++
		}
	}
	switch {
	case hangul > 0 && hangul >= kana:
		return "ko"
	case kana > 0:
		return "ja"
	case latin > 0 && (before == "" || len(strings.Fields(text)) > 2):
		return "en"
	}
	return before
}

// eventOf is what expressions and templates see as "event".
func eventOf(in message.Inbound) map[string]any {
	e := map[string]any{"name": in.Name, "kind": string(in.Kind), "text": in.Text, "data": "", "label": "", "values": map[string]any{}, "location": nil}
	values := map[string]any{}
	if pb := in.Postback; pb != nil {
		e["data"], e["label"] = pb.Data, pb.Label
		for k, v := range pb.Params {
			values[k] = v
		}
	}
	if f := in.Form; f != nil {
		e["data"] = f.Data
		for k, v := range f.Values {
			values[k] = v
		}
	}
	if c := in.Command; c != nil {
		e["data"], e["text"] = c.Name, c.Args
	}
	if l := in.Location; l != nil {
		e["location"] = map[string]any{"lat": l.Lat, "lng": l.Lng, "title": l.Title, "address": l.Address}
	}
	e["values"] = values
	return e
}
