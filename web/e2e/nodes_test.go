package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"dari/store/pgtest"
)

// cluster is several nodes of the program on one PostgreSQL, and people who write to whichever is there.
type cluster struct {
	t      *testing.T
	server *pgtest.Server
	key    string
	all    []*messenger
	people []*person

	mu    sync.Mutex
	nodes []*dari // nil while one is down
	lives int
	noted int // deliveries whose result was noted, by those that are gone
}

func newCluster(t *testing.T, nodes int) *cluster {
	t.Helper()
	c := &cluster{t: t, server: pgtest.Start(t), key: filepath.Join(t.TempDir(), "secret.key"), all: messengers(t), nodes: make([]*dari, nodes)}
	for i := range nodes {
		c.up(i)
	}
	newBot(c.nodes[0])
	for _, m := range c.all {
		m.connect(c.nodes[0], "bot")
		for user := range perMessenger {
			c.people = append(c.people, &person{m: m, user: user})
		}
	}
	return c
}

// environment is that of a node.
func (c *cluster) environment() []string {
	return []string{
		"DARI_STORE_DRIVER=postgres", "DARI_STORE_DSN=" + c.server.DSN(), "DARI_SECRETS_KEY_FILE=" + c.key, "DARI_LOG_LEVEL=debug",
	}
}

// up starts a node. Its directory is a new one each time, as in a container.
func (c *cluster) up(i int) {
	c.t.Helper()
	var d *dari
	for try := 1; ; try++ { // a node that finds no database is started again, as whoever supervises it does
		d = launch(c.t, c.t.TempDir(), c.environment()...)
		if url, ok := d.out.after("callbacks"); ok {
			d.url = url
			break
		}
		if try == 3 {
			c.t.Fatalf("the program did not start:\n%s", d.out)
		}
	}
	d.get("/readyz", http.StatusOK, nil)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.nodes[i] = d
	c.lives++
}

// down takes a node out of what the load balancer knows.
func (c *cluster) down(i int) *dari {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.nodes[i]
	c.nodes[i] = nil
	return d
}

// gone counts what a node that has ended had noted.
func (c *cluster) gone(d *dari) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.noted += noted(d)
}

func (c *cluster) kill(i int) {
	d := c.nodes[i]
	d.kill()
	c.down(i)
	c.gone(d)
}

// any is a node that is not known to be down.
func (c *cluster) any() *dari {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		if d := c.nodes[rand.IntN(len(c.nodes))]; d != nil {
			return d
		}
		if !slices.ContainsFunc(c.nodes, func(d *dari) bool { return d != nil }) {
			return nil
		}
	}
}

// talk has everybody write until over is closed, each text when the one before it was acknowledged.
func (c *cluster) talk(over <-chan struct{}) *sync.WaitGroup {
	var busy sync.WaitGroup
	for _, p := range c.people {
		busy.Go(func() {
			for {
				select {
				case <-over:
					return
				case <-time.After(10 * time.Millisecond):
				}
				c.one(p)
			}
		})
	}
	return &busy
}

// one sends a person's next text, or once more the one that was refused where the platform does so.
func (c *cluster) one(p *person) {
	d := c.any()
	if d == nil {
		return
	}
	n := p.open
	if n == 0 {
		p.next++
		n = p.next*perMessenger + p.user
	}
	p.open = 0
	switch status := p.m.call(d, p.m.text(p.user, n, numbered(p.user, n))); status {
	case http.StatusOK:
		p.acked = append(p.acked, n)
	case 0, http.StatusServiceUnavailable, http.StatusBadGateway:
		if p.m.redelivers {
			p.open = n
		}
	default:
		c.t.Errorf("%s: a callback was answered %d", p.m.name, status)
	}
}

// finish lets everything come to its end and compares what was acknowledged with what people saw.
func (c *cluster) finish() (o outcome, late int) {
	c.t.Helper()
	d := c.any()
	for _, p := range c.people {
		if p.open != 0 {
			p.m.say(d, p.user, p.open, numbered(p.user, p.open))
			p.acked = append(p.acked, p.open)
		}
	}
	d.settledWithin(time.Minute)
	l := d.ledger()
	shown := 0
	for _, m := range c.all {
		texts := m.shown()
		shown += len(texts)
		for _, p := range c.people {
			if p.m == m {
				late += c.judge(p, texts, &o)
			}
		}
	}
	for i := range c.nodes {
		if c.nodes[i] != nil {
			c.kill(i)
		}
	}
	o.inFlight = shown - c.noted
	if o.answered != l.Accepted || l.Handled != l.Accepted || l.Failed != 0 || l.Waiting != 0 {
		c.t.Errorf("%d answered, but the ledger says %+v", o.answered, l)
	}
	if o.doubled > o.inFlight {
		c.t.Errorf("%d messages were doubled although only %d were in flight", o.doubled, o.inFlight)
	}
	return o, late
}

