// Package tracing sends OpenTelemetry traces to the collector that the standard OTEL variables name.
//
// Every event has one trace. Its id follows from the event's, so that a turn that runs after a restart
// or on another node, and a delivery that is tried for an hour, still belong to the same one.
package tracing

import (
	"context"
	"crypto/sha256"
	"log/slog"
	"strings"
	"time"

	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"
)

// Tracer makes spans. A nil *Tracer makes none and costs nothing.
type Tracer struct {
	provider *sdktrace.TracerProvider
	tracer   trace.Tracer
	headers  propagation.TraceContext
}

// Variables that switch traces on, and those that keep them off:
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
var endpoints = []string{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"}

// Wanted tells whether the environment asks for traces.
func Wanted(env func(string) (string, bool)) bool {
	get := func(name string) string { v, _ := env(name); return strings.TrimSpace(v) }
	if strings.EqualFold(get("OTEL_SDK_DISABLED"), "true") || strings.EqualFold(get("OTEL_TRACES_EXPORTER"), "none") {
		return false
	}
	for _, name := range endpoints {
		if get(name) != "" {
			return true
		}
	}
	return false
}

// Open returns nil when no traces are wanted. The exporter speaks OTLP over HTTP and reads its other
// variables (headers, certificates, time-out) from the environment, as the sampler and the batches do.
func Open(ctx context.Context, env func(string) (string, bool), version string, log *slog.Logger) (*Tracer, error) {
	if !Wanted(env) {
		return nil, nil
	}
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	about, err := resource.New(ctx,
		resource.WithAttributes(attribute.String("service.name", "dari"), attribute.String("service.version", version)),
		resource.WithTelemetrySDK(), resource.WithFromEnv(), // the environment wins
	)
	if err != nil {
		log.Warn("OTEL_RESOURCE_ATTRIBUTES not taken over whole", "error", err)
	}
	otel.SetErrorHandler(otel.ErrorHandlerFunc(func(err error) { log.Warn("traces not sent", "error", err) }))
	provider := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter), sdktrace.WithResource(about), sdktrace.WithIDGenerator(ids{}),
	)
	return &Tracer{provider: provider, tracer: provider.Tracer("dari")}, nil
}

// Close sends what is left.
func (t *Tracer) Close(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// Span is one step. The zero Span is none.
type Span struct{ span trace.Span }

// Start begins a step inside that of ctx.
func (t *Tracer) Start(ctx context.Context, name string) (context.Context, Span) {
	if t == nil {
		return ctx, Span{}
	}
	ctx, span := t.tracer.Start(ctx, name)
	return ctx, Span{span}
}

// Set notes something about the step: ids and codes, never what people write.
func (s Span) Set(key, value string) {
	if s.span != nil && value != "" {
		s.span.SetAttributes(attribute.String(key, value))
	}
}

// Fail marks the step as failed. The code is one of a fixed few; an error's text might tell secrets.
func (s Span) Fail(code string) {
	if s.span != nil {
		s.span.SetStatus(codes.Error, code)
	}
}

// End ends the step.
func (s Span) End() {
	if s.span != nil {
		s.span.End()
	}
}

// Accepted notes the callback that brought an event, from its arrival until it was answered, and in it
// the time it took to make the event durable.
func (t *Tracer) Accepted(event, channelType, channel string, received, durable time.Time) {
	if t == nil {
		return
	}
	ctx, callback := t.root(event, "callback", trace.WithTimestamp(received), trace.WithSpanKind(trace.SpanKindServer))
	span := Span{callback}
	span.Set("dari.event", event)
	span.Set("dari.channel", channel)
	span.Set("dari.channel.type", channelType)
	_, accept := t.tracer.Start(ctx, "accept", trace.WithTimestamp(durable))
	accept.End()
	callback.End()
}

// Rejected notes a callback that was turned away, in a trace of its own.
func (t *Tracer) Rejected(channelType, channel, code string, received time.Time) {
	if t == nil {
		return
	}
	_, callback := t.tracer.Start(context.Background(), "callback", trace.WithTimestamp(received), trace.WithSpanKind(trace.SpanKindServer))
	span := Span{callback}
	span.Set("dari.channel", channel)
	span.Set("dari.channel.type", channelType)
	span.Fail(code)
	span.End()
}

// Of returns a context in which steps belong to the trace of an event.
func (t *Tracer) Of(ctx context.Context, event string) context.Context {
	if t == nil || event == "" {
		return ctx
	}
	// The root has been sent when the event was accepted, maybe by another process. This one is never
	// ended, so never sent: it tells whether the sampler takes this trace.
	_, root := t.root(event, "callback")
	return trace.ContextWithSpanContext(ctx, root.SpanContext())
}

func (t *Tracer) root(event, name string, opts ...trace.SpanStartOption) (context.Context, trace.Span) {
	return t.tracer.Start(context.WithValue(context.Background(), eventKey{}, event), name, append(opts, trace.WithNewRoot())...)
}

type eventKey struct{}

// of makes the ids of an event's trace and of its first span.
func of(event string) (id trace.TraceID, root trace.SpanID) {
	sum := sha256.Sum256([]byte(event))
	copy(id[:], sum[:])
	copy(root[:], sum[len(id):])
	return id, root
}
