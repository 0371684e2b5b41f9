package console

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/channels"
)

// stateView is how a channel is: its last test, its limits, what it did today.
type stateView struct {
	Tile      tileView
	Tested    bool
	CheckedOK bool
	Checks    []checkView
	Rows      []limitRow
	Levels    []levelRow
	CanTest   bool
}

type limitRow struct {
	Key  string
	N    int
	Unit string // key of what is counted; ""
}

type levelRow struct {
	Key   string // of the kind of message
	Level string // full, partial, fallback
}

func (c *Console) showChannelState(g *gin.Context) {
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	c.statePage(g, ch, nil)
}

// checkChannel tests the connection and keeps the result.
func (c *Console) checkChannel(g *gin.Context) {
	limitForm(g)
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	report, err := c.runtime.Check(g.Request.Context(), ch.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	c.note(g, "channel.check", ch.ID, "")
	if ch, ok = c.channel(g); !ok {
		return
	}
	c.statePage(g, ch, &report)
}

func (c *Console) statePage(g *gin.Context, ch bot.ChannelView, report *channels.Report) {
	seen, whole, err := c.activities.of(g.Request.Context(), c.store, c.now())
	if err != nil {
		c.fail(g, err)
		return
	}
	v := &stateView{Tile: c.tile(ch, seen[ch.ID], whole), CanTest: c.may(g, "builder")}
	if t := c.types.Type(ch.Type); t != nil {
		v.Rows, v.Levels = limitRows(t.Limits()), levelRows(t.Limits())
	}
	if report != nil {
		v.Tested, v.Checks = true, checksOf(c.language(g), report.Checks)
		v.CheckedOK = !slices.ContainsFunc(v.Checks, func(k checkView) bool { return k.Status == "fail" })
	}
	c.showOne(g, http.StatusOK, channelPage{Channel: ch, Tab: "state", State: v})
}

func limitRows(l channels.Limits) []limitRow {
	unit := ""
	if l.TextUnit != "" {
		unit = "limits.unit." + string(l.TextUnit)
	}
	return []limitRow{
		{"limits.text", l.TextMax, unit},
		{"limits.per_call", l.PerCall, ""},
		{"limits.buttons", l.Buttons, ""},
		{"limits.label", l.ButtonLabel, ""},
		{"limits.quick", l.QuickReplies, ""},
		{"limits.cards", l.Cards, ""},
		{"limits.card_actions", l.CardActions, ""},
		{"limits.card_text", l.CardText, ""},
	}
}

func levelRows(l channels.Limits) []levelRow {
	var rows []levelRow
	for _, t := range message.Types {
		if t == message.TypeNative {
			continue
		}
		level := "fallback"
		switch l.Level(t) {
		case channels.Partial:
			level = "partial"
		case channels.Full:
			level = "full"
		}
		rows = append(rows, levelRow{"limits.type." + string(t), level})
	}
	return rows
}
