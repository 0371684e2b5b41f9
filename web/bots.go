package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// botsAPI manages bots.
type botsAPI struct {
	bots interface {
		CreateBot(ctx context.Context, spec bot.BotSpec) (bot.BotView, error)
		Bots(ctx context.Context) ([]bot.BotView, error)
		Bot(ctx context.Context, id string) (bot.BotView, error)
		PatchBot(ctx context.Context, id string, p bot.BotPatch) (bot.BotView, error)
		DeleteBot(ctx context.Context, id string) error
	}
	audit auditor
}

// botItem is a bot with its times in the API's form.
type botItem struct {
	bot.BotView
	CreatedAt stamp `json:"created_at"`
	UpdatedAt stamp `json:"updated_at"`
}

func viewBot(v bot.BotView) botItem { return botItem{v, stamp(v.CreatedAt), stamp(v.UpdatedAt)} }

func (h botsAPI) list(c *gin.Context) error {
	q, err := readQuery(c)
	if err != nil {
		return err
	}
	bots, err := h.bots.Bots(c.Request.Context())
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, listOf(sliced(bots, func(v bot.BotView) string { return v.ID }, q), viewBot))
	return nil
}

func (h botsAPI) create(c *gin.Context) error {
	var spec bot.BotSpec
	if _, err := decode(c, &spec); err != nil {
		return err
	}
	v, err := h.bots.CreateBot(c.Request.Context(), spec)
	if err != nil {
		return err
	}
	h.audit.note(c, "bot.create", v.ID, v.Name)
	c.Header("Location", "/api/v1/bots/"+v.ID)
	writeJSON(c, http.StatusCreated, viewBot(v))
	return nil
}

func (h botsAPI) show(c *gin.Context) error {
	v, err := h.bots.Bot(c.Request.Context(), c.Param("bot"))
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, viewBot(v))
	return nil
}

func (h botsAPI) patch(c *gin.Context) error {
	var p bot.BotPatch
	body, err := decode(c, &p)
	if err != nil {
		return err
	}
	named := readPatch(body)
	texts := map[string]**string{"name": &p.Name, "locale": &p.Locale}
	if p.Engine != nil {
		texts["engine.type"] = &p.Engine.Type
	}
	if err := named.removed(texts); err != nil {
		return err
	}
	v, err := h.bots.PatchBot(c.Request.Context(), c.Param("bot"), p)
	if err != nil {
		return err
	}
	h.audit.note(c, "bot.update", v.ID, named.String())
	writeJSON(c, http.StatusOK, viewBot(v))
	return nil
}

func (h botsAPI) delete(c *gin.Context) error {
	id := c.Param("bot")
	if err := h.bots.DeleteBot(c.Request.Context(), id); err != nil {
		return err
	}
	h.audit.note(c, "bot.delete", id, "")
	c.Status(http.StatusNoContent)
	return nil
}
