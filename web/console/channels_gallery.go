package console

import (
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/channels"
	webchat "dari/channels/web"
	"dari/store"
)

// galleryView is the page of a bot's channels.
type galleryView struct {
	Warning, Public string
	Tiles           []tileView // of the channels there are
	More            []typeView // what could be connected
}

// tileView is one channel at a glance.
type tileView struct {
	bot.ChannelView
	TypeKey  string
	Limits   limitsView
	Activity *activity // nil: nothing among the newest events
	Whole    bool      // the newest events are all there are
	ChatURL  string    // of a web chat
	CanOpen  bool      // it can be switched on and off
	LastAt   time.Time
	Last     store.EventState
	LastID   string
}

type typeView struct {
	Name, Key string
	Limits    limitsView
	Have      bool // there is one already
}

// limitsView are the limits that builders ask for first. 0 and "" say that the messenger has none.
type limitsView struct {
	Buttons, Label, Quick, Cards, Text int
	Pictures, Files, Typing, Streaming bool
}

func limitsOf(l channels.Limits) limitsView {
	return limitsView{
		Buttons: l.Buttons, Label: l.ButtonLabel, Quick: l.QuickReplies, Cards: l.Cards, Text: l.TextMax,
		Pictures: l.Level(message.TypeImage) != channels.Unsupported, Files: l.Level(message.TypeFile) != channels.Unsupported,
		Typing: l.Typing, Streaming: l.Streaming,
	}
}

// bot is the bot of the path. If it cannot be shown the answer has been given.
func (c *Console) bot(g *gin.Context) (bot.BotView, bool) {
	v, err := c.runtime.Bot(g.Request.Context(), g.Param("bot"))
	if err != nil {
		c.failOr404(g, err)
	}
	return v, err == nil
}

func (c *Console) showChannels(g *gin.Context) {
	b, ok := c.bot(g)
	if !ok {
		return
	}
	ctx := g.Request.Context()
	all, err := c.channels(ctx, b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	seen, whole, err := c.activities.of(ctx, c.store, c.now())
	if err != nil {
		c.fail(g, err)
		return
	}
	v := galleryView{Warning: addressFault(c.publicURL), Public: c.publicURL}
	have := map[string]bool{}
	for _, ch := range all {
		have[ch.Type] = true
		v.Tiles = append(v.Tiles, c.tile(ch, seen[ch.ID], whole))
	}
	for _, t := range c.types.Types() {
		v.More = append(v.More, typeView{t.Name(), typeKey(t.Name()), limitsOf(t.Limits()), have[t.Name()]})
	}
	c.show(g, http.StatusOK, "channels", "channels", b.ID, v)
}

func (c *Console) tile(ch bot.ChannelView, seen *activity, whole bool) tileView {
	v := tileView{ChannelView: ch, TypeKey: typeKey(ch.Type), Activity: seen, Whole: whole, CanOpen: !ch.Draft && !ch.Managed}
	if t := c.types.Type(ch.Type); t != nil {
		v.Limits = limitsOf(t.Limits())
	}
	if ch.Type == webchat.Name && ch.Enabled {
		v.ChatURL = c.publicURL + "/" + ch.Type + "/" + ch.ID
	}
	if seen != nil {
		v.LastAt, v.Last, v.LastID = seen.Last, seen.State, seen.ID
	}
	return v
}
