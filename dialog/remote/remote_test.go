package remote

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"dari/dialog"
)

func TestStreamReadsEventsHoweverTheyAreCut(t *testing.T) {
	const stream = "\ufeff: keep-alive\n\nevent: delta\r\nid: 7\r\ndata: 안\r\n\r\ndata:a\ndata: b\n\nevent: ping\n\ndata\n\ndata: cut off"
	want := []string{"delta|7|안", "||a\nb", "||"}
	for name, r := range map[string]io.Reader{"whole": strings.NewReader(stream), "byte by byte": iotest.OneByteReader(strings.NewReader(stream))} {
		s := NewStream(r)
		var got []string
		for {
			e, err := s.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, e.Name+"|"+e.ID+"|"+string(e.Data))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

func TestAnEndlessEventEndsTheStream(t *testing.T) {
	for _, s := range []string{"data: " + strings.Repeat("x", 2<<20) + "\n\n", strings.Repeat("data: 0123456789\n", 1<<17)} {
		if _, err := NewStream(strings.NewReader(s)).Next(); !errors.Is(err, ErrEventTooLong) {
			t.Errorf("got %v", err)
		}
	}
}

func FuzzStream(f *testing.F) {
	f.Add([]byte("event: a\ndata: b\n\n"))
	f.Add([]byte("data: a\r\rdata"))
	f.Fuzz(func(t *testing.T, b []byte) {
		s := NewStream(strings.NewReader(string(b)))
		for range len(b) + 1 {
			if _, err := s.Next(); err != nil {
				return
			}
		}
		t.Error("the stream does not end")
	})
}

func TestAskTellsFailuresApart(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/half":
			w.Header().Set("Content-Length", "10")
			w.Write([]byte("half"))
		case "/huge":
			w.Write(make([]byte, MaxBody+1))
		default:
			w.Write([]byte("ok"))
		}
	}))
	defer srv.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	c := Client{HTTP: http.DefaultClient}
	ask := func(ctx context.Context, address string) error {
		req, err := Post(ctx, address, map[string]string{"a": "<"})
		if err != nil {
			return err
		}
		_, err = c.Ask(req)
		return err
	}
	over, cancel := context.WithCancel(context.Background())
	cancel()
	for _, row := range []struct {
		name, address, code string
		ctx                 context.Context
		unsent              bool
	}{
		{"an answer", srv.URL, "", context.Background(), false},
		{"half an answer", srv.URL + "/half", "bad_answer", context.Background(), false},
		{"an endless answer", srv.URL + "/huge", "bad_answer", context.Background(), false},
		{"nobody there", gone.URL, "unreachable", context.Background(), true},
		{"a turn that is over", srv.URL, "cancelled", over, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			err := ask(row.ctx, row.address)
			if row.code == "" && err != nil || row.code != "" && (err == nil || dialog.AsError(err).Code != row.code) {
				t.Errorf("got %v, want code %q", err, row.code)
			}
			if Unsent(err) != row.unsent {
				t.Errorf("unsent is %v", !row.unsent)
			}
		})
	}
}

func TestScrubberHidesValuesAndTheirWords(t *testing.T) {
	s := NewScrubber("Bearer abcdefgh12", "q\"uote", "ko")
	if got := s.Text(`got Bearer abcdefgh12, abcdefgh12, {"k":"q\"uote"} from ko`); got != `got •••, •••, {"k":"•••"} from ko` {
		t.Error(got)
	}
	if got := s.Trace([]byte(`{"a":"abcdefgh12"}`)); string(got) != `{"a":"•••"}` {
		t.Error(string(got))
	}
}
