package pgstore

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"dari/store"
	"dari/store/pgtest"
)

func benchEvent(n int64) store.Event {
	return store.Event{
		BotID: "bot", ChannelID: "channel", ConversationID: fmt.Sprintf("channel:U%032x", n%1000),
		Keys: []string{fmt.Sprintf("01M5VJ59MY9FXBFGM%09d", n)}, Kind: "text", Name: "message.text",
		State: store.Waiting, ReceivedAt: time.Now(), ContentType: "application/json",
		Raw: []byte(strings.Repeat("x", 490)),
	}
}

// BenchmarkAccept is the rate at which one node takes events in, and beside it that of plain inserts of the
// same records in batches by pgx on the same server: every caller waits until its record is durable.
func BenchmarkAccept(b *testing.B) {
	for _, callers := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprintf("plain/callers=%d", callers), func(b *testing.B) { benchPlain(b, callers) })
		b.Run(fmt.Sprintf("dari/callers=%d", callers), func(b *testing.B) { benchDari(b, callers) })
	}
}

// many calls do b.N times from so many goroutines and reports the rate.
func many(b *testing.B, callers int, do func(n int64) error) {
	var next atomic.Int64
	var busy sync.WaitGroup
	b.ResetTimer()
	for range callers {
		busy.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				if err := do(n); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	busy.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

var benchRun atomic.Int64

func benchDari(b *testing.B, callers int) {
	s := open(b, pgtest.Shared(b).Schema(b))
	run := benchRun.Add(1) * 1e9
	many(b, callers, func(n int64) error {
		_, err := s.Accept(context.Background(), []store.Event{benchEvent(run + n)})
		return err
	})
	b.StopTimer()
	s.Close()
}

// benchPlain gathers callers as the store does, and gives each batch to pgx as it is meant to be: one
// statement for each record, in one pipeline, in one transaction, on four connections.
func benchPlain(b *testing.B, callers int) {
	pool, err := pgxpool.New(b.Context(), pgtest.With(pgtest.Shared(b).Schema(b), "pool_max_conns", "8"))
	if err != nil {
		b.Fatal(err)
	}
	defer pool.Close()
	if _, err := pool.Exec(b.Context(), "CREATE TABLE plain (id bigint PRIMARY KEY, at timestamptz NOT NULL, conversation text NOT NULL, body bytea NOT NULL)"); err != nil {
		b.Fatal(err)
	}
	type row struct {
		n    int64
		e    store.Event
		done chan error
	}
	rows := make(chan row, 2048)
	write := func(first row) {
		batch := []row{first}
		runtime.Gosched()
		for len(rows) > 0 && len(batch) < maxBatch {
			batch = append(batch, <-rows)
		}
		var out pgx.Batch
		for _, r := range batch {
			out.Queue("INSERT INTO plain VALUES ($1, $2, $3, $4)", r.n, r.e.ReceivedAt, r.e.ConversationID, r.e.Raw)
		}
		err := pool.SendBatch(context.Background(), &out).Close()
		for _, r := range batch {
			r.done <- err
		}
	}
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for r := range rows {
				write(r)
			}
		})
	}
	many(b, callers, func(n int64) error {
		r := row{n, benchEvent(n), make(chan error, 1)}
		rows <- r
		return <-r.done
	})
	b.StopTimer()
	close(rows)
	writers.Wait()
}
