package migrate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/store"
	"dari/store/boltstore"
	"dari/store/pgstore"
	"dari/store/pgtest"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

var quiet = slog.New(slog.NewTextHandler(io.Discard, nil))

func silent(string, string, int, int) {}

// place is a store that is opened for work or for being copied.
type place struct {
	work func(t *testing.T) store.Store
	copy func(t *testing.T) store.Archive
}

func bolt(t *testing.T) place {
	dir := t.TempDir()
	return place{
		func(t *testing.T) store.Store { return must(boltstore.Open(dir, quiet))(t) },
		func(t *testing.T) store.Archive { return must(boltstore.OpenArchive(dir, true))(t) },
	}
}

func postgres(t *testing.T) place {
	dsn := pgtest.Shared(t).Schema(t)
	return place{
		func(t *testing.T) store.Store { return must(pgstore.Open(t.Context(), dsn, quiet))(t) },
		func(t *testing.T) store.Archive { return must(pgstore.OpenArchive(t.Context(), dsn))(t) },
	}
}

func must[T any](v T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func waiting(conv, key string) store.Event {
	return store.Event{
		BotID: "bot", ChannelID: "ch", ConversationID: "ch:" + conv, Keys: []string{key, key + "+"}, Kind: message.KindText, Name: "text",
		State: store.Waiting, ReceivedAt: time.Now().UTC(), ContentType: "application/json", Raw: []byte("{\"text\":\"" + key + "\"}\x00\xff"),
	}
}

func pending(conv, text string) store.Delivery {
	return store.Delivery{
		BotID: "bot", ChannelID: "ch", ConversationID: "ch:" + conv, Messages: []message.Message{message.Text(text)}, Key: "key-" + text,
		Platform: message.Conversation{ID: conv, Title: "방"}, Address: []byte(`{"token":"x"}`), CreatedAt: time.Now().UTC(), AddressAt: time.Now().UTC(), First: true,
	}
}

// fill makes a store with everything that there can be.
func fill(t *testing.T, s store.Store, many int) {
	t.Helper()
	ctx := t.Context()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range many {
		_, err := s.Accept(ctx, []store.Event{waiting(fmt.Sprint(i%7), fmt.Sprintf("done-%d", i))})
		check(err)
		c, err := s.NextTurn(ctx)
		check(err)
		turn := store.Turn{State: store.Handled, StartedAt: time.Now().UTC(), FinishedAt: time.Now().UTC(), Trace: []byte(`{"said":"<b>&"}`)}
		turn.Conversation = &store.Conversation{ID: c.Event.ConversationID, BotID: "bot", ChannelID: "ch", State: fmt.Sprint(i), FirstAt: time.Now().UTC()}
		turn.Deliveries = []store.Delivery{pending(fmt.Sprint(i%7), fmt.Sprint(i))}
		if i%5 == 0 {
			turn.State, turn.Reason = store.Failed, "engine: down"
		}
		_, err = s.CommitTurn(ctx, c, turn)
		check(err)
		d, err := s.NextDelivery(ctx)
		check(err)
		result := store.Result{Status: store.Delivered, Attempts: 1, MessageIDs: []string{"m"}, Route: "push", DoneAt: time.Now().UTC()}
		if i%3 == 0 {
			result = store.Result{Status: store.Undelivered, Attempts: 3, Doubt: true, ErrorKind: "auth", Error: "no"}
		}
		check(s.FinishDelivery(ctx, d, result))
	}
	ignored := waiting("1", "ignored")
	ignored.State, ignored.Reason = store.Ignored, "unknown event type"
	_, err := s.Accept(ctx, []store.Event{ignored, waiting("w", "waits-1"), waiting("w", "waits-2")})
	check(err)
	rejected := waiting("1", "rejected")
	rejected.State, rejected.Reason = store.Rejected, "signature: wrong"
	s.Record(rejected)
	_, _, err = s.Enqueue(ctx, "send-key", []store.Delivery{pending("x", "to be sent"), pending("y", "and this")})
	check(err)
	check(s.Audit(ctx, store.Audit{At: time.Now().UTC(), Who: "mina", Action: "sign in", OK: true}))
	check(s.Bots().Put(ctx, "b1", store.Bot{ID: "b1", Name: "봇 <1>", CreatedAt: time.Now().UTC()}))
	check(s.Channels().Put(ctx, "ch", store.Channel{ID: "ch", BotID: "b1", Sealed: []byte{0, 1, 2}}))
	check(s.People().Put(ctx, "ch:mina", store.Person{State: "token"}))
	check(s.Users().Put(ctx, "mina", store.User{ID: "mina", Role: "admin", Password: []byte("hash")}))
	check(s.Tokens().Put(ctx, "t", store.Token{Name: "t", Sealed: []byte{3}}))
	_, err = s.Accept(ctx, []store.Event{waiting("w", "waits-3")}) // the notes are written no later than this
	check(err)
	check(s.Close())
}

// move copies a place and closes both.
func move(t *testing.T, from, to place) (Report, error) {
	t.Helper()
	a, b := from.copy(t), to.copy(t)
	defer a.Close()
	defer b.Close()
	return Copy(t.Context(), a, b, silent)
}

func TestEverythingMovesThereAndBackAndGoesOn(t *testing.T) {
	const many = 700 // more than a batch
	for name, first := range map[string][2]func(*testing.T) place{"from bolt": {bolt, postgres}, "from PostgreSQL": {postgres, bolt}} {
		t.Run(name, func(t *testing.T) {
			from, between, to := first[0](t), first[1](t), first[0](t)
			fill(t, from.work(t), many)
			there, err := move(t, from, between)
			if err != nil {
				t.Fatal(err)
			}
			back, err := move(t, between, to)
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(there.Counts) != fmt.Sprint(back.Counts) || there.Counts["events"] != many+5 || there.Counts["deliveries"] != many+2 || there.Counts["sends"] != 1 {
				t.Errorf("there %v\nback  %v", there.Counts, back.Counts)
			}
			goesOn(t, between.work(t), many)
			goesOn(t, to.work(t), many)
		})
	}
}

// goesOn checks that a store that was copied works as the one it was copied from.
func goesOn(t *testing.T, s store.Store, many int) {
	t.Helper()
	defer s.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	failed := (many + 4) / 5
	want := store.Ledger{Accepted: uint64(many + 4), Handled: uint64(many - failed + 1), Failed: uint64(failed), Waiting: 3}
	if l, err := s.Ledger(ctx); err != nil || l != want {
		t.Errorf("ledger %+v, want %+v (%v)", l, want, err)
	}
	if r, err := s.Accept(ctx, []store.Event{waiting("1", "done-3")}); err != nil || !r[0].Duplicate {
		t.Errorf("a redelivery: %+v, %v", r, err)
	}
	for i := 1; i <= 3; i++ {
		c, err := s.NextTurn(ctx)
		if err != nil || c.Event.Keys[0] != fmt.Sprintf("waits-%d", i) || string(c.Event.Raw) != string(waiting("w", c.Event.Keys[0]).Raw) {
			t.Fatalf("%+v, %v", c.Event, err)
		}
		if _, err := s.CommitTurn(ctx, c, store.Turn{State: store.Handled}); err != nil {
			t.Fatal(err)
		}
	}
	if ds, again, err := s.Enqueue(ctx, "send-key", []store.Delivery{pending("x", "other")}); err != nil || !again || len(ds) != 2 || ds[1].Messages[0].Text != "and this" {
		t.Errorf("%+v, %v, %v", ds, again, err)
	}
	if d, err := s.NextDelivery(ctx); err != nil || d.Delivery.Result.Status != store.Pending {
		t.Errorf("%+v, %v", d, err)
	}
	if c, err := s.Conversation(ctx, "ch:3"); err != nil || c.State == "" {
		t.Errorf("%+v, %v", c, err)
	}
	if b, err := s.Bots().Get(ctx, "b1"); err != nil || b.Name != "봇 <1>" {
		t.Errorf("%+v, %v", b, err)
	}
	if p, err := s.Audits(ctx, store.Query{}); err != nil || len(p.Items) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// broken is an archive that fails at a batch, or changes one on its way.
type broken struct {
	store.Archive
	left   int
	change func(*store.Item)
}

var errBroken = errors.New("the line was cut")

func (b *broken) Import(ctx context.Context, items []store.Item, at string) error {
	if b.left--; b.left < 0 {
		return errBroken
	}
	for i := range items {
		if b.change != nil {
			b.change(&items[i])
		}
	}
	return b.Archive.Import(ctx, items, at)
}

func TestACopyThatWasCutOffGoesOnWhereItStopped(t *testing.T) {
	for name, kinds := range map[string][2]func(*testing.T) place{"to PostgreSQL": {bolt, postgres}, "to bolt": {postgres, bolt}} {
		t.Run(name, func(t *testing.T) {
			from, to := kinds[0](t), kinds[1](t)
			fill(t, from.work(t), 600)
			for _, batches := range []int{1, 1, 4} {
				a, b := from.copy(t), to.copy(t)
				_, err := Copy(t.Context(), a, &broken{Archive: b, left: batches}, silent)
				a.Close()
				b.Close()
				if !errors.Is(err, errBroken) {
					t.Fatalf("got %v", err)
				}
			}
			report, err := move(t, from, to)
			if err != nil || !report.Resumed || report.Counts["events"] != 605 {
				t.Errorf("%+v, %v", report, err)
			}
		})
	}
}

func TestAHalfCopiedDatabaseIsNotWorkedOn(t *testing.T) {
	dsn := pgtest.Shared(t).Schema(t)
	from := bolt(t)
	fill(t, from.work(t), 1)
	a, b := from.copy(t), must(pgstore.OpenArchive(t.Context(), dsn))(t)
	_, _ = Copy(t.Context(), a, &broken{Archive: b, left: 1}, silent)
	a.Close()
	b.Close()
	if _, err := pgstore.Open(t.Context(), dsn, quiet); err == nil || !strings.Contains(err.Error(), "run dari migrate again") {
		t.Errorf("got %v", err)
	}
}

func TestACopyThatIsNotTheSameIsNoticed(t *testing.T) {
	for name, change := range map[string]func(*store.Item){
		"a text is another": func(i *store.Item) {
			if c, ok := i.Value.(store.Conversation); ok && c.ID == "ch:1" {
				c.State = "other"
				i.Value = c
			}
		},
		"a result is lost": func(i *store.Item) {
			if d, ok := i.Value.(store.Delivery); ok {
				d.Result.ErrorKind = ""
				i.Value = d
			}
		},
		"two become one": func(i *store.Item) {
			if e, ok := i.Value.(store.Event); ok && e.State == store.Rejected {
				*i = store.Item{Kind: "bots", ID: "b1", Value: []byte(`{}`)}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			from, to := bolt(t), postgres(t)
			fill(t, from.work(t), 10)
			a, b := from.copy(t), to.copy(t)
			defer a.Close()
			defer b.Close()
			if _, err := Copy(t.Context(), a, &broken{Archive: b, left: 1000, change: change}, silent); err == nil || !strings.Contains(err.Error(), "the copy is not the same") {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestACopyGoesIntoAnEmptyStoreThatNobodyWorksOn(t *testing.T) {
	from, to := bolt(t), postgres(t)
	fill(t, from.work(t), 3)
	s := to.work(t)
	fill(t, s, 1)
	if _, err := move(t, from, to); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("got %v", err)
	}
	dsn := pgtest.Shared(t).Schema(t)
	s = must(pgstore.Open(t.Context(), dsn, quiet))(t)
	defer s.Close()
	if _, err := pgstore.OpenArchive(t.Context(), dsn); err == nil || !strings.Contains(err.Error(), "stop all nodes first") {
		t.Errorf("got %v", err)
	}
}
