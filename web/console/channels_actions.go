package console

import (
	"errors"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
	"dari/store"
	"dari/web/deskkeys"
)

// setWebhook enters the callback URL at the platform.
func (c *Console) setWebhook(g *gin.Context, ch bot.ChannelView) {
	err := c.runtime.SetWebhook(g.Request.Context(), ch.ID)
	done, code := "channels.webhook.done", ""
	var input *bot.InputError
	var refused *channels.SendError
	switch {
	case err == nil:
		c.note(g, "channel.set_webhook", ch.ID, "")
	case errors.As(err, &input):
		done = "channels.webhook.no_https"
	case errors.As(err, &refused):
		done, code = "channels.webhook.failed", strings.TrimSpace(string(refused.Kind)+" "+refused.Code)
	case errors.Is(err, bot.ErrUnsupported):
		done = "channels.webhook.by_hand"
	default:
		c.fail(g, err)
		return
	}
	c.channelSetup(g, http.StatusOK, ch, form{name: ch.Name}, func(v *setupView) { v.WebhookDone, v.WebhookCode = done, code })
}

// beginInstall makes the address at which people allow the app in. It is shown as a link: a form of ours
// may not lead to another site.
func (c *Console) beginInstall(g *gin.Context, ch bot.ChannelView, t channels.Type, f form) {
	if !ch.Draft && len(f.values) > 0 {
		saved, err := c.runtime.PatchChannel(g.Request.Context(), ch.ID, bot.ChannelPatch{Settings: f.values, Overlap: true})
		if err == nil {
			ch, f.values = saved, nil
		} else if err := f.blame(ch.Type, err); err != nil {
			c.fail(g, err)
			return
		}
	}
	if f.fault == "" {
		address, err := c.runtime.InstallURL(g.Request.Context(), ch.ID)
		if err == nil {
			c.note(g, "channel.install_begin", ch.ID, "")
			c.channelSetup(g, http.StatusOK, ch, f, func(v *setupView) { v.Install = address })
			return
		}
		var input *bot.InputError
		if errors.As(err, &input) && input.Field == "settings.redirect_url" {
			f.fault = "channels.webhook.no_https"
		} else if err := f.blame(t.Name(), err); err != nil {
			c.fail(g, err)
			return
		}
	}
	c.channelSetup(g, http.StatusUnprocessableEntity, ch, f, nil)
}

