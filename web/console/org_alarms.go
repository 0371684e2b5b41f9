package console

import (
	"errors"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/words"
	"dari/store"
)

// alarmsView is the page of the alarms. Targets and form are for administrators.
type alarmsView struct {
	Alarms  []bot.AlarmView
	Targets []bot.AlarmTargetView
	Form    bot.AlarmTargetSpec
	Field   string // whose value is refused
	Fault   string // key
	Tested  bot.AlarmTargetView
}

// Ways are how a place can be told.
func (alarmsView) Ways() []string { return alarmWays }

var alarmWays = []string{bot.TargetWebhook, bot.TargetConversation}

// Locales are the languages of the form.
func (alarmsView) Locales() []words.Language { return words.Languages }

func (c *Console) showAlarms(g *gin.Context) {
	c.alarmsPage(g, alarmsView{})
}

func (c *Console) alarmsPage(g *gin.Context, v alarmsView) {
	var err error
	if v.Alarms, err = c.runtime.Alarms(g.Request.Context()); err != nil {
		c.fail(g, err)
		return
	}
	if c.user(g).Role == "admin" {
		if v.Targets, err = c.runtime.AlarmTargets(g.Request.Context()); err != nil {
			c.fail(g, err)
			return
		}
	} else {
		for i := range v.Alarms {
			if v.Alarms[i].Kind == bot.AlarmKeyExpiry {
				v.Alarms[i].Path = "" // the others cannot go there
			}
		}
	}
	if v.Form.Kind == "" {
		v.Form.Kind, v.Form.Locale = bot.TargetWebhook, c.language(g)
	}
	c.show(g, statusOf(v.Fault), "alarms", "alarms", "", v)
}

func (c *Console) createAlarmTarget(g *gin.Context) {
	limitForm(g)
	spec := bot.AlarmTargetSpec{
		Name: g.PostForm("name"), Kind: g.PostForm("kind"), URL: g.PostForm("url"), ConversationID: g.PostForm("conversation"), Locale: g.PostForm("locale"),
	}
	t, err := c.runtime.CreateAlarmTarget(g.Request.Context(), spec)
	var input *bot.InputError
	switch {
	case errors.As(err, &input):
		spec.URL = "" // a secret is not sent back
		c.alarmsPage(g, alarmsView{Form: spec, Field: input.Field, Fault: "alarms.fault." + input.Field})
	case err != nil:
		c.fail(g, err)
	default:
		c.note(g, "alarm_target.create", t.ID, t.Name+": "+t.Kind+", "+t.Where)
		c.sayNext(g, "/console/alarms", "alarm_target_created")
	}
}

func (c *Console) deleteAlarmTarget(g *gin.Context) {
	limitForm(g)
	id := g.PostForm("target")
	err := c.runtime.DeleteAlarmTarget(g.Request.Context(), id)
	switch {
	case errors.Is(err, store.ErrNotFound): // somebody else was quicker
	case err != nil:
		c.fail(g, err)
		return
	default:
		c.note(g, "alarm_target.delete", id, "")
	}
	c.sayNext(g, "/console/alarms", "alarm_target_deleted")
}

func (c *Console) testAlarmTarget(g *gin.Context) {
	limitForm(g)
	t, err := c.runtime.TryAlarmTarget(g.Request.Context(), g.PostForm("target"))
	switch {
	case errors.Is(err, store.ErrNotFound):
		c.alarmsPage(g, alarmsView{Fault: "alarms.fault.gone"})
	case err != nil:
		c.fail(g, err)
	default:
		c.note(g, "alarm_target.test", t.ID, t.Name)
		c.alarmsPage(g, alarmsView{Tested: t})
	}
}
