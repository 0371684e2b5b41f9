package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot/settings"
	"dari/bot/words"
	"dari/channels"
)

// checksAPI tests connections.
type checksAPI struct {
	channels interface {
		Check(ctx context.Context, id string) (channels.Report, error)
		TestChannel(ctx context.Context, typ string, v settings.Values) (channels.Report, error)
		TestChange(ctx context.Context, id string, patch settings.Values) (channels.Report, error)
		CheckEngine(ctx context.Context, botID string) (channels.Report, error)
	}
}

// checkForm is what a form holds that is not saved.
type checkForm struct {
	Settings settings.Values `json:"settings"`
}

// saved tests a channel, with the changes that the body holds, if any. That the channel cannot be used is
// a result and no error.
func (h checksAPI) saved(c *gin.Context) error {
	var form checkForm
	if c.Request.ContentLength != 0 {
		if _, err := decode(c, &form); err != nil {
			return err
		}
	}
	ctx, id := c.Request.Context(), c.Param("channel")
	test := func() (channels.Report, error) { return h.channels.Check(ctx, id) }
	if form.Settings != nil {
		test = func() (channels.Report, error) { return h.channels.TestChange(ctx, id, form.Settings) }
	}
	report, err := test()
	if err != nil {
		return err
	}
	writeReport(c, report)
	return nil
}

// engine tests the connections of a bot's engines.
func (h checksAPI) engine(c *gin.Context) error {
	report, err := h.channels.CheckEngine(c.Request.Context(), c.Param("bot"))
	if err != nil {
		return err
	}
	writeReport(c, report)
	return nil
}

// unsaved tests what the form of a new channel holds.
func (h checksAPI) unsaved(c *gin.Context) error {
	var form checkForm
	if _, err := decode(c, &form); err != nil {
		return err
	}
	report, err := h.channels.TestChannel(c.Request.Context(), c.Param("type"), form.Settings)
	if err != nil {
		return err
	}
	writeReport(c, report)
	return nil
}

type checkAnswer struct {
	Checks []checkLine `json:"checks"`
}

type checkLine struct {
	ID      string `json:"id"`
	Status  string `json:"status"`
	Code    string `json:"code"`
	Message string `json:"message"`
	MS      int64  `json:"ms"`
}

// writeReport says the checks in the language that the client asks for.
func writeReport(c *gin.Context, report channels.Report) {
	lang := words.Preferred(c.GetHeader("Accept-Language"))
	answer := checkAnswer{Checks: make([]checkLine, len(report.Checks))}
	for i, k := range report.Checks {
		answer.Checks[i] = checkLine{k.ID, string(k.Status), k.Code, words.Check(lang, k), k.Took.Milliseconds()}
	}
	c.Header("Content-Language", lang)
	c.Header("Vary", "Accept-Language")
	writeJSON(c, http.StatusOK, answer)
}
