package console

import (
	"context"
	"errors"
	"net/http"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

// historyView is what has been published, and what changed from one to the next.
type historyView struct {
	engineShell
	Revisions []revisionView
	From, To  string // of the comparison
	Diff      []fileDiff
	Compared  bool
	Draft     bool // there is something that is not published
}

type revisionView struct {
	store.Revision
	Live   bool
	Before string // the one published before; ""
}

// draftName stands for the draft in a comparison.
const draftName = "draft"

func (c *Console) showHistory(g *gin.Context) {
	b, ok := c.bot(g)
	if !ok {
		return
	}
	ctx := g.Request.Context()
	draft, _, err := c.runtime.Draft(ctx, b.ID)
	if err != nil {
		c.refuseFiles(g, err)
		return
	}
	all, err := c.runtime.Revisions(ctx, b.ID)
	if err != nil {
		c.fail(g, err)
		return
	}
	v := historyView{engineShell: c.engineShell(g, b, "history"), From: g.Query("from"), To: g.Query("to"), Draft: !draft.At.IsZero()}
	for i, rev := range all {
		view := revisionView{Revision: rev, Live: rev.ID == b.Revision}
		if i+1 < len(all) {
			view.Before = all[i+1].ID
		}
		v.Revisions = append(v.Revisions, view)
	}
	if v.To == "" && v.Draft && b.Revision != "" { // the question that most come with
		v.From, v.To = b.Revision, draftName
	}
	if v.To != "" {
		before, err := c.filesOf(ctx, b.ID, v.From, draft)
		after, err2 := c.filesOf(ctx, b.ID, v.To, draft)
		if err = errors.Join(err, err2); err != nil {
			c.failOr404(g, err)
			return
		}
		v.Compared, v.Diff = true, diffFiles(before, after)
	}
	c.show(g, http.StatusOK, "engine_history", "engine", b.ID, v)
}

// filesOf are those of a revision, of the draft, or none.
func (c *Console) filesOf(ctx context.Context, botID, id string, draft store.Revision) (map[string][]byte, error) {
	switch id {
	case "":
		return nil, nil
	case draftName:
		return draft.Files, nil
	}
	rev, err := c.runtime.Revision(ctx, botID, id)
	return rev.Files, err
}

// rollback makes an earlier revision the one that answers.
func (c *Console) rollback(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok || c.managed(g, b) {
		return
	}
	rev, err := c.runtime.Rollback(g.Request.Context(), b.ID, g.PostForm("revision"))
	switch {
	case errors.Is(err, bot.ErrUnsupported), errors.Is(err, store.ErrNotFound):
		c.notice(g, http.StatusNotFound, "gone")
	case err != nil:
		c.fail(g, err)
	default:
		c.note(g, "files.restore", b.ID, rev.ID)
		c.sayNext(g, engineBase(b.ID)+"/history", "files_restored")
	}
}
