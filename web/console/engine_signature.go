package console

import (
	"errors"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/dialog"
)

// explainSignature says which part of a pasted request is not what was signed.
func (c *Console) explainSignature(g *gin.Context) {
	b, ok := c.bot(g)
	if !ok || !c.bounded(g) {
		return
	}
	request, own := g.PostForm("request"), g.PostForm("own")
	r := readRequest(request)
	r.Own = own
	checks, err := c.runtime.ExplainSignature(g.Request.Context(), b.ID, g.PostForm("engine"), r)
	if errors.Is(err, bot.ErrUnsupported) {
		c.notice(g, http.StatusNotFound, "gone")
		return
	}
	if err != nil {
		c.failOr404(g, err)
		return
	}
	c.enginePage(g, b, http.StatusOK, form{}, func(v *engineView) {
		v.Explained, v.Request, v.Own = checksOf(c.language(g), checks), request, own
	})
}

// readRequest parts a request as people paste it: headers, an empty line, the body. Forms send line breaks
// as CRLF, whatever they were.
func readRequest(s string) dialog.Received {
	r := dialog.Received{Header: http.Header{}}
	head, body, _ := strings.Cut(strings.TrimLeft(strings.ReplaceAll(s, "\r\n", "\n"), "\n"), "\n\n")
	for line := range strings.SplitSeq(head, "\n") {
		if name, value, ok := strings.Cut(line, ":"); ok && !strings.ContainsAny(name, " {\"") {
			r.Header.Add(name, strings.TrimSpace(value))
		}
	}
	r.Body = []byte(body)
	return r
}