// judge looks at one person's answers: every acknowledged text is there, and they came in order. late counts
// answers that came again after later ones: a node that slept in the middle of a call made it when it woke.
func (c *cluster) judge(p *person, shown []string, o *outcome) (late int) {
	who := fmt.Sprintf("%s user %d", p.m.name, p.user)
	seen := map[int]int{}
	last := 0
	for _, text := range shown {
		_, rest, ok := strings.Cut(text, fmt.Sprintf("no-%d-", p.user))
		if !ok {
			continue
		}
		var n int
		if _, err := fmt.Sscanf(rest, "%d.", &n); err != nil {
			c.t.Fatalf("%s: odd answer %q", who, text)
		}
		seen[n]++
		switch {
		case n < last && seen[n] == 1:
			c.t.Errorf("%s: %d was answered after %d", who, n, last)
		case n < last:
			late++
		}
		last = max(last, n)
	}
	o.acknowledged += len(p.acked)
	o.answered += len(seen)
	for _, times := range seen {
		o.doubled += times - 1
	}
	for _, n := range p.acked {
		if seen[n] == 0 {
			o.lost++
			c.t.Errorf("%s: text %d was acknowledged and never answered", who, n)
		}
	}
	return late
}

// nodeKills is how many mishaps there are: DARI_NODE_KILLS, or a few for every change.
func nodeKills(t *testing.T) int {
	text, set := os.LookupEnv("DARI_NODE_KILLS")
	if !set {
		if testing.Short() {
			return 3
		}
		return 8
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("DARI_NODE_KILLS=%q: must be a number of kills, like 100", text)
	}
	return n
}

// sleep is longer than the lease of a node, after which the others take it for dead.
const sleep = 4 * time.Second

func TestNodesThatDieLoseNothingAndKeepTheOrder(t *testing.T) {
	kills, seed := nodeKills(t), seed(t)
	for _, nodes := range []int{2, 3} {
		t.Run(fmt.Sprintf("%d nodes", nodes), func(t *testing.T) {
			random := rand.New(rand.NewPCG(seed, uint64(nodes)))
			c := newCluster(t, nodes)
			over := make(chan struct{})
			talking := c.talk(over)
			done := map[string]int{}
			// Half of the mishaps are kills; every other kind happens at least once.
			others := []struct {
				name string
				do   func(i int)
			}{
				{"slept", c.sleeps},
				{"database restarted", func(int) { c.restart(false) }},
				{"database crashed", func(int) { c.restart(true) }},
				{"connections cut", func(int) { c.cut() }},
				{"replaced in good order", c.replace},
			}
			for n := 0; done["killed"] < (kills+1)/2 && !t.Failed(); n++ {
				<-time.After(time.Duration(random.Int64N(int64(700 * time.Millisecond))))
				i := random.IntN(nodes)
				c.kill(i)
				done["killed"]++
				<-time.After(time.Duration(random.Int64N(int64(500 * time.Millisecond))))
				c.up(i)
				if n%2 == 0 {
					o := others[n/2%len(others)]
					o.do(random.IntN(nodes))
					done[o.name]++
				}
			}
			for _, o := range others {
				if done[o.name] == 0 && !t.Failed() {
					o.do(random.IntN(nodes))
					done[o.name]++
				}
			}
			close(over)
			talking.Wait()
			o, late := c.finish()
			t.Logf("%v: %d acknowledged, %d answered, %d lost, %d doubled (%d of them late), %d in flight; seed %d",
				done, o.acknowledged, o.answered, o.lost, o.doubled, late, o.inFlight, seed)
			if o.acknowledged < 20*len(c.people) {
				t.Errorf("only %d callbacks were acknowledged: the load proves nothing", o.acknowledged)
			}
		})
	}
}

// sleeps stops a node for longer than its lease and lets it go on.
func (c *cluster) sleeps(i int) {
	c.nodes[i].cmd.Process.Signal(syscall.SIGSTOP)
	<-time.After(sleep)
	c.nodes[i].cmd.Process.Signal(syscall.SIGCONT)
}

