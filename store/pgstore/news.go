package pgstore

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"dari/store"
)

// news carries what nodes tell each other: by NOTIFY, or where that is off by a table that all look into.
type news struct {
	s       *Store
	channel string
	out     chan item
	missed  chan struct{} // holds a token when a change found no place in out
	looks   chan struct{} // asks for a look at the database now
	seen    map[int64]time.Time

	mu       sync.Mutex
	watchers map[*watcher]struct{}
	unlocks  chan struct{} // closed and replaced when a lock has been released somewhere
}

// item is one piece of news. It may be lost, except for changes: who missed one is told so.
type item struct {
	Kind string `json:"k"`
	Key  string `json:"a,omitempty"` // conversation, lock or topic
	Text string `json:"b,omitempty"`
}

const (
	itemTurn       = "t" // a conversation has an event
	itemReset      = "T" // its state has been changed from outside
	itemDelivery   = "d"
	itemRedelivery = "D" // a delivery was cancelled or put before others
	itemShards     = "s" // shards are free
	itemLock       = "l" // a lock is free
	itemChange     = "c"
	itemMissed     = "m" // changes were dropped
)

// letter is what one notification carries.
type letter struct {
	Node  int64  `json:"n"`
	Items []item `json:"i"`
}

const (
	maxLetter    = 7900 // PostgreSQL takes less than 8000 bytes
	maxTold      = 4 << 10
	changesLast  = time.Minute // how long the table of those without LISTEN keeps them
	changesDelay = 5 * time.Second
)

func newNews(s *Store) *news {
	return &news{
		s: s, out: make(chan item, 4096), missed: make(chan struct{}, 1), looks: make(chan struct{}, 1),
		seen: map[int64]time.Time{}, watchers: map[*watcher]struct{}{}, unlocks: make(chan struct{}),
	}
}

// begin finds the channel's name: schemas of one database do not hear each other.
func (n *news) begin(ctx context.Context) error {
	var schema string
	if err := n.s.pool.QueryRow(ctx, "SELECT current_schema()").Scan(&schema); err != nil {
		return err
	}
	h := fnv.New64a()
	h.Write([]byte(schema))
	n.channel = fmt.Sprintf("dari_%016x", h.Sum64())
	return nil
}

// put queues an item. Where there is no NOTIFY only changes are worth telling.
func (n *news) put(it item) {
	if !n.s.opts.notify && it.Kind != itemChange {
		return
	}
	select {
	case n.out <- it:
	default:
		if it.Kind == itemChange {
			token(n.missed)
		}
	}
}

