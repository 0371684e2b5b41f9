package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/web/apikeys"
)

type newKeyBody struct {
	ID, Key    string
	Scopes     []string
	ExpiresAt  time.Time `json:"expires_at"`
	ReplacedBy string    `json:"replaced_by"`
}

func (b *bench) rotate(id, body string) newKeyBody {
	b.t.Helper()
	rec := b.api("POST", "/api-keys/"+id+"/rotate", body)
	if rec.Code != http.StatusCreated {
		b.t.Fatalf("not rotated: %d %s", rec.Code, rec.Body)
	}
	var v newKeyBody
	must(b.t, json.Unmarshal(rec.Body.Bytes(), &v))
	return v
}

func (b *bench) opens(key string) bool {
	return b.with(key, "GET", "/bots", "").Code == http.StatusOK
}

func TestARotatedKeyWorksBesideItsSuccessorUntilTheOverlapEnds(t *testing.T) {
	for _, row := range []struct {
		body    string
		overlap time.Duration
	}{
		{`{"overlap":"24h"}`, 24 * time.Hour},
		{`{"overlap":"90m"}`, 90 * time.Minute},
		{`{}`, 24 * time.Hour},
		{`{"overlap":"0s"}`, 0},
	} {
		t.Run(row.body, func(t *testing.T) {
			b := newBench(t)
			id, old := b.makeKey("read", "send")
			next := b.rotate(id, row.body)
			if next.ID == id || next.Key == old || len(next.Scopes) != 2 || !next.ExpiresAt.IsZero() {
				t.Errorf("the new key is %+v", next)
			}
			if !b.opens(next.Key) {
				t.Error("the new key does not open at once")
			}
			if row.overlap > 0 {
				b.clock.advance(row.overlap - time.Second)
				if !b.opens(old) {
					t.Error("the old key does not open during the overlap")
				}
				b.clock.advance(time.Second)
			}
			rec := b.with(old, "GET", "/bots", "")
			if rec.Code != http.StatusUnauthorized || !strings.Contains(rec.Body.String(), "has expired") {
				t.Errorf("the old key after the overlap: %d %s", rec.Code, rec.Body)
			}
			if !b.opens(next.Key) {
				t.Error("the new key does not open after the overlap")
			}
		})
	}
}

func TestTheListShowsWhoStillUsesTheOldKey(t *testing.T) {
	b := newBench(t)
	id, old := b.makeKey("read")
	next := b.rotate(id, `{"overlap":"1h"}`)
	b.clock.advance(time.Minute)
	b.opens(old)
	for _, k := range items(b.read("/api-keys")) {
		switch k["id"] {
		case id:
			if k["replaced_by"] != next.ID || k["expires_at"] != "2026-01-31T10:30:00.000Z" || k["last_used_at"] != "2026-01-31T09:31:00.000Z" {
				t.Errorf("the old key is shown as %v", k)
			}
		case next.ID:
			if k["replaced_by"] != "" || k["expires_at"] != nil || k["last_used_at"] != nil {
				t.Errorf("the new key is shown as %v", k)
			}
		}
	}
	if text := b.api("GET", "/audit", "").Body.String() + b.log.String(); strings.Contains(text, next.Key) || !strings.Contains(text, "replaced by "+next.ID) {
		t.Error("the rotation is not audited, or shows the key")
	}
}

func TestAKeyEndsWhenItSaid(t *testing.T) {
	b := newBench(t)
	var made newKeyBody
	rec := b.api("POST", "/api-keys", `{"name":"short","scopes":["read"],"expires_at":"2026-01-31T20:30:00+09:00"}`)
	must(t, json.Unmarshal(rec.Body.Bytes(), &made))
	if made.ExpiresAt != start.Add(2*time.Hour) {
		t.Errorf("ends at %v", made.ExpiresAt)
	}
	b.clock.advance(2*time.Hour - time.Second)
	if !b.opens(made.Key) {
		t.Error("the key ends too early")
	}
	next := b.rotate(made.ID, `{"overlap":"24h"}`)
	if life := next.ExpiresAt.Sub(b.clock.Now()); life != 2*time.Hour {
		t.Errorf("the successor lives %v, want as long as the first", life)
	}
	b.clock.advance(time.Second)
	if b.opens(made.Key) {
		t.Error("the overlap makes the key live longer than it should have")
	}
	if !b.opens(next.Key) {
		t.Error("the successor does not open")
	}
}

func TestRotationsThatAreRefusedChangeNothing(t *testing.T) {
	b := newBench(t)
	id, key := b.makeKey("read")
	gone, _ := b.makeKey("read")
	b.rotate(gone, `{"overlap":"1h"}`)
	for _, row := range []struct {
		id, body    string
		status      int
		code, field string
	}{
		{id, `{"overlap":"a day"}`, 400, "format", "overlap"},
		{id, `{"overlap":"-1s"}`, 400, "range", "overlap"},
		{id, `{"overlap":"2161h"}`, 400, "range", "overlap"},
		{id, `{"overlap":24}`, 400, "type", "overlap"},
		{id, `{"expires_at":"tomorrow"}`, 400, "format", "expires_at"},
		{id, `{"expires_at":"2020-01-01T00:00:00Z"}`, 400, "range", "expires_at"},
		{id, `{"scopes":["admin"]}`, 400, "unknown", "scopes"},
		{id, ``, 400, "missing", ""},
		{"key_none", `{}`, 404, "not_found", ""},
		{gone, `{}`, 409, "state", ""},
	} {
		rec := b.api("POST", "/api-keys/"+row.id+"/rotate", row.body)
		if p := problemOf(t, rec); rec.Code != row.status || p.Code != row.code || p.Field != row.field {
			t.Errorf("%s: %d %+v", row.body, rec.Code, p)
		}
	}
	if n := len(items(b.read("/api-keys"))); n != 3 || !b.opens(key) {
		t.Errorf("%d keys", n)
	}
}

func TestKeysThatWereReplacedLongAgoAreForgotten(t *testing.T) {
	b := newBench(t)
	id, _ := b.makeKey("read")
	next := b.rotate(id, `{"overlap":"1h"}`)
	b.clock.advance(time.Hour + apikeys.KeptExpired)
	last := b.rotate(next.ID, `{"overlap":"1h"}`)
	if got := ids(b.read("/api-keys")); len(got) != 2 || strings.Contains(strings.Join(got, " "), id) {
		t.Errorf("keys %v, last %s", got, last.ID)
	}
}
