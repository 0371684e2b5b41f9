package console

import (
	"github.com/gin-gonic/gin"

	"dari/bot"
)

// mountChannels adds the pages about channels.
func (c *Console) mountChannels(in *gin.RouterGroup) {
	in.POST("/bots", c.need("builder"), c.createBot)
	in.GET("/bots/:bot/channels", c.showChannels)
	in.GET("/bots/:bot/channels/new/:type", c.need("builder"), c.showNewChannel)
	in.POST("/bots/:bot/channels/new/:type", c.need("builder"), c.postNewChannel)

	in.POST("/typed/:type", c.need("builder"), c.checkTyped)

	in.GET("/channels/:channel", c.showChannelSetup)
	in.GET("/channels/:channel/state", c.showChannelState)
	in.GET("/channels/:channel/waiting", c.showWaiting)
	in.GET("/channels/:channel/waiting/stream", c.streamWaiting)
	edit := in.Group("/channels/:channel", c.need("builder"))
	edit.POST("", c.postChannelSetup)
	edit.GET("/app-file", c.appFile)
	edit.POST("/state", c.checkChannel)
	edit.POST("/enable", c.enableChannel)
	edit.POST("/disable", c.disableChannel)
	edit.POST("/clone", c.cloneChannel)
	edit.POST("/move", c.moveChannel)
	edit.POST("/former", c.useFormer)
	edit.POST("/delete", c.deleteChannel)
	edit.GET("/desk", c.showDesk)
	edit.POST("/desk/token", c.deskToken)
	edit.POST("/desk/header", c.deskHeader)
	edit.POST("/desk/keys", c.deskKey)
	edit.POST("/desk/keys/:key/rotate", c.deskKeyRotate)
	edit.POST("/desk/keys/:key/delete", c.deskKeyDelete)
}

// channelPage is one channel, on one of its tabs.
type channelPage struct {
	Channel bot.ChannelView
	Base    string // of the channel's pages
	Tab     string
	New     bool
	Tabs    []navLink
	TypeKey string
	Setup   *setupView
	State   *stateView
	Desk    *deskView
	Wait    *waitView
}

// channelTabs are the pages of a channel; those of the desk stand there only if its type has one.
func channelTabs(ch bot.ChannelView, here string, desk bool) []navLink {
	tabs := []string{"setup", "state", "waiting"}
	if desk {
		tabs = append(tabs, "desk")
	}
	var links []navLink
	for _, name := range tabs {
		to := channelBase(ch.ID)
		if name != "setup" {
			to += "/" + name
		}
		links = append(links, navLink{name, to, name == here})
	}
	return links
}

func channelBase(id string) string { return "/console/channels/" + id }

// showOne shows a channel on one of its tabs.
func (c *Console) showOne(g *gin.Context, status int, p channelPage) {
	p.TypeKey = typeKey(p.Channel.Type)
	if !p.New {
		p.Base = channelBase(p.Channel.ID)
		p.Tabs = channelTabs(p.Channel, p.Tab, c.hasDesk(p.Channel.Type) && c.may(g, "builder"))
	}
	c.show(g, status, "channels_one", "channels", p.Channel.BotID, p)
}

func (c *Console) may(g *gin.Context, role string) bool { return ranks[c.user(g).Role] >= ranks[role] }

// hasDesk tells whether channels of the type hand out tokens: only those have a setting for the header.
func (c *Console) hasDesk(typ string) bool {
	t := c.types.Type(typ)
	if t == nil {
		return false
	}
	for _, f := range t.Setup().Fields {
		if f.Key == deskSetting {
			return true
		}
	}
	return false
}

// channel is the channel of the path. If it cannot be shown the answer has been given.
func (c *Console) channel(g *gin.Context) (bot.ChannelView, bool) {
	v, err := c.runtime.ShowChannel(g.Request.Context(), g.Param("channel"))
	if err != nil {
		c.failOr404(g, err)
	}
	return v, err == nil
}
