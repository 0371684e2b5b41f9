package console

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

// mountOrg adds the pages of the organisation, and the settings of a bot.
func (c *Console) mountOrg(in *gin.RouterGroup) {
	admin := in.Group("", c.need("admin"))
	admin.GET("/keys", c.showKeys)
	admin.POST("/keys", c.createKey)
	admin.POST("/keys/rotate", c.rotateKey)
	admin.POST("/keys/delete", c.deleteKey)
	admin.GET("/people", c.showPeople)
	admin.POST("/people", c.invite)
	admin.POST("/people/role", c.changeRole)
	admin.POST("/people/link", c.renewLink)
	admin.POST("/people/delete", c.deletePerson)
	admin.GET("/audit", c.showAudit)
	admin.GET("/audit.csv", c.auditCSV)
	in.GET("/alarms", c.showAlarms)
	admin.POST("/alarms", c.createAlarmTarget)
	admin.POST("/alarms/test", c.testAlarmTarget)
	admin.POST("/alarms/delete", c.deleteAlarmTarget)
	in.GET("/expiries", c.showExpiries)
	in.GET("/system", c.showSystem)
	in.POST("/system/doctor", c.need("builder"), c.runDoctor)

	in.GET("/bots/:bot/settings", c.need("builder"), c.showBotSettings)
	in.POST("/bots/:bot/settings", c.need("builder"), c.saveBotSettings)
	in.POST("/bots/:bot/settings/delete", c.need("builder"), c.deleteBot)
}

// confirmed tells whether a form holds the person's password, which is asked for once more before what
// an open session alone should not do. Who has no password here has proved who they are elsewhere. Wrong
// ones count like failures to sign in. fault is the key of what is wrong.
func (c *Console) confirmed(g *gin.Context) (fault string, err error) {
	u := c.user(g)
	if u.Password == nil {
		return "", nil
	}
	keys := []string{addressKey(g.ClientIP()), "name " + u.ID}
	if c.failures.try(keys...) > 0 {
		return "org.password_later", nil
	}
	ok, err := c.passwords.match(g.Request.Context(), u.Password, g.PostForm("password"))
	switch {
	case err != nil:
		return "", err
	case !ok:
		c.audit(g, u.ID, "confirm", false)
		return "error.password_wrong", nil
	}
	c.failures.forgive(keys...)
	return "", nil
}

// due says how near an end is: "over", "day", "week", "month" or "later"; "" for what never ends.
func due(at, now time.Time) string {
	if at.IsZero() {
		return ""
	}
	return bot.HowSoon(at.Sub(now))
}

// flushed makes sure that what the audit log says is what was done: its lines are written with the next
// commit, which Ready brings about.
func (c *Console) flushed(ctx context.Context, q store.Query) (store.Page[store.Audit], error) {
	if q.Cursor == "" {
		if err := c.store.Ready(ctx); err != nil {
			c.log.Warn("newest lines of the audit log are not written yet", "error", err)
		}
	}
	return c.store.Audits(ctx, q)
}

// once marks a page that shows something once: nobody on the way may keep it.
func once(g *gin.Context) { g.Header("Cache-Control", "no-store") }

// chosen keeps what a person may choose.
func chosen(value string, options ...string) string {
	if slices.Contains(options, value) {
		return value
	}
	return options[0]
}

// statusOf is that of a page with a fault on it.
func statusOf(fault string) int {
	if fault != "" {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}
