package console

import (
	"bytes"
	"encoding/json"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
)

// sampleView is a sample turn: what the engine was asked and what it said.
type sampleView struct {
	Said   []string // the messages in words
	Failed *why
	Gate   string // why the bot would not have answered
	MS     int64
	Asked  string // the turn, as JSON
	Answer string // the engine's answer, as JSON
	Trace  string
	Calls  []callView
}

type callView struct {
	bot.Exchange
	Title string
	MS    int64
}

// maxSampleText is as long as what people write in a messenger.
const maxSampleText = 2000

func (c *Console) sampleTurn(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok {
		return
	}
	text, via, locale := strings.TrimSpace(g.PostForm("text")), g.PostForm("via"), g.PostForm("locale")
	if !words.Spoken(locale) {
		locale = b.Locale
	}
	if runes := []rune(text); len(runes) > maxSampleText {
		text = string(runes[:maxSampleText])
	}
	keep := func(v *engineView) { v.Text, v.Via, v.Locale = text, via, locale }
	if text == "" {
		c.enginePage(g, b, statusOf("x"), form{fault: "engines.fault.text"}, keep)
		return
	}
	sample, err := c.runtime.SampleTurn(g.Request.Context(), b.ID, via, text, locale)
	if err != nil {
		c.failOr404(g, err)
		return
	}
	c.note(g, "bot.sample", b.ID, "")
	c.enginePage(g, b, statusOf(""), form{}, func(v *engineView) {
		keep(v)
		v.Sample = viewSample(words.In(c.language(g)), sample)
	})
}

func viewSample(w words.Words, s bot.Sample) *sampleView {
	v := &sampleView{Failed: engineFault(w, s.Run.Error, s.Run.Engine), MS: s.Run.EngineMS, Asked: pretty(s.Run.Inbound), Answer: pretty(s.Run.Said), Trace: pretty(s.Run.Detail)}
	if s.Run.Gate != "" {
		v.Gate = w[ignoredWhy(s.Run.Gate).text]
	}
	for _, m := range s.Run.Said.Messages {
		said := m.Text
		if said == "" {
			said = "[" + string(m.Type) + "] " + strings.TrimSpace(m.Title+" "+m.Alt)
		}
		v.Said = append(v.Said, said)
	}
	for _, x := range s.Calls {
		x.Body, x.Answer = indent(x.Body), indent(x.Answer)
		v.Calls = append(v.Calls, callView{x, x.Method + " " + x.URL, x.Took.Milliseconds()})
	}
	return v
}

// pretty is a value as JSON that people can read; "" for nothing.
func pretty(v any) string {
	b, err := json.Marshal(v)
	if err != nil || string(b) == "null" {
		return ""
	}
	return indent(string(b))
}

// indent writes JSON over several lines; other texts stay.
func indent(s string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(s), "", "  ") != nil {
		return s
	}
	return out.String()
}
