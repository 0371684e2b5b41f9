package pgstore

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"dari/store"
	"dari/store/pgtest"
)

// counted is what a server has done.
type counted struct {
	statements, writes int64 // by all clients
	commits            int64
	wal                int64         // bytes of its log
	busy               time.Duration // in statements
}

// counts asks the server, in whose numbers a client shows when it has left.
func counts(t *testing.T, server *pgtest.Server) (c counted) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	err = conn.QueryRow(t.Context(), `SELECT coalesce(sum(calls), 0)::bigint, coalesce(sum(calls) FILTER (WHERE query ~ 'INSERT|UPDATE|DELETE'), 0)::bigint,
		(SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()),
		coalesce(sum(wal_bytes), 0)::bigint, coalesce(sum(total_exec_time) * 1000000, 0)::bigint
		FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = current_database()`).Scan(&c.statements, &c.writes, &c.commits, &c.wal, &c.busy)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// answer does what a node does for so many conversations at once, each with a message after the other.
func answer(t *testing.T, s *Store, convs, each int) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var working sync.WaitGroup
	answered := make([]chan struct{}, convs)
	for i := range answered {
		answered[i] = make(chan struct{}, 1)
	}
	working.Go(func() {
		for {
			c, err := s.NextTurn(ctx)
			if err != nil {
				return
			}
			working.Go(func() {
				d := pending("", "answer")
				d.ConversationID = c.Event.ConversationID
				var talk *store.Conversation
				if c.Conversation.ID == "" {
					talk = &store.Conversation{ID: c.Event.ConversationID}
				}
				if _, err := s.CommitTurn(ctx, c, store.Turn{State: store.Handled, Conversation: talk, Deliveries: []store.Delivery{d}}); err != nil {
					t.Error(err)
				}
			})
		}
	})
	working.Go(func() {
		for {
			c, err := s.NextDelivery(ctx)
			if err != nil {
				return
			}
			working.Go(func() {
				if err := s.FinishDelivery(ctx, c, store.Result{Status: store.Delivered}); err != nil {
					t.Error(err)
				}
				var i int
				if _, err := fmt.Sscanf(c.Delivery.ConversationID, "ch:%d", &i); err != nil {
					t.Error(err)
					return
				}
				answered[i] <- struct{}{}
			})
		}
	})
	var talking sync.WaitGroup
	for i := range convs {
		talking.Go(func() {
			for n := range each {
				if _, err := s.Accept(ctx, []store.Event{waiting(fmt.Sprint(i), fmt.Sprintf("%d-%d-%d", convs, i, n))}); err != nil {
					t.Error(err)
					return
				}
				<-answered[i]
			}
		})
	}
	talking.Wait()
	stop()
	working.Wait()
}

func TestAnAnsweredMessageCostsFewStatementsAndCommits(t *testing.T) {
	for _, row := range []struct {
		name        string
		convs, each int
		statements  float64 // for each message, with all that the node does beside
		commits     float64 // that change something
	}{
		{"many people write at the same time", 32, 60, 6, 2},
		{"a crowd writes at the same time", 256, 20, 6, 2},
		// Taking in, answering and noting the delivery come one after the other, and none can wait.
		{"one person writes", 1, 200, 6, 3.5},
	} {
		t.Run(row.name, func(t *testing.T) {
			server := pgtest.Start(t)
			s, err := Open(t.Context(), server.DSN(), quiet())
			if err != nil {
				t.Fatal(err)
			}
			s.Close()
			server.Exec(t, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements")
			before := counts(t, server)
			s = open(t, server.DSN())
			answer(t, s, row.convs, row.each)
			s.Close()
			var after counted
			for deadline := time.Now().Add(10 * time.Second); ; { // the clients' numbers come in a moment later
				after = counts(t, server)
				if after.commits-before.commits >= after.writes-before.writes || time.Now().After(deadline) {
					break
				}
			}
			messages := float64(row.convs * row.each)
			statements := float64(after.statements-before.statements) / messages
			writes := float64(after.writes-before.writes) / messages
			transactions := float64(after.commits-before.commits) / messages
			t.Logf("%.0f messages: %.2f statements, %.2f commits of changes, %.2f transactions, %.0f bytes of log and %v in statements for each", messages, statements, writes, transactions,
				float64(after.wal-before.wal)/messages, (after.busy-before.busy)/time.Duration(messages))
			if statements > row.statements || writes > row.commits || transactions > row.statements {
				t.Errorf("at most %.1f statements and %.1f commits are allowed", row.statements, row.commits)
			}
			if statements < 0.05 || writes < 0.05 {
				t.Error("nothing was counted")
			}
		})
	}
}
