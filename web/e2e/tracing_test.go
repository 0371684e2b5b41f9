package e2e

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"

	"dari/bot/message"
	"dari/dialog/dialogtest"
)

// spans is what a collector has received.
type spans struct {
	*httptest.Server
	mu  sync.Mutex
	all []*otlp.Span
	raw bytes.Buffer
}

func newSpans(t *testing.T) *spans {
	s := &spans{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var in collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &in); err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		s.raw.Write(body)
		for _, of := range in.ResourceSpans {
			for _, scope := range of.ScopeSpans {
				s.all = append(s.all, scope.Spans...)
			}
		}
	}))
	t.Cleanup(s.Close)
	return s
}

func TestOneTraceLeadsFromTheCallbackToTheDelivery(t *testing.T) {
	seen := newSpans(t)
	engine := dialogtest.NewHTTPEngine(func(turn dialogtest.HTTPTurn) dialogtest.HTTPAnswer {
		return dialogtest.Done(message.Text("answer to " + turn.Event.Text))
	})
	t.Cleanup(engine.Close)
	d := start(t, t.TempDir(), "OTEL_EXPORTER_OTLP_ENDPOINT="+seen.URL, "OTEL_BSP_SCHEDULE_DELAY=50")
	d.newEngineBot(engine)
	m := messengers(t)[1]
	m.connect(d, "bot")
	m.say(d, 1, 1, "very private words")
	m.saw("answer to very private words")
	d.settled()
	if code := d.stop(); code != 0 { // the last spans are sent at the end
		t.Fatalf("exit code %d", code)
	}
	var names []string
	var post *otlp.Span
	for _, s := range seen.all {
		names = append(names, s.Name)
		if !bytes.Equal(s.TraceId, seen.all[0].TraceId) {
			t.Errorf("%s is in another trace", s.Name)
		}
		if s.Name == http.MethodPost {
			post = s
		}
	}
	slices.Sort(names)
	if want := "POST accept callback delivery engine render turn"; strings.Join(names, " ") != want {
		t.Fatalf("the steps are %v, want %s", names, want)
	}
	want := "00-" + hex.EncodeToString(post.TraceId) + "-" + hex.EncodeToString(post.SpanId) + "-01"
	if got := engine.Requests()[0].Header.Get("Traceparent"); got != want {
		t.Errorf("the engine saw %q, want %q", got, want)
	}
	for _, hidden := range append(m.secrets, "private", adminKey, engine.Secret) {
		if strings.Contains(seen.raw.String(), hidden) {
			t.Error("the trace holds what is nobody's business")
		}
	}
}
