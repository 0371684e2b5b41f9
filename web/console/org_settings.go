package console

import (
	"cmp"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	"dari/store"
)

// botSettingsView is the page of a bot's own settings.
type botSettingsView struct {
	Name, Locale string
	Locales      []words.Language
	Fault        string // key
	DeleteFault  string // key
	Channels     int    // that keep the bot from being deleted
	Password     bool   // must be given to delete
}

func (c *Console) showBotSettings(g *gin.Context) {
	if b, ok := c.bot(g); ok {
		c.botSettingsPage(g, b, botSettingsView{Name: b.Name, Locale: b.Locale})
	}
}

func (c *Console) botSettingsPage(g *gin.Context, b bot.BotView, v botSettingsView) {
	list, err := c.runtime.Channels(g.Request.Context(), b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	v.Channels, v.Locales, v.Password = len(list), words.Languages, c.user(g).Password != nil
	c.show(g, statusOf(v.Fault+v.DeleteFault), "settings", "settings", b.ID, v)
}

func (c *Console) saveBotSettings(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok {
		return
	}
	v := botSettingsView{Name: strings.TrimSpace(g.PostForm("name")), Locale: g.PostForm("locale")}
	_, err := c.runtime.PatchBot(g.Request.Context(), b.ID, bot.BotPatch{Name: &v.Name, Locale: &v.Locale})
	var input *bot.InputError
	switch {
	case errors.Is(err, bot.ErrManaged):
		c.notice(g, http.StatusConflict, "managed")
	case errors.As(err, &input):
		v.Fault = "error.bot_name"
		if input.Field != "name" {
			v.Fault = "error.bot"
		}
		c.botSettingsPage(g, b, v)
	case err != nil:
		c.fail(g, err)
	default:
		c.note(g, "bot.update", b.ID, strings.Join(slices.Concat(changeOf("name", b.Name, v.Name), changeOf("locale", b.Locale, v.Locale)), "; "))
		c.sayNext(g, "/console/bots/"+b.ID+"/settings", "saved")
	}
}

// changeOf says for the audit log what a plain value was and is; nothing if it has stayed.
func changeOf(key, before, after string) []string {
	if before == after {
		return nil
	}
	return []string{key + ": " + cmp.Or(before, "–") + " → " + cmp.Or(after, "–")}
}

// deleteBot deletes the bot whose name has been typed, by a person who has given the password again.
func (c *Console) deleteBot(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok {
		return
	}
	v := botSettingsView{Name: b.Name, Locale: b.Locale}
	if strings.TrimSpace(g.PostForm("confirm")) != strings.TrimSpace(b.Name) {
		v.DeleteFault = "settings.fault.name"
		c.botSettingsPage(g, b, v)
		return
	}
	fault, err := c.confirmed(g)
	if err == nil && fault != "" {
		v.DeleteFault = fault
		c.botSettingsPage(g, b, v)
		return
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	err = c.runtime.DeleteBot(g.Request.Context(), b.ID)
	switch {
	case errors.Is(err, bot.ErrManaged):
		c.notice(g, http.StatusConflict, "managed")
	case errors.Is(err, bot.ErrHasChannels):
		v.DeleteFault = "settings.fault.channels"
		c.botSettingsPage(g, b, v)
	case err != nil && !errors.Is(err, store.ErrNotFound):
		c.fail(g, err)
	default:
		c.note(g, "bot.delete", b.ID, b.Name)
		c.sayNext(g, "/console", "bot_deleted")
	}
}
