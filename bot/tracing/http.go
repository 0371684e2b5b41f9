package tracing

import (
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Client returns a client whose requests are steps of the trace they are made in and carry its
// traceparent header (https://www.w3.org/TR/trace-context/). A nil Tracer returns the client itself.
func (t *Tracer) Client(c *http.Client) *http.Client {
	if t == nil || c == nil {
		return c
	}
	next := c.Transport
	if next == nil {
		next = http.DefaultTransport
	}
	own := *c
	own.Transport = transport{t, next}
	return &own
}

type transport struct {
	tracer *Tracer
	next   http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(req *http.Request) (*http.Response, error) {
	if !trace.SpanContextFromContext(req.Context()).IsValid() {
		return t.next.RoundTrip(req)
	}
	ctx, span := t.tracer.tracer.Start(req.Context(), req.Method, trace.WithSpanKind(trace.SpanKindClient))
	s := Span{span}
	defer s.End()
	s.Set("http.request.method", req.Method)
	s.Set("server.address", req.URL.Hostname()) // the path and the query may hold a key
	req = req.Clone(ctx)
	t.tracer.headers.Inject(ctx, propagation.HeaderCarrier(req.Header))
	resp, err := t.next.RoundTrip(req)
	switch {
	case err != nil:
		s.Fail("no_answer")
	default:
		s.Set("http.response.status_code", strconv.Itoa(resp.StatusCode))
		if resp.StatusCode >= 400 {
			s.Fail("status")
		}
	}
	return resp, err
}
