package remote

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/dialog"
)

func TestAnswersThatGrowWithoutBoundsAreRefused(t *testing.T) {
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	for range 64 { // 64 MiB of zeros in 64 KB
		w.Write(make([]byte, 1<<20))
	}
	w.Close()
	for name, answer := range map[string]http.HandlerFunc{
		"a small body that unpacks to a large one": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Write(zipped.Bytes())
		},
		"JSON that is nested without end": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Write([]byte(strings.Repeat("[", MaxBody)))
		},
	} {
		t.Run(name, func(t *testing.T) {
			srv := httptest.NewServer(answer)
			defer srv.Close()
			req, err := Post(context.Background(), srv.URL, "hello")
			if err != nil {
				t.Fatal(err)
			}
			_, err = Client{HTTP: srv.Client()}.Ask(req)
			if err == nil || dialog.AsError(err).Code != "bad_answer" {
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestAnEventThatIsNestedWithoutEndIsRefused(t *testing.T) {
	s := NewStream(strings.NewReader("data: " + strings.Repeat(`{"a":`, 5000) + "\n\n"))
	if _, err := s.Next(); !errors.Is(err, message.ErrTooDeep) {
		t.Errorf("got %v", err)
	}
}
