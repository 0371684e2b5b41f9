package console

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime"
	"time"

	"github.com/gin-gonic/gin"

	"dari/store"
)

// systemView is how Dari itself is.
type systemView struct {
	Version, Go       string
	Public, Console   string
	Warning           string // key of what is wrong with the public address
	Ready             bool
	ReadyWhy          string
	Ledger            ledgerView
	Balanced          bool
	Size              string // of the store; "" if it cannot tell
	Turns, Deliveries store.Queue
	TurnsAge, SendAge string // of the oldest that waits
	Queues            bool
	Doctor            string // what the doctor says; ""
	Bots, Channels    int
	Strays            uint64 // callbacks that name no channel
	StrayAt           time.Time
	Day               string // of today, for the name of a file
}

func (c *Console) showSystem(g *gin.Context) { c.systemPage(g, "") }

func (c *Console) systemPage(g *gin.Context, doctor string) {
	ctx := g.Request.Context()
	v := systemView{
		Version: c.version, Go: runtime.Version() + " " + runtime.GOOS + "/" + runtime.GOARCH,
		Public: c.publicURL, Console: c.ownURL, Warning: addressFault(c.publicURL), Doctor: doctor,
		Day: c.now().UTC().Format(time.DateOnly),
	}
	if err := c.runtime.Ready(ctx); err != nil {
		v.ReadyWhy = err.Error()
	} else {
		v.Ready = true
	}
	if err := c.countSystem(ctx, &v); err != nil {
		c.fail(g, err)
		return
	}
	c.show(g, http.StatusOK, "system", "system", "", v)
}

func (c *Console) countSystem(ctx context.Context, v *systemView) error {
	ledger, err := c.store.Ledger(ctx)
	if err != nil {
		return err
	}
	v.Ledger, v.Balanced = ledgerOf(ledger), ledger.Accepted == ledger.Handled+ledger.Waiting+ledger.Failed
	if s, ok := c.store.(interface{ Size() (int64, error) }); ok {
		if n, err := s.Size(); err == nil {
			v.Size = bytesText(n)
		}
	}
	if s, ok := c.store.(store.Queues); ok {
		if v.Turns, v.Deliveries, err = s.Queues(ctx); err == nil {
			v.Queues, v.TurnsAge, v.SendAge = true, c.age(v.Turns.Oldest), c.age(v.Deliveries.Oldest)
		}
	}
	bots, err := c.runtime.Bots(ctx)
	if err != nil {
		return err
	}
	v.Strays, v.StrayAt = c.runtime.Strays()
	chans, err := c.runtime.Channels(ctx, "")
	v.Bots, v.Channels = len(bots), len(chans)
	return err
}

func (c *Console) age(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	return max(c.now().Sub(at), 0).Round(time.Second).String()
}

// bytesText writes a size in the unit that fits.
func bytesText(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	v, i := float64(n), 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// doctorTime bounds the tests of all channels.
const doctorTime = 50 * time.Second

// runDoctor tests the connections of all channels.
func (c *Console) runDoctor(g *gin.Context) {
	limitForm(g)
	ctx, cancel := context.WithTimeout(g.Request.Context(), doctorTime)
	defer cancel()
	var out bytes.Buffer
	if err := c.runtime.Doctor(ctx, &out, c.language(g)); err != nil {
		c.fail(g, err)
		return
	}
	c.note(g, "doctor.run", "", "")
	c.systemPage(g, out.String())
}
