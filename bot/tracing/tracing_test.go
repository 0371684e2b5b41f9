package tracing

import (
	"bytes"
	"context"
	"encoding/hex"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	otlp "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// receiver is a collector that keeps the spans it is sent.
type receiver struct {
	*httptest.Server
	mu    sync.Mutex
	spans []*otlp.Span
	raw   bytes.Buffer
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		body, _ := io.ReadAll(req.Body)
		var in collector.ExportTraceServiceRequest
		if err := proto.Unmarshal(body, &in); err != nil || req.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", req.URL.Path, err)
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.raw.Write(body)
		for _, of := range in.ResourceSpans {
			for _, scope := range of.ScopeSpans {
				r.spans = append(r.spans, scope.Spans...)
			}
		}
	}))
	t.Cleanup(r.Close)
	return r
}

// named returns the only span of that name.
func (r *receiver) named(t *testing.T, name string) *otlp.Span {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	var found *otlp.Span
	for _, s := range r.spans {
		if s.Name != name {
			continue
		}
		if found != nil {
			t.Errorf("%s is there more than once", name)
		}
		found = s
	}
	if found == nil {
		t.Fatalf("there is no span %s among %d", name, len(r.spans))
	}
	return found
}

func openFor(t *testing.T, endpoint string) *Tracer {
	t.Helper()
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
	tr, err := Open(t.Context(), os.LookupEnv, "v1", slog.New(slog.DiscardHandler))
	if err != nil || tr == nil {
		t.Fatalf("%v, %v", tr, err)
	}
	return tr
}

func TestTracesAreSentOnlyWhenTheStandardVariablesAskForThem(t *testing.T) {
	const at = "http://127.0.0.1:4318"
	for _, row := range []struct {
		name string
		env  map[string]string
		want bool
	}{
		{"nothing is set", nil, false},
		{"an endpoint for everything", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at}, true},
		{"an endpoint for traces", map[string]string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": at}, true},
		{"an empty endpoint", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": " "}, false},
		{"the SDK is disabled", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_SDK_DISABLED": "TRUE"}, false},
		{"traces go nowhere", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": at, "OTEL_TRACES_EXPORTER": "none"}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			env := func(name string) (string, bool) { v, ok := row.env[name]; return v, ok }
			if got := Wanted(env); got != row.want {
				t.Errorf("wanted is %v", got)
			}
			if tr, err := Open(t.Context(), env, "v", slog.New(slog.DiscardHandler)); err != nil || (tr != nil) != row.want {
				t.Errorf("%v, %v", tr, err)
			}
		})
	}
}

func TestTheStepsOfAnEventAreOneTraceWhoeverMadeThem(t *testing.T) {
	r := newReceiver(t)
	arrived := time.Now().Add(-time.Second)
	first := openFor(t, r.URL)
	first.Accepted("ev_1", "line", "support", arrived, arrived.Add(time.Millisecond))
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	second := openFor(t, r.URL) // after a restart
	ctx, turn := second.Start(second.Of(t.Context(), "ev_1"), "turn")
	_, engine := second.Start(ctx, "engine")
	engine.Fail("timeout")
	engine.End()
	turn.End()
	_, alone := second.Start(second.Of(t.Context(), ""), "delivery")
	alone.End()
	if err := second.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	callback, accept := r.named(t, "callback"), r.named(t, "accept")
	steps := []*otlp.Span{callback, accept, r.named(t, "turn"), r.named(t, "engine")}
	parents := [][]byte{nil, callback.SpanId, callback.SpanId, steps[2].SpanId}
	for i, s := range steps {
		if !bytes.Equal(s.TraceId, callback.TraceId) || !bytes.Equal(s.ParentSpanId, parents[i]) {
			t.Errorf("%s: trace %x, parent %x, want %x, %x", s.Name, s.TraceId, s.ParentSpanId, callback.TraceId, parents[i])
		}
	}
	if bytes.Equal(r.named(t, "delivery").TraceId, callback.TraceId) {
		t.Error("what belongs to no event is in the event's trace")
	}
	if callback.StartTimeUnixNano != uint64(arrived.UnixNano()) {
		t.Error("the callback does not begin when it arrived")
	}
	if engine := steps[3]; engine.Status.GetCode() != otlp.Status_STATUS_CODE_ERROR || engine.Status.GetMessage() != "timeout" {
		t.Errorf("the engine's failure is told as %v", engine.Status)
	}
}

func TestASamplerTakesAnEventWholeOrNotAtAll(t *testing.T) {
	t.Setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
	t.Setenv("OTEL_TRACES_SAMPLER_ARG", "0.5")
	r := newReceiver(t)
	tr := openFor(t, r.URL)
	const events = 64
	for i := range events {
		id := "ev_" + string(rune('0'+i))
		tr.Accepted(id, "line", "ch", time.Now(), time.Now())
		_, turn := tr.Start(tr.Of(t.Context(), id), "turn")
		turn.End()
	}
	if err := tr.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	steps := map[string]int{}
	for _, s := range r.spans {
		steps[string(s.TraceId)]++
	}
	if len(steps) == 0 || len(steps) == events {
		t.Errorf("%d of %d events are sampled", len(steps), events)
	}
	for id, n := range steps {
		if n != 3 {
			t.Errorf("trace %x has %d steps of 3", id, n)
		}
	}
}

func TestEngineRequestsCarryTheTraceAndTellNoSecret(t *testing.T) {
	r := newReceiver(t)
	var header string
	engine := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		header = req.Header.Get("Traceparent")
		w.WriteHeader(http.StatusTeapot)
	}))
	defer engine.Close()
	tr := openFor(t, r.URL)
	client := tr.Client(&http.Client{Timeout: time.Minute})
	get := func(ctx context.Context) {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, engine.URL+"/hidden-path?key=hidden-key", nil)
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if req.Header.Get("Traceparent") != "" {
			t.Error("the caller's request was changed")
		}
	}
	get(t.Context())
	if header != "" {
		t.Errorf("a request outside any trace carries %q", header)
	}
	ctx, turn := tr.Start(tr.Of(t.Context(), "ev_1"), "turn")
	get(ctx)
	turn.End()
	if err := tr.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	call := r.named(t, "GET")
	if want := "00-" + hex.EncodeToString(call.TraceId) + "-" + hex.EncodeToString(call.SpanId) + "-01"; header != want {
		t.Errorf("the engine saw %q, want %q", header, want)
	}
	if !bytes.Equal(call.ParentSpanId, r.named(t, "turn").SpanId) || call.Status.GetMessage() != "status" {
		t.Errorf("the request is told as %v", call)
	}
	if strings.Contains(r.raw.String(), "hidden") {
		t.Error("the trace holds the path or the query")
	}
}

