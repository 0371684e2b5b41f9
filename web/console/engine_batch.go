package console

import (
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
)

// batchView is a test of many sentences at once.
type batchView struct {
	engineShell
	Text     string
	Fault    string // key
	Ran      bool
	Rows     []batchRow // those that did not match
	Matched  int
	Asked    int // the right intent, but the bot would ask back
	Failed   int
	Percent  int
	Confused []confusion
	Late     bool // the time was up before the end
}

type batchRow struct {
	N                 int
	Text, Wanted, Got string
	Sure              bool
	Result            string // asked, failed
}

type confusion struct {
	Wanted, Got string
	Count       int
}

const (
	maxBatch     = 2000
	maxBatchFile = 512 << 10
	batchTime    = 10 * time.Second
)

// nothing is what stands for "should not be understood", in files and in results.
const nothing = "none"

func (c *Console) showBatch(g *gin.Context) {
	if b, ok := c.bot(g); ok {
		c.batchPage(g, b, batchView{})
	}
}

func (c *Console) batchPage(g *gin.Context, b bot.BotView, v batchView) {
	if !c.runtime.Classifies(g.Request.Context(), b.ID) {
		c.notice(g, http.StatusNotFound, "gone")
		return
	}
	v.engineShell = c.engineShell(g, b, "batch")
	c.show(g, statusOf(v.Fault), "engine_batch", "engine", b.ID, v)
}

// runBatch asks the engine that is live what each sentence means.
func (c *Console) runBatch(g *gin.Context) {
	g.Request.Body = http.MaxBytesReader(g.Writer, g.Request.Body, 2*maxBatchFile)
	if err := g.Request.ParseMultipartForm(maxBatchFile); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		c.notice(g, http.StatusRequestEntityTooLarge, "too_large")
		return
	}
	b, ok := c.bot(g)
	if !ok {
		return
	}
	v := batchView{Text: g.PostForm("text")}
	if file, err := g.FormFile("file"); err == nil && file.Size > 0 {
		r, err := file.Open()
		if err != nil {
			c.fail(g, err)
			return
		}
		defer r.Close()
		text, err := io.ReadAll(io.LimitReader(r, maxBatchFile))
		if err != nil {
			c.fail(g, err)
			return
		}
		v.Text = string(text)
	}
	rows, fault := readSentences(v.Text)
	if v.Fault = fault; fault == "" {
		if err := c.batch(g, b.ID, rows, &v); err != nil {
			c.failOr404(g, err)
			return
		}
		if g.PostForm("do") == "csv" {
			v.write(csvFile(g, b.ID+"-test.csv"))
			return
		}
	}
	c.batchPage(g, b, v)
}

type sentence struct {
	n                    int
	text, intent, locale string
}

// readSentences reads lines of text, intent and maybe locale; a head line is left out.
func readSentences(text string) ([]sentence, string) {
	text = strings.TrimPrefix(text, "\ufeff")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.TrimLeadingSpace = -1, true, true
	if head, _, _ := strings.Cut(text, "\n"); strings.Contains(head, "\t") {
		r.Comma = '\t'
	}
	var out []sentence
	for {
		rec, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil || len(rec) < 2 {
			return nil, "batch.fault.columns"
		}
		line, _ := r.FieldPos(0)
		s := sentence{n: line, text: strings.TrimSpace(rec[0]), intent: strings.TrimSpace(rec[1])}
		if len(rec) > 2 {
			s.locale = strings.TrimSpace(rec[2])
		}
		if len(out) == 0 && line == 1 && strings.EqualFold(s.text, "text") || s.text == "" {
			continue
		}
		if s.intent == "" || s.intent == "oos" {
			s.intent = nothing
		}
		out = append(out, s)
	}
	switch {
	case len(out) == 0:
		return nil, "batch.fault.empty"
	case len(out) > maxBatch:
		return nil, "batch.fault.many"
	}
	return out, ""
}

func (c *Console) batch(g *gin.Context, botID string, rows []sentence, v *batchView) error {
	start, confused := time.Now(), map[[2]string]int{}
	for _, s := range rows {
		if time.Since(start) > batchTime {
			v.Late = true
			break
		}
		got, err := c.runtime.Classify(g.Request.Context(), botID, s.text, s.locale)
		if err != nil {
			return err
		}
		v.judge(s, got, confused)
	}
	v.Ran = true
	if all := v.Matched + v.Asked + v.Failed; all > 0 {
		v.Percent = v.Matched * 100 / all
	}
	for pair, n := range confused {
		v.Confused = append(v.Confused, confusion{pair[0], pair[1], n})
	}
	slices.SortFunc(v.Confused, func(a, b confusion) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Wanted, b.Wanted), cmp.Compare(a.Got, b.Got))
	})
	return nil
}

// judge counts one sentence. What the engine is not sure of counts as not understood where that is wanted.
func (v *batchView) judge(s sentence, m bot.Meaning, confused map[[2]string]int) {
	got := cmp.Or(m.Intent, nothing)
	if s.intent == nothing && !m.Sure {
		got = nothing
	}
	row := batchRow{s.n, s.text, s.intent, got, m.Sure, "asked"}
	switch {
	case got == s.intent && (m.Sure || got == nothing):
		v.Matched++
		return
	case got == s.intent:
		v.Asked++
	default:
		v.Failed++
		row.Result = "failed"
		confused[[2]string{s.intent, got}]++
	}
	v.Rows = append(v.Rows, row)
}

// write writes the sentences that did not match.
func (v *batchView) write(w *csv.Writer) {
	row(w, "line", "text", "wanted", "got", "sure", "result")
	for _, r := range v.Rows {
		row(w, strconv.Itoa(r.N), r.Text, r.Wanted, r.Got, strconv.FormatBool(r.Sure), r.Result)
	}
	w.Flush() // fails only for a reader who has gone
}