// restart stops the database and starts it again.
func (c *cluster) restart(crash bool) {
	c.server.Stop(crash)
	for _, d := range c.nodes {
		if d != nil {
			d.get("/readyz", http.StatusServiceUnavailable, nil)
		}
	}
	if err := c.server.Start(); err != nil {
		c.t.Error(err)
	}
}

// cut ends all connections to the database.
func (c *cluster) cut() {
	c.server.Exec(c.t, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dari'")
}

// replace ends a node in good order, when the load balancer sends nothing there any more, and starts another.
func (c *cluster) replace(i int) {
	d := c.down(i)
	if code := d.stop(); code != 0 {
		c.t.Errorf("exit code %d\n%s", code, d.out)
	}
	c.gone(d)
	c.up(i)
}

func TestTheConversationsOfAKilledNodeGoOnWithinFiveSeconds(t *testing.T) {
	c := newCluster(t, 2)
	for _, p := range c.people { // everybody is known to both, so that it is takeover alone that takes time
		p.m.say(c.nodes[0], p.user, p.user+1, numbered(p.user, p.user+1))
	}
	c.nodes[0].settled()
	var acked sync.WaitGroup
	var refused atomic.Int32
	for _, p := range c.people {
		acked.Go(func() {
			n := 100 + p.user
			if p.m.call(c.nodes[0], p.m.text(p.user, n, numbered(p.user, n))) == http.StatusOK {
				p.acked = append(p.acked, n)
				return
			}
			refused.Add(1)
		})
	}
	acked.Wait()
	c.kill(0)
	begin := time.Now()
	for _, p := range c.people {
		n := 200 + p.user
		p.m.say(c.nodes[1], p.user, n, numbered(p.user, n))
		p.acked = append(p.acked, n)
	}
	for _, p := range c.people {
		for _, n := range p.acked {
			p.m.saw(numbered(p.user, n))
		}
	}
	took := time.Since(begin)
	t.Logf("%d conversations went on within %v", len(c.people), took.Round(time.Millisecond))
	if took > 5*time.Second {
		t.Errorf("it took %v", took)
	}
}

func TestARollingRestartLosesNoCallbackAndDelaysNoneForLong(t *testing.T) {
	c := newCluster(t, 3)
	over := make(chan struct{})
	var busy sync.WaitGroup
	var slowest atomic.Int64
	var answered atomic.Int64
	for _, p := range c.people {
		busy.Go(func() {
			for n := p.user + perMessenger; ; n += perMessenger {
				select {
				case <-over:
					return
				default:
				}
				begin := time.Now()
				for { // as a load balancer does when a node has just gone
					status := p.m.call(c.any(), p.m.text(p.user, n, numbered(p.user, n)))
					if status == http.StatusOK {
						break
					}
					if status != 0 {
						t.Errorf("%s: a callback was answered %d", p.m.name, status)
						return
					}
				}
				p.acked = append(p.acked, n)
				p.m.saw(numbered(p.user, n))
				answered.Add(1)
				if took := int64(time.Since(begin)); took > slowest.Load() {
					slowest.Store(took)
				}
				<-time.After(50 * time.Millisecond)
			}
		})
	}
	for i := range c.nodes {
		<-time.After(500 * time.Millisecond)
		c.replace(i)
	}
	close(over)
	busy.Wait()
	o, _ := c.finish()
	t.Logf("%d callbacks, the slowest answered after %v; %d lost, %d doubled", answered.Load(), time.Duration(slowest.Load()).Round(time.Millisecond), o.lost, o.doubled)
	if time.Duration(slowest.Load()) > 5*time.Second {
		t.Error("that is too long")
	}
}

func TestANodeWithAnotherKeyDoesNotStart(t *testing.T) {
	c := newCluster(t, 1)
	d := launch(t, t.TempDir(), append(c.environment(), "DARI_SECRETS_KEY_FILE="+filepath.Join(t.TempDir(), "other.key"))...)
	<-d.done
	if code := d.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(d.out.String(), "is not the key that the other nodes of this database use") {
		t.Errorf("exit code %d\n%s", code, d.out)
	}
}

func TestADatabaseThatIsNotThereStopsTheStartWithOneSentence(t *testing.T) {
	d := launch(t, t.TempDir(), "DARI_STORE_DRIVER=postgres", "DARI_STORE_DSN=postgres://dari:hunter2@127.0.0.1:1/dari")
	<-d.done
	out := d.out.String()
	if code := d.cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(out, "dari: store.dsn: no PostgreSQL answers at 127.0.0.1:1") || strings.Contains(out, "hunter2") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}
