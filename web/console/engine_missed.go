package console

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/dialog"
	"dari/store"
)

// missedView are the sentences that the bot did not understand.
type missedView struct {
	engineShell
	Groups  []missedGroup
	Intents []string
	Events  int       // how many were looked at
	Since   time.Time // of the oldest of them
	Fault   string    // key
	Why     string    // what the engine says
	Added   int       // those of them that stand in the draft by now
}

// missedGroup are sentences that are alike.
type missedGroup struct {
	Text, Locale string // of the most frequent one
	Count        int
	Others       []string
	Guesses      []guess
	Event        string // of the newest
	Last         time.Time
	pairs        map[string]int
}

type guess struct {
	Intent  string
	Percent int
}

// missed is a sentence that the bot did not understand, as the trace of its turn has it.
type missed struct {
	text, locale, event string
	at                  time.Time
	guesses             []guess
}

// How many events are looked at for sentences, and how many groups are shown.
const (
	missedScan   = 2000
	missedTime   = 15 * time.Millisecond
	missedGroups = 60
	missedOthers = 5
)

func (c *Console) showMissed(g *gin.Context) {
	if b, ok := c.bot(g); ok {
		c.missedPage(g, b, http.StatusOK, "", "")
	}
}

func (c *Console) missedPage(g *gin.Context, b bot.BotView, status int, fault, why string) {
	ctx := g.Request.Context()
	draft, _, err := c.runtime.Draft(ctx, b.ID)
	if err != nil {
		c.refuseFiles(g, err)
		return
	}
	teacher, ok := c.runtime.EngineTypes().Type(b.BotSpec.Engine.Type).(dialog.Teacher)
	if !ok {
		c.notice(g, http.StatusNotFound, "gone")
		return
	}
	v := missedView{engineShell: c.engineShell(g, b, "missed"), Intents: teacher.Intents(draft.Files), Fault: fault, Why: why}
	all, err := c.missed(ctx, b.ID, &v)
	if err != nil {
		c.fail(g, err)
		return
	}
	known := bytes.Join(slices.Collect(valuesOf(draft.Files)), nil)
	all = slices.DeleteFunc(all, func(m missed) bool {
		quoted, err := json.Marshal(m.text)
		added := err == nil && bytes.Contains(known, quoted)
		if added {
			v.Added++
		}
		return added
	})
	v.Groups = groupMissed(all)
	c.show(g, status, "engine_missed", "engine", b.ID, v)
}

func valuesOf(m map[string][]byte) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for _, b := range m {
			if !yield(b) {
				return
			}
		}
	}
}

// missed looks through the newest events, for a bounded time.
func (c *Console) missed(ctx context.Context, botID string, v *missedView) (out []missed, err error) {
	start := time.Now()
	for cursor := ""; v.Events < missedScan && time.Since(start) < missedTime; {
		page, err := c.store.Events(ctx, store.Query{BotID: botID, State: string(store.Handled), Cursor: cursor, Limit: 100})
		if err != nil {
			return nil, err
		}
		for _, e := range page.Items {
			v.Events, v.Since = v.Events+1, e.ReceivedAt
			if m, ok := missedOf(e); ok {
				out = append(out, m)
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	return out, nil
}

// missedOf reads the trace of a turn: an engine that did not understand says so with by: fallback.
func missedOf(e store.Event) (missed, bool) {
	if !bytes.Contains(e.Trace, []byte(`"by":"fallback"`)) {
		return missed{}, false
	}
	var t struct {
		Detail struct {
			By, Text, Locale string
			Candidates       []struct {
				Intent string
				Score  float64
			}
		}
	}
	if json.Unmarshal(e.Trace, &t) != nil || t.Detail.By != "fallback" || t.Detail.Text == "" {
		return missed{}, false
	}
	m := missed{text: t.Detail.Text, locale: t.Detail.Locale, event: e.ID, at: e.ReceivedAt}
	for _, k := range t.Detail.Candidates[:min(2, len(t.Detail.Candidates))] {
		m.guesses = append(m.guesses, guess{k.Intent, int(k.Score * 100)})
	}
	return m, true
}

// alike is from which share of common pairs of letters on two sentences are one group.
const alike = 0.5

// groupMissed puts like sentences together, the largest group first.
func groupMissed(all []missed) []missedGroup {
	var groups []missedGroup
	for _, m := range all {
		pairs := pairsOf(m.text)
		i := slices.IndexFunc(groups, func(g missedGroup) bool { return likeness(g.pairs, pairs) >= alike })
		if i < 0 {
			if len(groups) < 4*missedGroups {
				groups = append(groups, missedGroup{Text: m.text, Locale: m.locale, Count: 1, Guesses: m.guesses, Event: m.event, Last: m.at, pairs: pairs})
			}
			continue
		}
		g := &groups[i]
		if g.Count++; m.text != g.Text && len(g.Others) < missedOthers && !slices.Contains(g.Others, m.text) {
			g.Others = append(g.Others, m.text)
		}
	}
	slices.SortStableFunc(groups, func(a, b missedGroup) int { return cmp.Compare(b.Count, a.Count) })
	return groups[:min(missedGroups, len(groups))]
}

// pairsOf counts the pairs of letters of a sentence, without blanks and marks.
func pairsOf(s string) map[string]int {
	letters := []rune(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, s))
	pairs := map[string]int{}
	for i := range letters {
		pairs[string(letters[i:min(i+2, len(letters))])]++
	}
	return pairs
}

// likeness is twice the pairs that two sentences share by the pairs of both (Dice's coefficient).
func likeness(a, b map[string]int) float64 {
	shared, all := 0, 0
	for pair, n := range a {
		shared += min(n, b[pair])
		all += n
	}
	for _, n := range b {
		all += n
	}
	if all == 0 {
		return 0
	}
	return 2 * float64(shared) / float64(all)
}

// addExample writes a sentence into the draft, as an example of an intent.
func (c *Console) addExample(g *gin.Context) {
	limitForm(g)
	b, ok := c.bot(g)
	if !ok || c.managed(g, b) {
		return
	}
	ctx := g.Request.Context()
	teacher, ok := c.runtime.EngineTypes().Type(b.BotSpec.Engine.Type).(dialog.Teacher)
	if !ok {
		c.notice(g, http.StatusNotFound, "gone")
		return
	}
	draft, _, err := c.runtime.Draft(ctx, b.ID)
	if err != nil {
		c.refuseFiles(g, err)
		return
	}
	intent, text := g.PostForm("intent"), strings.TrimSpace(g.PostForm("text"))
	if intent == "" || text == "" {
		c.missedPage(g, b, http.StatusUnprocessableEntity, "missed.fault.intent", "")
		return
	}
	files, err := teacher.AddExample(draft.Files, intent, g.PostForm("locale"), text)
	if err != nil {
		c.missedPage(g, b, http.StatusUnprocessableEntity, "missed.fault.by_hand", err.Error())
		return
	}
	var input *bot.InputError
	if _, err := c.runtime.SaveDraft(ctx, b.ID, files, c.user(g).ID); errors.As(err, &input) {
		c.missedPage(g, b, http.StatusUnprocessableEntity, "files.fault.size", "")
		return
	} else if err != nil {
		c.refuseFiles(g, err)
		return
	}
	c.note(g, "files.example", b.ID, intent)
	c.sayNext(g, engineBase(b.ID)+"/missed", "example_added")
}