func TestACollectorThatIsGoneIsALineInTheLog(t *testing.T) {
	gone := httptest.NewServer(nil)
	gone.Close()
	t.Setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "200")
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", gone.URL)
	var log bytes.Buffer
	tr, err := Open(t.Context(), os.LookupEnv, "v", slog.New(slog.NewTextHandler(&log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	tr.Rejected("line", "ch", "signature", time.Now())
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	tr.Close(ctx)
	if !strings.Contains(log.String(), "traces not sent") {
		t.Errorf("nobody is told that spans were lost: %q", log.String())
	}
}

// off is every step of a turn with no tracer.
func off(ctx context.Context, at time.Time) {
	var t *Tracer
	t.Accepted("ev_1", "line", "ch", at, at)
	t.Rejected("line", "ch", "signature", at)
	ctx, turn := t.Start(t.Of(ctx, "ev_1"), "turn")
	_, engine := t.Start(ctx, "engine")
	engine.Set("dari.engine", "http")
	engine.Fail("timeout")
	engine.End()
	turn.End()
}

func TestNoTracesCostNothing(t *testing.T) {
	ctx, at := context.Background(), time.Now()
	if n := testing.AllocsPerRun(100, func() { off(ctx, at) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	var tr *Tracer
	if c := http.DefaultClient; tr.Client(c) != c || tr.Close(ctx) != nil {
		t.Error("no tracer changes something")
	}
}

func BenchmarkOff(b *testing.B) {
	ctx, at := context.Background(), time.Now()
	b.ReportAllocs()
	for b.Loop() {
		off(ctx, at)
	}
}
