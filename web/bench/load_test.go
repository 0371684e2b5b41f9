package bench

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// loadOn is a load of LINE callbacks on a handler.
func loadOn(t *testing.T, h http.Handler) *load {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	host := strings.TrimPrefix(s.URL, "http://")
	return &load{platform: line{}, hosts: []string{host}, templates: []template{line{}.callback(host, "")}, conversations: 8, ledger: newLedger(firstNumber)}
}

func TestSignaturesAreThoseOfThePlatforms(t *testing.T) {
	platforms, err := newPlatforms()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range platforms {
		t.Run(p.name(), func(t *testing.T) {
			sender := p.callback("127.0.0.1:80", "http://127.0.0.1:81").clone(p.signer())
			sender.fill(firstNumber+1, 2, time.Now().Unix())
			r := received(t, sender.fill(firstNumber+42, personOf(7), time.Now().Unix()))
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Fatal(err)
			}
			if !p.genuine(r.Header, body) {
				t.Errorf("refused: %v\n%s", r.Header, body)
			}
			if n, ok := numberIn(body); !ok || n != firstNumber+42 {
				t.Errorf("number %d, %v in %s", n, ok, body)
			}
			if !bytes.Contains(body, fmt.Appendf(nil, "%010d", personOf(7))) || bytes.Contains(body, []byte(personMark)) {
				t.Errorf("the person is not in %s", body)
			}
			if answer := p.reply("http://127.0.0.1:81", body); !bytes.Contains(answer.body, []byte("배송 언제 와요?")) || !strings.HasPrefix(answer.url, "http://127.0.0.1:81/") {
				t.Errorf("%+v", answer)
			}
			for name := range r.Header {
				if r.Header.Get(name); strings.Contains(name, "Signature") || name == "Authorization" {
					r.Header.Set(name, strings.Replace(r.Header.Get(name), r.Header.Get(name)[10:14], "AAAA", 1))
				}
			}
			if p.genuine(r.Header, body) {
				t.Error("a broken signature passes")
			}
		})
	}
}

// received is a request as a server reads it.
func received(t *testing.T, raw []byte) *http.Request {
	t.Helper()
	var got *http.Request
	var body []byte
	done := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r.Clone(context.Background()) // the server goes on with its own
		body, _ = io.ReadAll(r.Body)
		close(done)
	}))
	defer s.Close()
	c, err := dial(strings.TrimPrefix(s.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.call(raw); err != nil {
		t.Fatal(err)
	}
	<-done
	got.Body = io.NopCloser(bytes.NewReader(body))
	return got
}

func TestARefusedCallbackIsCountedAndNamed(t *testing.T) {
	l := loadOn(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the disk is full", http.StatusServiceUnavailable)
	}))
	_, err := l.run(t.Context(), 2, 0)
	if err == nil || !strings.Contains(err.Error(), "status 503: the disk is full") {
		t.Errorf("%v", err)
	}
	if n := l.ledger.failed.Load(); n != 2*maxFailures {
		t.Errorf("%d failures", n)
	}
}

func TestAServerThatHangsUpIsCountedAndNamed(t *testing.T) {
	l := loadOn(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	_, err := l.run(t.Context(), 1, 0)
	if err == nil || l.ledger.failed.Load() != maxFailures {
		t.Errorf("%v, %d failures", err, l.ledger.failed.Load())
	}
}

func TestTheLedgerKnowsLostAndDoubledAnswers(t *testing.T) {
	var l *load
	var mu sync.Mutex
	l = loadOn(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		n, _ := numberIn(body)
		mu.Lock()
		defer mu.Unlock()
		for range (n - firstNumber) % 3 { // none for the first, one for the second, two for the third
			l.ledger.got(n)
		}
	}))
	s, err := l.run(t.Context(), 1, 9)
	if err != nil {
		t.Fatal(err)
	}
	got := l.ledger.count(s)
	if got.acked != 9 || got.answered != 6 || got.lost != 3 || l.ledger.doubled.Load() != 3 {
		t.Errorf("%d acked, %d answered, %d lost, %d doubled", got.acked, got.answered, got.lost, l.ledger.doubled.Load())
	}
	l.ledger.got(firstNumber + 1000) // was never sent
	l.ledger.got(7)
	if n := l.ledger.answered.Load(); n != 6 {
		t.Errorf("%d answered", n)
	}
}

func TestNeighbouringConversationsLieFarApart(t *testing.T) {
	seen := map[uint64]bool{}
	for i := range 100_000 {
		p := personOf(i)
		if seen[p] || p >= 1e10 {
			t.Fatalf("conversation %d has the number %d", i, p)
		}
		seen[p] = true
	}
	if p, q := personOf(1), personOf(2); max(p, q)-min(p, q) < 1e9 {
		t.Errorf("%d and %d", p, q)
	}
}

func TestTheFakeReadsWhatClientsSend(t *testing.T) {
	f, err := newFake(func(path string, body []byte) answer { return answer{http.StatusCreated, path + " " + string(body)} })
	if err != nil {
		t.Fatal(err)
	}
	defer f.close()
	for _, row := range []struct {
		name string
		body io.Reader
		want string
	}{
		{"a body of known length", strings.NewReader("text=zq1"), "/a/b text=zq1"},
		{"a chunked body", struct{ io.Reader }{strings.NewReader("text=zq2")}, "/a/b text=zq2"},
		{"no body", nil, "/a/b "},
	} {
		t.Run(row.name, func(t *testing.T) {
			for range 2 { // the connection is used again
				resp, err := http.Post(f.url()+"/a/b", "application/json", row.body)
				if err != nil {
					t.Fatal(err)
				}
				got, _ := io.ReadAll(resp.Body)
				resp.Body.Close()
				if resp.StatusCode != http.StatusCreated || string(got) != row.want {
					t.Errorf("%d %s", resp.StatusCode, got)
				}
				if s, ok := row.body.(io.Seeker); ok {
					s.Seek(0, io.SeekStart)
				} else {
					break
				}
			}
		})
	}
}

// BenchmarkFill is what a callback costs the load itself.
func BenchmarkFill(b *testing.B) {
	platforms, err := newPlatforms()
	if err != nil {
		b.Fatal(err)
	}
	for _, p := range platforms {
		b.Run(p.name(), func(b *testing.B) {
			sender := p.callback("127.0.0.1:80", "http://127.0.0.1:81").clone(p.signer())
			for i := 0; b.Loop(); i++ {
				sender.fill(uint64(firstNumber+i), personOf(i%10_000), 1795312800)
			}
		})
	}
}
