package console

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/dialog"
)

// mountEngine adds the pages about a bot's engine.
func (c *Console) mountEngine(in *gin.RouterGroup) {
	in.GET("/bots/:bot/engine", c.showEngine)
	edit := in.Group("/bots/:bot/engine", c.need("builder"))
	edit.POST("", c.saveEngine)
	edit.POST("/check", c.checkEngine)
	edit.POST("/sample", c.sampleTurn)
	edit.POST("/signature", c.explainSignature)
	edit.POST("/remove", c.removeEngine)
	edit.POST("/routes", c.saveRoutes)
	in.GET("/bots/:bot/engine/files", c.showFiles)
	edit.POST("/files", c.editFiles)
	in.GET("/bots/:bot/engine/history", c.showHistory)
	edit.POST("/history", c.rollback)
	edit.GET("/missed", c.showMissed)
	edit.POST("/missed", c.addExample)
	edit.GET("/batch", c.showBatch)
	edit.POST("/batch", c.runBatch)
}

func engineBase(botID string) string { return "/console/bots/" + botID + "/engine" }

// engineTabs are the pages of an engine: what it can do decides which there are.
func (c *Console) engineTabs(g *gin.Context, b bot.BotView, here string) []navLink {
	tabs := []string{"engine"}
	t := c.runtime.EngineTypes().Type(b.BotSpec.Engine.Type)
	if _, ok := t.(dialog.Author); ok && b.BotSpec.Engine.Settings.Text("path") == "" {
		tabs = append(tabs, "files", "history")
		if _, ok := t.(dialog.Teacher); ok && c.may(g, "builder") {
			tabs = append(tabs, "missed")
		}
	}
	if c.may(g, "builder") && c.runtime.Classifies(g.Request.Context(), b.ID) {
		tabs = append(tabs, "batch")
	}
	if len(tabs) == 1 {
		return nil
	}
	var links []navLink
	for _, name := range tabs {
		to := engineBase(b.ID)
		if name != "engine" {
			to += "/" + name
		}
		links = append(links, navLink{name, to, name == here})
	}
	return links
}

// engineShell is what the pages of an engine have in common.
type engineShell struct {
	Tabs   []navLink
	Base   string
	Locked bool // may not be changed: it stands in the configuration file, or the person only looks
}

func (c *Console) engineShell(g *gin.Context, b bot.BotView, here string) engineShell {
	return engineShell{c.engineTabs(g, b, here), engineBase(b.ID), b.Managed || !c.may(g, "builder")}
}

// managed answers a change of what stands in the configuration file.
func (c *Console) managed(g *gin.Context, b bot.BotView) bool {
	if b.Managed {
		c.notice(g, http.StatusConflict, "managed")
	}
	return b.Managed
}
