package bot

import (
	"encoding/json"
	"slices"
	"sync"
	"time"

	"dari/bot/check"
	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// A test before saving is worth as much as one after: its result is remembered by what was tested, so that a
// channel that is saved with those very settings has been tested.

const (
	testedLife = time.Hour
	testedMost = 100
)

type tested struct {
	mu   sync.Mutex
	list []testedOnce // oldest first
}

type testedOnce struct {
	mark    string // of the type and its settings
	at      time.Time
	ok      bool
	found   *store.Found
	botName string
}

// testedMark stands for a channel type with settings, from which these cannot be told.
func (c *Catalog) testedMark(typ string, values settings.Values) string {
	b, err := json.Marshal(values)
	if err != nil {
		return ""
	}
	return string(c.sealer.MAC("tested", append([]byte(typ+"\n"), b...)))
}

func (c *Catalog) rememberTest(mark string, report channels.Report) {
	c.tested.mu.Lock()
	defer c.tested.mu.Unlock()
	list := slices.DeleteFunc(c.tested.list, func(t testedOnce) bool { return t.mark == mark || time.Since(t.at) > testedLife })
	list = append(list, testedOnce{mark, time.Now().UTC(), !check.Failed(report.Checks), troubleIn(report.Checks), report.BotName})
	c.tested.list = list[max(0, len(list)-testedMost):]
}

// recallTest gives a record the result of the test that its new settings have had, if they have.
func (c *Catalog) recallTest(rec *store.Channel, mark string) {
	c.tested.mu.Lock()
	defer c.tested.mu.Unlock()
	for _, t := range c.tested.list {
		if t.mark == mark && mark != "" && time.Since(t.at) <= testedLife {
			rec.CheckedAt, rec.CheckOK, rec.Found = t.at, t.ok, t.found
			rec.BotName = first(t.botName, rec.BotName)
		}
	}
}
