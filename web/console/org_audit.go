package console

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/store"
)

// auditView is a page of the audit log.
type auditView struct {
	Lines  []auditLine
	Filter auditFilter
	Next   string // address of the next page; "" on the last one
	CSV    string // address of the file
	Cut    bool   // the search has not come to its end
}

// Actions are the codes that the filter offers; one that only an address can name stands there, too.
func (v auditView) Actions() []string {
	if v.Filter.Action == "" || slices.Contains(auditActions, v.Filter.Action) {
		return auditActions
	}
	return append([]string{v.Filter.Action}, auditActions...)
}

// NameOf is the key of an action's name; "" if it has none.
func (auditView) NameOf(action string) string { return auditLine{store.Audit{Action: action}}.Name() }

// auditFilter keeps lines in which all that is set is found.
type auditFilter struct {
	Who, Action, Text string
	Failed            bool // refused ones alone
}

const (
	auditPage = 50
	// auditScan bounds how many lines a page looks at, and auditFile how many a file.
	auditScan = 4000
	auditFile = 100_000
)

func readAuditFilter(g *gin.Context) auditFilter {
	read := func(name string) string { return strings.TrimSpace(g.Query(name)) }
	return auditFilter{read("who"), read("action"), read("q"), g.Query("failed") != ""}
}

func (f auditFilter) keeps(a store.Audit) bool {
	has := func(in, part string) bool { return strings.Contains(strings.ToLower(in), strings.ToLower(part)) }
	action := a.Action == f.Action || !slices.Contains(auditActions, f.Action) && has(a.Action, f.Action)
	return has(a.Who, f.Who) && action && (!f.Failed || !a.OK) &&
		(f.Text == "" || has(a.On+"\n"+a.Detail+"\n"+a.From, f.Text))
}

func (f auditFilter) address(path, cursor string) string {
	q := url.Values{}
	for name, v := range map[string]string{"who": f.Who, "action": f.Action, "q": f.Text, "cursor": cursor} {
		if v != "" {
			q.Set(name, v)
		}
	}
	if f.Failed {
		q.Set("failed", "1")
	}
	return path + "?" + q.Encode()
}

// scan calls each for the lines that the filter keeps, newest first, from the cursor on, until each
// returns false or so many have been looked at. It returns where to go on; "" at the end.
func (c *Console) scan(ctx context.Context, f auditFilter, cursor string, most int, each func(store.Audit) bool) (next string, err error) {
	for seen := 0; ; {
		page, err := c.flushed(ctx, store.Query{Cursor: cursor, Limit: 500})
		if err != nil {
			return "", err
		}
		for i, a := range page.Items {
			if f.keeps(a) && !each(a) {
				if i == len(page.Items)-1 && page.Next == "" {
					return "", nil
				}
				return a.ID, nil
			}
		}
		if seen += len(page.Items); page.Next == "" || seen >= most {
			return page.Next, nil
		}
		cursor = page.Next
	}
}

func (c *Console) showAudit(g *gin.Context) {
	v := auditView{Filter: readAuditFilter(g)}
	next, err := c.scan(g.Request.Context(), v.Filter, g.Query("cursor"), auditScan, func(a store.Audit) bool {
		v.Lines = append(v.Lines, auditLine{a})
		return len(v.Lines) < auditPage
	})
	if err != nil {
		c.failOr404(g, err)
		return
	}
	if next != "" {
		v.Next, v.Cut = v.Filter.address("/console/audit", next), len(v.Lines) < auditPage
	}
	v.CSV = v.Filter.address("/console/audit.csv", "")
	c.show(g, http.StatusOK, "audit", "audit", "", v)
}

// auditCSV hands the lines out as a file.
func (c *Console) auditCSV(g *gin.Context) {
	c.note(g, "audit.export", "", g.Request.URL.RawQuery)
	w := csvFile(g, "audit.csv")
	row(w, "time", "who", "from", "action", "on", "detail", "ok")
	n := 0
	_, err := c.scan(g.Request.Context(), readAuditFilter(g), "", auditFile, func(a store.Audit) bool {
		row(w, a.At.UTC().Format(time.RFC3339), a.Who, a.From, a.Action, a.On, a.Detail, strconv.FormatBool(a.OK))
		n++
		return n < auditFile
	})
	if w.Flush(); err != nil {
		c.log.Error("audit log not written out", "error", err)
		panic(http.ErrAbortHandler) // half a file must not look like a whole one
	}
}
