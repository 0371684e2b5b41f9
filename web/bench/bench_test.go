package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"dari/store"
	"dari/store/boltstore"
	"dari/store/pgtest"

	"github.com/jackc/pgx/v5"
)

// short is a run that is over soon.
func short(t *testing.T) Options {
	return Options{
		Platform: "line", Senders: []int{4}, Duration: 200 * time.Millisecond, Conversations: 20, Rounds: 1,
		Floor: floorAlso, Wait: waitAck, JSON: true, Dir: t.TempDir(), Program: program,
	}
}

// measured runs and decodes the JSON.
func measured(t *testing.T, o Options) Report {
	t.Helper()
	var out, progress bytes.Buffer
	if code := measure(t.Context(), o, &out, &progress); code != 0 {
		t.Fatalf("exit code %d\n%s\n%s", code, &out, &progress)
	}
	var r Report
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	for _, res := range r.Results {
		if res.Failed+res.Lost+res.Doubled > 0 || res.Callbacks == 0 {
			t.Errorf("%+v", res)
		}
	}
	return r
}

func TestARunMeasuresDariBesideTheFloor(t *testing.T) {
	o := short(t)
	o.Duration = time.Second
	r := measured(t, o)
	if len(r.Results) != 2 || r.Results[0].System != systemFloor || r.Results[1].System != systemDari {
		t.Fatalf("%+v", r.Results)
	}
	if r.MedianFsync <= 0 || r.CPUs < 1 {
		t.Errorf("%+v", r)
	}
	for _, res := range r.Results {
		if res.AcksPerSecond <= 0 || res.RepliesPerSecond <= 0 || res.AckP50 <= 0 || res.AckP99 < res.AckP50 ||
			res.ReplyP50 <= 0 || res.ReplyP99 < res.ReplyP50 || res.Start <= 0 || res.CallbackBytes < 300 {
			t.Errorf("%s: %+v", res.System, res)
		}
		if res.DiskPerMessage < float64(res.CallbackBytes)/2 {
			t.Errorf("%s: %f bytes of a message are on the disk", res.System, res.DiskPerMessage)
		}
		if res.System == systemFloor && (res.CommitsPerCallback == nil || *res.CommitsPerCallback <= 0 || *res.CommitsPerCallback > 1) {
			t.Errorf("%s: commits %v", res.System, res.CommitsPerCallback)
		}
		if runtime.GOOS == "linux" && (res.PeakRSS < 5<<20 || res.RSSAtStart < 5<<20 || res.CPUPerCallback <= 0) {
			t.Errorf("%s: %+v", res.System, res)
		}
	}
	if left, err := os.ReadDir(o.Dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestNodesOnADatabaseAreMeasured(t *testing.T) {
	server := pgtest.Start(t)
	o := short(t)
	o.Duration, o.Floor, o.DSN, o.Nodes = time.Second, floorOff, server.DSN(), []int{1, 2}
	r := measured(t, o)
	if len(r.Results) != 3 || r.Results[0].Nodes != 0 || r.Results[1].Nodes != 1 || r.Results[2].Nodes != 2 {
		t.Fatalf("%+v", r.Results)
	}
	for _, res := range r.Results[1:] {
		if res.RepliesPerSecond <= 0 || res.DiskPerMessage <= 0 || res.Start <= 0 {
			t.Errorf("%d nodes: %+v", res.Nodes, res)
		}
	}
	conn, err := pgx.Connect(t.Context(), server.DSN())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	left := 0
	if err := conn.QueryRow(t.Context(), "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'dari_bench_%'").Scan(&left); err != nil || left > 0 {
		t.Errorf("%d schemas are left behind, %v", left, err)
	}
}

func TestEveryPlatformsCallbacksAreTakenAndAnsweredOnce(t *testing.T) {
	for _, name := range platformNames {
		for _, wait := range []string{waitAck, waitReply} {
			t.Run(name+" by "+wait, func(t *testing.T) {
				o := short(t)
				o.Platform, o.Wait = name, wait
				if r := measured(t, o); len(r.Results) != 2 || r.Results[1].Platform != name {
					t.Errorf("%+v", r.Results)
				}
			})
		}
	}
}

func TestAnEngineThatTakesTimeDelaysTheAnswerAndNotTheAck(t *testing.T) {
	o := short(t)
	o.EngineDelay, o.Wait = 300*time.Millisecond, waitReply
	for _, res := range measured(t, o).Results {
		if res.ReplyP50 < o.EngineDelay || res.AckP50 >= o.EngineDelay {
			t.Errorf("%s: acks take %v, replies %v", res.System, res.AckP50, res.ReplyP50)
		}
	}
}

func TestAFilledStoreIsMeasuredBesideTheEmptyOne(t *testing.T) {
	o := short(t)
	o.Stored, o.Floor, o.Rounds = 600, floorOff, 2
	r := measured(t, o)
	var stored []int
	for _, res := range r.Results {
		stored = append(stored, res.Stored)
	}
	if len(stored) != 4 || stored[0] != 0 || stored[1] != 600 || stored[2] != 0 || stored[3] != 600 {
		t.Fatalf("%v", stored)
	}
	rows := r.rows()
	if len(rows) != 2 || !(rows[1].ratio(func(r Result) float64 { return r.RepliesPerSecond }) > 0) {
		t.Errorf("%+v", rows)
	}
}

func TestTheStoredConversationsAreThoseThatAreSentTo(t *testing.T) {
	platforms, err := newPlatforms()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range platforms {
		t.Run(p.name(), func(t *testing.T) {
			const stored = 520 // more than a batch
			b := &bench{Options: short(t), progress: io.Discard}
			b.dir = t.TempDir()
			f, err := platformFake(p, 0, func(number uint64) { b.ledger.Load().got(number) })
			if err != nil {
				t.Fatal(err)
			}
			defer f.close()
			b.ledger.Store(newLedger(firstNumber))
			dir := filepath.Join(b.dir, "stored")
			if err := preload(t.Context(), dir, p, f.url(), stored, func(int) {}); err != nil {
				t.Fatal(err)
			}
			before := conversations(t, dir)
			if _, err := b.measure(t.Context(), testCase{platform: p, senders: 4, system: systemDari, stored: stored, dir: dir}, f.url()); err != nil {
				t.Fatal(err)
			}
			after := conversations(t, dir)
			if len(before) != stored || len(after) != stored {
				t.Fatalf("%d conversations before, %d after", len(before), len(after))
			}
			for id, c := range after {
				if was, _ := json.Marshal(before[id]); !bytes.Equal(was, marshal(t, c)) {
					t.Fatalf("the server keeps the conversation otherwise:\n%s\n%s", was, marshal(t, c))
				}
			}
		})
	}
}

func marshal(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// conversations are all that the store holds, by id.
func conversations(t *testing.T, dir string) map[string]store.Conversation {
	t.Helper()
	s, err := boltstore.Open(dir, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	all := map[string]store.Conversation{}
	for q := (store.Query{Limit: 500}); ; {
		page, err := s.Conversations(context.Background(), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Items {
			all[c.ID] = c
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return all
		}
	}
}

func TestProfilesOfTheServerAreWritten(t *testing.T) {
	o := short(t)
	o.Profile, o.Floor = t.TempDir(), floorOff
	measured(t, o)
	for _, kind := range []string{".cpu", ".heap"} {
		if info, err := os.Stat(filepath.Join(o.Profile, "line-4"+kind)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", kind, err)
		}
	}
}

func TestAServerThatDoesNotStartIsAnErrorWithItsLastWords(t *testing.T) {
	o := short(t)
	o.Program, o.Floor = "/bin/false", floorOff
	var out, progress bytes.Buffer
	if code := measure(t.Context(), o, &out, &progress); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if !strings.Contains(progress.String(), "did not start") || out.Len() > 0 {
		t.Errorf("%s\n%s", &out, &progress)
	}
}

func TestAMistakeInAFlagIsNamedAndNothingRuns(t *testing.T) {
	for _, row := range []struct {
		args string
		want string
	}{
		{"-platform kakao", `-platform: there is no "kakao"; use line, slack, naverworks, teams or all`},
		{"-senders 0", `-senders: "0" is not a number from 1 to 10000; separate several by commas`},
		{"-senders 4,x", `-senders: "x" is not`},
		{"-senders 4,", `-senders: "" is not`},
		{"-nodes 0", `-nodes: "0" is not a number from 1 to 20; separate several by commas`},
		{"-dsn postgres://127.0.0.1/x -floor only", "-dsn: the floor has no use for a database"},
		{"-duration 1ms", "-duration: 1ms is not between 100ms and 1h"},
		{"-duration soon", `invalid value "soon" for flag -duration`},
		{"-engine-delay -1s", "-engine-delay: -1s is not between 0s and 10s"},
		{"-conversations 0", "-conversations: 0 is not between"},
		{"-senders 64 -conversations 10", "-conversations: 10 are fewer than the 64 senders"},
		{"-stored -1", "-stored: -1 is not between"},
		{"-stored 100", "-stored: 100 are fewer than the 10000 conversations that are used"},
		{"-stored 20000 -floor only", "-stored: the floor stores no conversations"},
		{"-floor maybe", `-floor: there is no "maybe"; use also, only or off`},
		{"-wait forever", `-wait: there is no "forever"; use ack or reply`},
		{"-rounds 0", "-rounds: 0 is not between 1 and 100"},
		{"-profile /no/such/place", "-profile: /no/such/place is no directory; make it first"},
		{"-dir /no/such/place", "-dir: /no/such/place is no directory; make it first"},
		{"-speed 5", "flag provided but not defined: -speed; dari bench -h lists the flags"},
		{"line", `"line" is no flag; dari bench -h lists them`},
	} {
		t.Run(row.args, func(t *testing.T) {
			var out, errs bytes.Buffer
			if code := Run(t.Context(), strings.Fields(row.args), nil, &out, &errs); code != 2 {
				t.Errorf("exit code %d", code)
			}
			if out.Len() > 0 || !strings.Contains(errs.String(), row.want) {
				t.Errorf("%s%s", &out, &errs)
			}
		})
	}
}

func TestHelpListsTheFlags(t *testing.T) {
	var out, errs bytes.Buffer
	if code := Run(t.Context(), []string{"-h"}, nil, &out, &errs); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, flag := range []string{"-platform", "-senders", "-duration", "-engine-delay", "-conversations", "-stored", "-floor", "-json"} {
		if !strings.Contains(errs.String(), flag+" ") && !strings.Contains(errs.String(), flag+"\n") {
			t.Errorf("%s is missing in\n%s", flag, &errs)
		}
	}
}