// appFile hands the file out that sets the app up.
func (c *Console) appFile(g *gin.Context) {
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	file, err := c.runtime.AppFile(g.Request.Context(), ch.ID)
	var setting *settings.Error
	switch {
	case errors.Is(err, bot.ErrUnsupported):
		c.notice(g, http.StatusNotFound, "gone")
	case errors.As(err, &setting):
		f := form{name: ch.Name}
		_ = f.blame(ch.Type, &bot.InputError{Field: "settings." + setting.Field, Code: setting.Code})
		c.channelSetup(g, http.StatusUnprocessableEntity, ch, f, nil)
	case err != nil:
		c.fail(g, err)
	default:
		g.Header("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
		g.Data(http.StatusOK, file.MIME, file.Data)
	}
}

func (c *Console) enableChannel(g *gin.Context)  { c.switchChannel(g, true) }
func (c *Console) disableChannel(g *gin.Context) { c.switchChannel(g, false) }

func (c *Console) switchChannel(g *gin.Context, on bool) {
	limitForm(g)
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	v, err := c.runtime.EnableChannel(g.Request.Context(), ch.ID, on)
	var input *bot.InputError
	switch {
	case errors.Is(err, bot.ErrManaged):
		c.notice(g, http.StatusConflict, "managed")
		return
	case errors.As(err, &input): // a draft
		g.Redirect(http.StatusSeeOther, channelBase(ch.ID))
		return
	case err != nil:
		c.fail(g, err)
		return
	}
	action, done := "channel.disable", "channel_disabled"
	if on {
		action, done = "channel.enable", "channel_enabled"
	}
	c.note(g, action, ch.ID, "")
	to := "/console/bots/" + v.BotID + "/channels"
	if back := localPath(g.PostForm("back")); back == channelBase(ch.ID)+"/state" {
		to = back
	}
	c.sayNext(g, to, done)
}

// cloneChannel makes a draft with the settings of the channel, all but the secrets, which nobody gets
// out again.
func (c *Console) cloneChannel(g *gin.Context) {
	limitForm(g)
	ch, ok := c.channel(g)
	t := c.types.Type(ch.Type)
	if !ok || t == nil {
		return
	}
	values := settings.Values{}
	for _, f := range bot.ChannelFields(t) {
		if v := ch.Settings[f.Key]; v != nil && !f.Kind.Secret() {
			values[f.Key] = v
		}
	}
	name := []rune(ch.Name)
	copied, err := c.runtime.CreateChannel(g.Request.Context(), ch.BotID, bot.ChannelSpec{
		Type: ch.Type, Name: string(name[:min(len(name), 96)]) + " (2)", Settings: values, Draft: true,
	})
	if err != nil {
		c.fail(g, err)
		return
	}
	c.note(g, "channel.create", copied.ID, "copy of "+ch.ID)
	c.sayNext(g, channelBase(copied.ID), "channel_cloned")
}

// deleteChannel deletes the channel whose name has been typed, by a person who has given the password again.
func (c *Console) deleteChannel(g *gin.Context) {
	limitForm(g)
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	if strings.TrimSpace(g.PostForm("confirm")) != strings.TrimSpace(ch.Name) {
		c.refuseDeletion(g, ch, "channels.delete_differs")
		return
	}
	fault, err := c.confirmed(g)
	if err == nil && fault != "" {
		c.refuseDeletion(g, ch, fault)
		return
	}
	if err != nil {
		c.fail(g, err)
		return
	}
	err = c.runtime.DeleteChannel(g.Request.Context(), ch.ID)
	switch {
	case errors.Is(err, bot.ErrManaged):
		c.notice(g, http.StatusConflict, "managed")
		return
	case errors.Is(err, store.ErrNotFound): // somebody else was quicker
	case err != nil:
		c.fail(g, err)
		return
	}
	if err := deskkeys.DeleteAll(g.Request.Context(), c.store.APIKeys(), ch.ID); err != nil {
		c.log.Error("headers of the token desk not deleted", "channel", ch.ID, "error", err)
	}
	c.note(g, "channel.delete", ch.ID, ch.Type+" "+ch.Name)
	c.sayNext(g, "/console/bots/"+ch.BotID+"/channels", "channel_deleted")
}

func (c *Console) refuseDeletion(g *gin.Context, ch bot.ChannelView, fault string) {
	c.channelSetup(g, http.StatusUnprocessableEntity, ch, form{name: ch.Name}, func(v *setupView) { v.DeleteFault = fault })
}

// moveChannel gives the channel to another bot.
func (c *Console) moveChannel(g *gin.Context) {
	limitForm(g)
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	v, err := c.runtime.MoveChannel(g.Request.Context(), ch.ID, g.PostForm("to"))
	switch {
	case errors.Is(err, bot.ErrManaged):
		c.notice(g, http.StatusConflict, "managed")
	case err != nil:
		c.failOr404(g, err)
	default:
		c.note(g, "channel.move", ch.ID, ch.BotID+" → "+v.BotID)
		c.sayNext(g, channelBase(ch.ID), "channel_moved")
	}
}

// useFormer gives the channel the settings back that it had before its secrets were changed, or forgets them.
func (c *Console) useFormer(g *gin.Context) {
	limitForm(g)
	ch, ok := c.channel(g)
	if !ok {
		return
	}
	use, action, done := c.runtime.PutFormerBack, "channel.former_back", "former_back"
	if g.PostForm("do") == "forget" {
		use, action, done = c.runtime.ForgetFormer, "channel.former_forget", "former_forgotten"
	}
	_, err := use(g.Request.Context(), ch.ID)
	switch {
	case errors.Is(err, bot.ErrManaged):
		c.notice(g, http.StatusConflict, "managed")
	case errors.Is(err, bot.ErrNoFormer):
		c.channelSetup(g, http.StatusConflict, ch, form{name: ch.Name, fault: "channels.former_none"}, nil)
	case err != nil:
		c.fail(g, err)
	default:
		c.note(g, action, ch.ID, "replaced "+ch.ReplacedAt.Format(time.RFC3339))
		c.sayNext(g, channelBase(ch.ID), done)
	}
}

// checkTyped says what is wrong with the settings of a form while it is being filled in, by field.
func (c *Console) checkTyped(g *gin.Context) {
	t := c.types.Type(g.Param("type"))
	if t == nil || !c.bounded(g) {
		return
	}
	f := readForm(g, bot.ChannelFields(t))
	codes, err := c.runtime.SettingFaults(t.Name(), f.values)
	if err != nil {
		c.fail(g, err)
		return
	}
	w, faults := words.In(c.language(g)), map[string]string{}
	for field, code := range codes {
		faults[field] = w[faultKey(t.Name(), field, code)]
	}
	g.Header("Cache-Control", "no-store")
	g.JSON(http.StatusOK, faults)
}