func token(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// tell sends what is queued until the store is closed: takes one, drains what waits, sends it together.
func (n *news) tell() {
	for {
		var batch []item
		select {
		case it := <-n.out:
			batch = append(batch, it)
		case <-n.missed:
			batch = append(batch, item{Kind: itemMissed})
		case <-n.s.ctx.Done():
			return
		}
		for len(n.out) > 0 && len(batch) < 1000 {
			batch = append(batch, <-n.out)
		}
		n.insist(batch)
	}
}

// insist sends a batch as often as it takes: a change that nobody hears of is believed for ever.
func (n *news) insist(batch []item) {
	for {
		ctx, cancel := context.WithTimeout(n.s.ctx, statementTime)
		err := n.send(ctx, n.s.pool, batch)
		cancel()
		if err == nil {
			return
		}
		batch = slices.DeleteFunc(batch, func(it item) bool { return it.Kind != itemChange && it.Kind != itemMissed })
		if len(batch) == 0 {
			return
		}
		select {
		case <-time.After(n.s.lease.every):
		case <-n.s.ctx.Done():
			return
		}
	}
}

type batcher interface {
	SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults
}

func (n *news) send(ctx context.Context, db batcher, items []item) error {
	var b pgx.Batch
	for _, body := range n.letters(items) {
		if n.s.opts.notify {
			b.Queue("SELECT pg_notify($1, $2)", n.channel, body)
		} else {
			b.Queue("INSERT INTO dari_changes VALUES ($1, $2, $3)", n.s.nextID(), n.s.lease.node(), body)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return db.SendBatch(ctx, &b).Close()
}

// letters packs items into as few letters as hold them. An item too long for any is left out.
func (n *news) letters(items []item) []string {
	var out []string
	l := letter{Node: n.s.lease.node()}
	length := 0
	flush := func() {
		if len(l.Items) > 0 {
			b, _ := json.Marshal(l)
			out = append(out, string(b))
		}
		l.Items, length = nil, 0
	}
	for _, it := range items {
		b, err := json.Marshal(it)
		if err != nil || len(b) > maxLetter-64 {
			continue
		}
		if length+len(b)+1 > maxLetter-64 {
			flush()
		}
		l.Items = append(l.Items, it)
		length += len(b) + 1
	}
	flush()
	return out
}

// listen hears the other nodes until the store is closed.
func (n *news) listen() {
	if !n.s.opts.notify {
		n.lookForChanges()
		return
	}
	for n.s.ctx.Err() == nil {
		err := n.hearAll()
		if n.s.ctx.Err() != nil {
			return
		}
		n.s.log.Warn("the connection that hears of other nodes broke; it is made anew", "error", err)
		select {
		case <-time.After(n.s.lease.every):
		case <-n.s.ctx.Done():
		}
	}
}

// hearAll listens on one connection. What was told while there was none is made up for.
func (n *news) hearAll() error {
	conn, err := pgx.ConnectConfig(n.s.ctx, n.s.pool.Config().ConnConfig)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(n.s.ctx))
	if _, err := conn.Exec(n.s.ctx, "LISTEN "+n.channel); err != nil {
		return err
	}
	n.mayHaveMissed()
	for {
		note, err := conn.WaitForNotification(n.s.ctx)
		if err != nil {
			return err
		}
		n.hear(note.Payload)
	}
}

// lookForChanges reads the table of changes every now and then.
func (n *news) lookForChanges() {
	n.mayHaveMissed()
	tick := time.NewTicker(n.s.lease.every / 2)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-n.s.ctx.Done():
			return
		}
		if err := n.readChanges(); err != nil && n.s.ctx.Err() == nil {
			n.mayHaveMissed()
		}
	}
}

// readChanges hears what is new. A commit may show up after one with a later id, so that it looks a little
// back.
func (n *news) readChanges() error {
	now := n.s.now()
	var bodies []string
	err := n.s.rows(n.s.ctx, func(r pgx.Rows) error {
		var id int64
		var body string
		if err := r.Scan(&id, &body); err != nil {
			return err
		}
		if _, known := n.seen[id]; !known {
			n.seen[id] = now
			bodies = append(bodies, body)
		}
		return nil
	}, func() {}, "SELECT id, body FROM dari_changes WHERE id > $1 AND node <> $2 ORDER BY id", idAt(now.Add(-changesDelay)), n.s.lease.node())
	for _, body := range bodies {
		n.hear(body)
	}
	for id, at := range n.seen {
		if now.Sub(at) > 2*changesDelay {
			delete(n.seen, id)
		}
	}
	return err
}

func (n *news) hear(body string) {
	var l letter
	if json.Unmarshal([]byte(body), &l) != nil || l.Node == n.s.lease.node() {
		return
	}
	for _, it := range l.Items {
		switch it.Kind {
		case itemTurn, itemReset:
			n.s.turns.hint(it.Key, shardOf(it.Key, ""), it.Kind == itemReset)
		case itemDelivery, itemRedelivery:
			n.s.outs.hint(it.Key, shardOf(it.Key, ""), it.Kind == itemRedelivery)
		case itemShards:
			n.s.lease.soon()
		case itemLock:
			n.freed()
		case itemChange:
			n.pass(store.Change{Topic: it.Key, Text: it.Text})
		case itemMissed:
			n.passMissed()
		}
	}
}

// mayHaveMissed makes up for news that did not come.
func (n *news) mayHaveMissed() {
	token(n.looks)
	n.freed()
	n.passMissed()
}

func (n *news) freed() {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.unlocks)
	n.unlocks = make(chan struct{})
}

// unlocked returns what is closed at the next release of a lock somewhere.
func (n *news) unlocked() <-chan struct{} {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.unlocks
}
