package web

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/dialog"
)

// typesAPI shows what this Dari can connect.
type typesAPI struct {
	channelTypes *channels.Registry
	engineTypes  *dialog.Registry
}

type channelType struct {
	Name   string           `json:"name"`
	Fields []settings.Field `json:"fields"`
	Steps  []settings.Step  `json:"steps"`
	Limits channels.Limits  `json:"limits"`
}

type engineType struct {
	Name   string           `json:"name"`
	Fields []settings.Field `json:"fields"`
}

func (h typesAPI) channels(c *gin.Context) error {
	l := list[channelType]{Items: []channelType{}}
	for _, t := range h.channelTypes.Types() {
		limits := t.Limits()
		limits.Actions = append([]message.ActionKind{}, limits.Actions...)
		l.Items = append(l.Items, channelType{
			Name: t.Name(), Limits: limits,
			Fields: append([]settings.Field{}, bot.ChannelFields(t)...),
			Steps:  append([]settings.Step{}, t.Setup().Steps...),
		})
	}
	writeJSON(c, http.StatusOK, l)
	return nil
}

func (h typesAPI) engines(c *gin.Context) error {
	l := list[engineType]{Items: []engineType{}}
	for _, t := range h.engineTypes.Types() {
		l.Items = append(l.Items, engineType{Name: t.Name(), Fields: append([]settings.Field{}, t.Fields()...)})
	}
	writeJSON(c, http.StatusOK, l)
	return nil
}
