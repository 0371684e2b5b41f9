package console

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/dialog"
	"dari/store"
)

// filesView is the editor of the files that an engine works from.
type filesView struct {
	engineShell
	Files     []fileLink
	File      string
	Text      string
	Stamp     string // which draft the text comes from
	Problems  []problemView
	Errors    int
	Draft     bool // there is something that is not published
	Published string
	Fault     string // key
	NewName   string
	Line, Col int
	Excerpt   []excerptLine // around the line that is pointed at
}

type fileLink struct {
	Name, URL string
	Here      bool
	Problems  int
}

type problemView struct {
	dialog.Problem
	URL string
}

type excerptLine struct {
	N    int
	Text string
	Here bool
}

// maxFilesForm holds all files that a draft may have, escaped for the way.
const maxFilesForm = 4 << 20

func (c *Console) filesAddress(b bot.BotView, file string, more ...string) string {
	q := url.Values{"file": {file}}
	for i := 0; i+1 < len(more); i += 2 {
		q.Set(more[i], more[i+1])
	}
	return engineBase(b.ID) + "/files?" + q.Encode()
}

func (c *Console) showFiles(g *gin.Context) {
	if b, ok := c.bot(g); ok {
		c.filesPage(g, b, http.StatusOK, nil)
	}
}

// filesPage shows the draft, with a file of it in the editor.
func (c *Console) filesPage(g *gin.Context, b bot.BotView, status int, change func(*filesView)) {
	rev, problems, err := c.runtime.Draft(g.Request.Context(), b.ID)
	if err != nil {
		c.refuseFiles(g, err)
		return
	}
	v := &filesView{engineShell: c.engineShell(g, b, "files"), Stamp: stampOf(rev), Published: b.Revision, Draft: !rev.At.IsZero()}
	names := slices.Sorted(maps.Keys(rev.Files))
	v.File = cmp.Or(g.PostForm("file"), g.Query("file"))
	if _, ok := rev.Files[v.File]; !ok && len(names) > 0 {
		v.File = names[0]
	}
	v.Text = string(rev.Files[v.File])
	v.Line, _ = strconv.Atoi(g.Query("line"))
	v.Col, _ = strconv.Atoi(g.Query("col"))
	count := map[string]int{}
	for _, p := range problems {
		count[p.File]++
		if !p.Warning {
			v.Errors++
		}
		v.Problems = append(v.Problems, problemView{p, c.filesAddress(b, p.File, "line", strconv.Itoa(p.Line), "col", strconv.Itoa(p.Column)) + "#editor"})
	}
	if change != nil {
		change(v)
	}
	for _, name := range names {
		v.Files = append(v.Files, fileLink{name, c.filesAddress(b, name), name == v.File, count[name]})
	}
	v.Excerpt = excerpt(v.Text, v.Line)
	c.show(g, status, "engine_files", "engine", b.ID, v)
}

// stampOf tells drafts apart.
func stampOf(rev store.Revision) string {
	if rev.At.IsZero() {
		return "0"
	}
	return strconv.FormatInt(rev.At.UnixNano(), 36)
}

// refuseFiles answers when there are no files to edit.
func (c *Console) refuseFiles(g *gin.Context, err error) {
	if errors.Is(err, bot.ErrUnsupported) {
		c.notice(g, http.StatusNotFound, "gone")
		return
	}
	c.failOr404(g, err)
}

// excerpt is the line that is pointed at, with two on either side.
func excerpt(text string, line int) []excerptLine {
	lines := strings.Split(text, "\n")
	if line < 1 || line > len(lines) {
		return nil
	}
	var out []excerptLine
	for n := max(1, line-2); n <= min(len(lines), line+2); n++ {
		out = append(out, excerptLine{n, lines[n-1], n == line})
	}
	return out
}

// editFiles does what the button says: save, publish, add a file, delete one, or throw the draft away.
func (c *Console) editFiles(g *gin.Context) {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, maxFilesForm)
	if err := g.Request.ParseForm(); err != nil {
		c.notice(g, http.StatusRequestEntityTooLarge, "too_large")
		return
	}
	b, ok := c.bot(g)
	if !ok || c.managed(g, b) {
		return
	}
	rev, _, err := c.runtime.Draft(g.Request.Context(), b.ID)
	if err != nil {
		c.refuseFiles(g, err)
		return
	}
	file, text := g.PostForm("file"), strings.ReplaceAll(g.PostForm("text"), "\r\n", "\n")
	if g.PostForm("base") != stampOf(rev) { // somebody else has saved meanwhile
		c.filesPage(g, b, http.StatusConflict, func(v *filesView) { v.Fault, v.Text = "files.fault.stale", text })
		return
	}
	files := maps.Clone(rev.Files)
	if _, ok := files[file]; ok {
		files[file] = []byte(text)
	}
	do := g.PostForm("do")
	switch do {
	case "add":
		file = strings.TrimSpace(g.PostForm("name"))
		if fault := fileFault(files, file); fault != "" {
			c.filesPage(g, b, http.StatusUnprocessableEntity, func(v *filesView) { v.Fault, v.NewName, v.Text = fault, file, text })
			return
		}
		files[file] = nil
	case "delete":
		delete(files, file)
	}
	c.saveFiles(g, b, files, file, do)
}

// fileFault is the key of what is wrong with the name of a new file.
func fileFault(files map[string][]byte, name string) string {
	if _, taken := files[name]; taken {
		return "files.fault.taken"
	}
	if !slices.Contains([]string{".yaml", ".yml", ".csv"}, path.Ext(name)) || path.Clean(name) != name || strings.HasPrefix(name, "/") || strings.HasPrefix(name, ".") {
		return "files.fault.name"
	}
	return ""
}

func (c *Console) saveFiles(g *gin.Context, b bot.BotView, files map[string][]byte, file, do string) {
	ctx, who := g.Request.Context(), c.user(g).ID
	var input *bot.InputError
	_, err := c.runtime.SaveDraft(ctx, b.ID, files, who)
	switch {
	case errors.As(err, &input):
		fault := "files.fault.name"
		if input.Code == "length" {
			fault = "files.fault.size"
		}
		c.filesPage(g, b, http.StatusUnprocessableEntity, func(v *filesView) { v.Fault = fault })
		return
	case err != nil:
		c.refuseFiles(g, err)
		return
	}
	c.note(g, "files.save", b.ID, file)
	done := "draft_kept"
	if do == "publish" {
		rev, err := c.runtime.Publish(ctx, b.ID, strings.TrimSpace(g.PostForm("note")), who)
		var wrong *bot.FilesError
		switch {
		case errors.As(err, &wrong):
			c.filesPage(g, b, http.StatusUnprocessableEntity, func(v *filesView) { v.Fault = "files.fault.mistakes" })
			return
		case err != nil:
			c.refuseFiles(g, err)
			return
		}
		c.note(g, "files.publish", b.ID, rev.ID)
		done = "files_published"
	}
	g.Redirect(http.StatusSeeOther, c.filesAddress(b, file, "done", done))
}
