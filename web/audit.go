package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/store"
)

// auditor writes the audit log: who did what from where, never with which secret.
type auditor struct {
	store interface {
		Audit(ctx context.Context, a store.Audit) error
	}
	now func() time.Time
	log *slog.Logger
}

// note records a change that the caller of the API has made.
func (a auditor) note(c *gin.Context, action, on, detail string) {
	a.by(c, callerOf(c).who, action, on, detail, true)
}

func (a auditor) by(c *gin.Context, who, action, on, detail string, ok bool) {
	err := a.store.Audit(context.WithoutCancel(c.Request.Context()), store.Audit{
		At: a.now().UTC(), Who: who, From: c.ClientIP(), Action: action, On: on, Detail: detail, OK: ok,
	})
	if err != nil {
		a.log.Error("audit line not written", "action", action, "on", on, "error", err)
	}
}

// auditAPI shows the audit log.
type auditAPI struct {
	store interface {
		Audits(ctx context.Context, q store.Query) (store.Page[store.Audit], error)
	}
}

type auditItem struct {
	ID     string `json:"id"`
	At     stamp  `json:"at"`
	Who    string `json:"who"`
	From   string `json:"from"`
	Action string `json:"action"`
	On     string `json:"on"`
	Detail string `json:"detail"`
	OK     bool   `json:"ok"`
}

func (h auditAPI) list(c *gin.Context) error {
	q, err := readQuery(c)
	if err != nil {
		return err
	}
	page, err := h.store.Audits(c.Request.Context(), q)
	if err != nil {
		return listError(err)
	}
	writeJSON(c, http.StatusOK, listOf(page, func(a store.Audit) auditItem {
		return auditItem{a.ID, stamp(a.At), a.Who, a.From, a.Action, a.On, a.Detail, a.OK}
	}))
	return nil
}
