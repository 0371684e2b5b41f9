package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/words"
)

// mountTestChat adds the page on which a bot is tried without a messenger.
func (c *Console) mountTestChat(in *gin.RouterGroup) {
	build := in.Group("/bots/:bot/testchat", c.need("builder"))
	build.GET("", c.testChat)
	build.POST("", c.trySaying)
	build.POST("/reset", c.resetTrial)
}

// panelHeader asks for the panel alone, for the script that puts it in place.
const panelHeader = "Dari-Part"

// locales are those that a person may be pretended to have.
var locales = []string{"ko-KR", "ja-JP", "en-US"}

// testChatView is the chat with what is behind its last answer.
type testChatView struct {
	URL      string
	Trial    trial
	Types    []choice
	Locales  []choice
	Faults   []trialFault
	Debug    *tryDebug
	Previews []previewView
	Fault    string
}

type choice struct {
	Value, Text string
	On          bool
}

func (c *Console) testChat(g *gin.Context) { c.testChatPage(g, http.StatusOK, "") }

func (c *Console) testChatPage(g *gin.Context, status int, fault string) {
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	w := words.In(c.language(g))
	t := c.trialOf(g, b)
	v := testChatView{URL: "/console/bots/" + b.ID + "/testchat", Trial: t, Debug: t.debug(w), Fault: fault, Faults: trialFaults}
	for _, typ := range c.types.Names() {
		v.Types = append(v.Types, choice{typ, wordOr(w, typ), typ == t.As})
	}
	for _, l := range locales {
		lang, _, _ := strings.Cut(l, "-")
		name := l
		if i := slices.IndexFunc(words.Languages, func(l words.Language) bool { return l.Code == lang }); i >= 0 {
			name = words.Languages[i].Name
		}
		v.Locales = append(v.Locales, choice{l, name, l == t.Locale})
	}
	if n := len(t.Turns); n > 0 && len(t.Turns[n-1].Said.Messages) > 0 {
		all, err := c.runtime.RenderEverywhere(g.Request.Context(), t.Turns[n-1].Said)
		if err != nil {
			c.fail(g, err)
			return
		}
		v.Previews = previewsOf(w, all)
	}
	if g.GetHeader(panelHeader) == "" {
		c.show(g, status, "testchat", "testchat", b.ID, v)
		return
	}
	c.showPart(g, status, "testchat", "trypanel", v)
}

// showPart answers with a part of a page.
func (c *Console) showPart(g *gin.Context, status int, name, part string, data any) {
	var html strings.Builder
	if err := c.shell[name]().ExecuteTemplate(&html, part, shellPage{page: c.page(g, data), Role: c.user(g).Role}); err != nil {
		c.fail(g, err)
		return
	}
	g.Header("Vary", "Accept-Language, Cookie, "+panelHeader)
	g.Data(status, "text/html; charset=utf-8", []byte(html.String()))
}

// trySaying asks the bot, dry, as the person that was chosen.
func (c *Console) trySaying(g *gin.Context) {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, 64<<10)
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	t := c.trialOf(g, b)
	said, ok := t.read(g, c.types.Names())
	if !ok {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	if said == "" {
		c.testChatPage(g, http.StatusUnprocessableEntity, "testchat.fault.empty")
		return
	}
	in := t.inbound(g, said, c.now())
	run, err := t.run(g.Request.Context(), c.runtime, in)
	var input *bot.InputError
	if errors.As(err, &input) {
		c.notice(g, http.StatusBadRequest, "bad_request")
		return
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	t.add(said, run)
	if err := c.keepTrial(g, t); err != nil {
		c.fail(g, err)
		return
	}
	c.afterTrial(g, b.ID)
}

func (c *Console) afterTrial(g *gin.Context, botID string) {
	if g.GetHeader(panelHeader) != "" {
		c.testChatPage(g, http.StatusOK, "")
		return
	}
	g.Redirect(http.StatusSeeOther, "/console/bots/"+botID+"/testchat#end")
}

// resetTrial forgets what has been said, and what the engine remembers of it.
func (c *Console) resetTrial(g *gin.Context) {
	b, ok := c.botOf(g)
	if !ok {
		return
	}
	t := c.trialOf(g, b)
	if err := c.keepTrial(g, trial{Bot: b.ID, As: t.As, Group: t.Group, Mention: t.Mention, Locale: t.Locale}); err != nil {
		c.fail(g, err)
		return
	}
	c.afterTrial(g, b.ID)
}

// Docks tells whether the test chat can be opened beside the page.
func (p shellPage) Docks() bool { return p.Bot != nil && p.Area != "testchat" && p.May("builder") }

// bubbles are messages for the template that draws them.
type bubbles struct {
	List []message.Message
	Tap  bool // its buttons work
}

// Bubbles is the page with messages as its data.
func (p shellPage) Bubbles(list []message.Message, tap bool) shellPage {
	p.Data = bubbles{list, tap}
	return p
}

// Action is the page with a button as its data.
func (p shellPage) Action(a message.Action, tap bool) shellPage {
	p.Data = struct {
		Action message.Action
		Tap    bool
	}{a, tap}
	return p
}

// Tap is a button of a message as a form sends it back.
func (p shellPage) Tap(a message.Action) (string, error) {
	b, err := json.Marshal(a)
	return string(b), err
}

// inbound is what the pretended person says or taps.
func (t *trial) inbound(g *gin.Context, said string, now time.Time) message.Inbound {
	in := message.Inbound{
		Kind: message.KindText, Name: "test", Keys: []string{newNonce()}, Time: now, Text: said, Locale: t.Locale,
		Conversation: message.Conversation{ID: "test", Kind: message.Direct}, Sender: message.User{ID: "test-user", Name: "Test"},
	}
	if t.Group {
		in.Conversation.Kind, in.Mentioned = message.Group, t.Mention
	}
	var tapped message.Action
	if json.Unmarshal([]byte(g.PostForm("tap")), &tapped) == nil && tapped.Kind == message.ActionPostback {
		in.Kind, in.Text, in.Postback = message.KindPostback, "", &message.Postback{Data: tapped.Data, Label: tapped.Label}
	}
	return in
}
