package console

import (
	"encoding/json"
	"html/template"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/words"
	"dari/store"
)

// trial is a conversation that only the browser's session knows.
type trial struct {
	Bot     string `json:"bot"`
	As      string `json:"as"`    // channel type
	Group   bool   `json:"group"` // in a room, else alone
	Mention bool   `json:"mention"`
	Locale  string `json:"locale"`
	Fault   string `json:"fault,omitempty"` // what is to go wrong; "" for nothing

	Conversation store.Conversation `json:"conversation"`
	Turns        []trialTurn        `json:"turns"`
	Last         bot.DryRun         `json:"last"`
}

// trialTurn is what was said, and what the bot answered.
type trialTurn struct {
	You   string        `json:"you"`
	Said  message.Reply `json:"said"` // the apology if the engine failed
	Gate  string        `json:"gate,omitempty"`
	Fault string        `json:"fault,omitempty"` // what went wrong on purpose
}

// Bounds of a trial: it is read with every page of the session.
const (
	maxTrialTurns = 20
	maxTrialBytes = 64 << 10
	trialKey      = "trial"
)

// trialOf is the session's trial of a bot, or a new one.
func (c *Console) trialOf(g *gin.Context, b bot.BotView) trial {
	var t trial
	kept := c.sessions.GetString(g.Request.Context(), trialKey)
	if json.Unmarshal([]byte(kept), &t) == nil && t.Bot == b.ID && c.types.Type(t.As) != nil {
		return t
	}
	t = trial{Bot: b.ID, As: c.types.Names()[0], Mention: true, Locale: "en-US"}
	if c.types.Type("web") != nil {
		t.As = "web"
	}
	for _, l := range locales {
		if strings.HasPrefix(l, c.language(g)) {
			t.Locale = l
		}
	}
	return t
}

// keepTrial keeps it in the session, its oldest turns dropped until it fits.
func (c *Console) keepTrial(g *gin.Context, t trial) error {
	t.Turns = t.Turns[max(0, len(t.Turns)-maxTrialTurns):]
	t.Last.Inbound, t.Last.Said, t.Last.Rendering = nil, message.Reply{}, nil // the last turn has it
	for {
		b, err := json.Marshal(t)
		if err != nil {
			return err
		}
		switch {
		case len(b) <= maxTrialBytes:
			c.sessions.Put(g.Request.Context(), trialKey, string(b))
			return c.saveSession(g)
		case len(t.Last.Detail) > 0 && len(t.Turns) <= 1:
			t.Last.Detail = nil
		case len(t.Turns) > 0:
			t.Turns = t.Turns[1:]
		default:
			t.Conversation, t.Last = store.Conversation{}, bot.DryRun{}
		}
	}
}

// read takes over what the form holds: who is pretended to speak, unless a button was tapped, and what is
// said. ok is false for values that no form of ours holds.
func (t *trial) read(g *gin.Context, types []string) (said string, ok bool) {
	if tap := g.PostForm("tap"); tap != "" {
		var a message.Action
		if json.Unmarshal([]byte(tap), &a) != nil {
			return "", false
		}
		return a.Says(), true
	}
	as, locale, place := g.PostForm("as"), g.PostForm("locale"), g.PostForm("place")
	if !slices.Contains(types, as) || !slices.Contains(locales, locale) || place != "alone" && place != "group" {
		return "", false
	}
	if as != t.As || (place == "group") != t.Group {
		t.Conversation = store.Conversation{} // another person in another room
	}
	t.As, t.Locale, t.Group, t.Mention = as, locale, place == "group", g.PostForm("mention") != ""
	t.Fault = g.PostForm("simulate")
	return strings.TrimSpace(g.PostForm("text")), true
}

func (t *trial) add(said string, run bot.DryRun) {
	turn := trialTurn{You: said, Said: run.Said, Gate: run.Gate}
	if f, ok := trialFaultOf(t.Fault); ok && run.Gate == "" {
		turn.Fault = f.Name
	}
	t.Turns = append(t.Turns, turn)
	t.Last = run
}

// Quick are the quick replies under the last answer.
func (t trial) Quick() []message.Action {
	if len(t.Turns) == 0 {
		return nil
	}
	said := t.Turns[len(t.Turns)-1].Said
	all := slices.Clone(said.QuickReplies)
	if n := len(said.Messages); n > 0 {
		all = append(all, said.Messages[n-1].QuickReplies...)
	}
	return all
}

// tryDebug is what is behind the last answer.
type tryDebug struct {
	Engine, Took, Gate string
	Intent, Score, By  string
	Simulated, Failed  *why
	Candidates         []candidateView
	Steps              []string
	Warnings           []string
	Before, After      template.HTML
	Detail             template.HTML
}

type candidateView struct {
	Intent  string  `json:"intent"`
	Score   float64 `json:"score"`
	Nearest string  `json:"nearest"`
}

// Percent is the score for a bar.
func (c candidateView) Percent() int { return int(c.Score * 100) }

func (t trial) debug(w words.Words) *tryDebug {
	if len(t.Turns) == 0 {
		return nil
	}
	d := t.Last
	v := &tryDebug{
		Engine: d.Engine, Took: took(time.Duration(d.EngineMS) * time.Millisecond), Detail: tree(d.Detail),
		Before: stateTree(d.State), After: stateTree(d.NextState),
	}
	if v.Simulated = t.simulated(w); v.Simulated == nil {
		v.Failed = engineFault(w, d.Error, d.Engine)
	}
	if d.Gate != "" {
		v.Gate = w[ignoredWhy(d.Gate).text]
	}
	var known struct {
		By         string          `json:"by"`
		Intent     string          `json:"intent"`
		Score      float64         `json:"score"`
		Candidates []candidateView `json:"candidates"`
		Warnings   []string        `json:"warnings"`
		Steps      []struct {
			Flow, Step, ID, File string
			Line                 int
		} `json:"steps"`
	}
	if json.Unmarshal(d.Detail, &known) != nil { // another engine's trace, which the tree shows
		return v
	}
	v.By, v.Intent, v.Candidates, v.Warnings = known.By, known.Intent, known.Candidates, known.Warnings
	if known.Score > 0 {
		v.Score = percent(known.Score)
	}
	for _, s := range known.Steps {
		v.Steps = append(v.Steps, stepName(s.Flow, s.Step, s.File, s.Line))
	}
	return v
}
