package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/channels"
)

// channelsAPI manages channels.
type channelsAPI struct {
	channels interface {
		channelFinder
		Bot(ctx context.Context, id string) (bot.BotView, error)
		CreateChannel(ctx context.Context, botID string, spec bot.ChannelSpec) (bot.ChannelView, error)
		Channels(ctx context.Context, botID string) ([]bot.ChannelView, error)
		ShowChannel(ctx context.Context, id string) (bot.ChannelView, error)
		PatchChannel(ctx context.Context, id string, p bot.ChannelPatch) (bot.ChannelView, error)
		Settled(ctx context.Context, id string) (bot.Settled, error)
		EnableChannel(ctx context.Context, id string, on bool) (bot.ChannelView, error)
		DeleteChannel(ctx context.Context, id string) error
	}
	audit   auditor
	baseURL string
}

// channelItem is a channel with the addresses that others need to know.
type channelItem struct {
	bot.ChannelView
	URLs      channelURLs `json:"urls"`
	CreatedAt stamp       `json:"created_at"`
	UpdatedAt stamp       `json:"updated_at"`
}

type channelURLs struct {
	Webhook     string `json:"webhook"`
	Auth        string `json:"auth,omitempty"`
	AuthRefresh string `json:"auth_refresh,omitempty"`
}

func (h channelsAPI) view(ctx context.Context, v bot.ChannelView) channelItem {
	base := h.baseURL + "/" + v.Type + "/" + v.ID
	item := channelItem{v, channelURLs{Webhook: base + "/webhook"}, stamp(v.CreatedAt), stamp(v.UpdatedAt)}
	if h.hasDesk(ctx, v) {
		item.URLs.Auth, item.URLs.AuthRefresh = base+"/auth", base+"/authrefresh"
	}
	return item
}

// hasDesk tells whether the type has a token desk, open or not: the addresses are the same either way.
func (h channelsAPI) hasDesk(ctx context.Context, v bot.ChannelView) bool {
	ch, err := h.channels.Channel(ctx, v.ID)
	if err != nil {
		return v.Desk
	}
	_, ok := ch.Adapter.(channels.TokenDesk)
	return ok
}

func (h channelsAPI) list(c *gin.Context) error {
	q, err := readQuery(c)
	if err != nil {
		return err
	}
	ctx := c.Request.Context()
	if _, err := h.channels.Bot(ctx, c.Param("bot")); err != nil {
		return err
	}
	all, err := h.channels.Channels(ctx, c.Param("bot"))
	if err != nil {
		return err
	}
	page := sliced(all, func(v bot.ChannelView) string { return v.ID }, q)
	writeJSON(c, http.StatusOK, listOf(page, func(v bot.ChannelView) channelItem { return h.view(ctx, v) }))
	return nil
}

func (h channelsAPI) create(c *gin.Context) error {
	var spec bot.ChannelSpec
	if _, err := decode(c, &spec); err != nil {
		return err
	}
	v, err := h.channels.CreateChannel(c.Request.Context(), c.Param("bot"), spec)
	if err != nil {
		return err
	}
	h.audit.note(c, "channel.create", v.ID, v.Type+" "+v.Name)
	c.Header("Location", "/api/v1/channels/"+v.ID)
	writeJSON(c, http.StatusCreated, h.view(c.Request.Context(), v))
	return nil
}

func (h channelsAPI) show(c *gin.Context) error {
	v, err := h.channels.ShowChannel(c.Request.Context(), c.Param("channel"))
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, h.view(c.Request.Context(), v))
	return nil
}

func (h channelsAPI) patch(c *gin.Context) error {
	var p bot.ChannelPatch
	body, err := decode(c, &p)
	if err != nil {
		return err
	}
	named := readPatch(body)
	if err := named.removed(map[string]**string{"name": &p.Name}); err != nil {
		return err
	}
	before, unknown := h.channels.Settled(c.Request.Context(), c.Param("channel"))
	v, err := h.channels.PatchChannel(c.Request.Context(), c.Param("channel"), p)
	if err != nil {
		return err
	}
	detail := named.String()
	if now, err := h.channels.Settled(c.Request.Context(), v.ID); unknown == nil && err == nil {
		detail = before.Changes(now)
	}
	h.audit.note(c, "channel.update", v.ID, detail)
	writeJSON(c, http.StatusOK, h.view(c.Request.Context(), v))
	return nil
}

func (h channelsAPI) delete(c *gin.Context) error {
	id := c.Param("channel")
	if err := h.channels.DeleteChannel(c.Request.Context(), id); err != nil {
		return err
	}
	h.audit.note(c, "channel.delete", id, "")
	c.Status(http.StatusNoContent)
	return nil
}

func (h channelsAPI) enable(c *gin.Context) error  { return h.turn(c, true, "channel.enable") }
func (h channelsAPI) disable(c *gin.Context) error { return h.turn(c, false, "channel.disable") }

func (h channelsAPI) turn(c *gin.Context, on bool, action string) error {
	v, err := h.channels.EnableChannel(c.Request.Context(), c.Param("channel"), on)
	if err != nil {
		return err
	}
	h.audit.note(c, action, v.ID, "")
	writeJSON(c, http.StatusOK, h.view(c.Request.Context(), v))
	return nil
}
