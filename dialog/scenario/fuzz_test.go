package scenario

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	yaml "go.yaml.in/yaml/v4"
)

// report gives the quantiles of single turns.
func report(b *testing.B, took []time.Duration) {
	slices.Sort(took)
	if n := len(took); n > 0 {
		b.ReportMetric(float64(took[n/2].Nanoseconds())/1e3, "p50-µs")
		b.ReportMetric(float64(took[n*99/100].Nanoseconds())/1e3, "p99-µs")
	}
}

// FuzzLoad feeds the loader with files. Whatever stands in them, it neither crashes nor hangs, and every
// problem has a place.
func FuzzLoad(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/check/*.yaml", "demo/*.yaml", "starter/*.yaml"} {
		paths, _ := filepath.Glob(pattern)
		for _, p := range paths {
			b, err := os.ReadFile(p)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
	f.Add([]byte("a: &a [*a]"))
	f.Add([]byte("bot: &b {constants: {x: *b}}"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, p := range Check(map[string][]byte{"f.yaml": b}) {
			if p.Code == "" || p.Message == "" || p.File != "f.yaml" || p.Code != "too_large" && p.Line < 1 {
				t.Errorf("%+v", p)
			}
		}
		Diff(map[string][]byte{"f.yaml": b}, Demo())
	})
}

// FuzzScript feeds the compilers of templates and expressions, and runs what they accept.
func FuzzScript(f *testing.F) {
	for _, s := range []string{
		"{{.slots.a}}", "{{range .vars.b}}{{.}}{{end}}", "{{with $x := .user}}{{$x.name}}{{end}}", "{{define `x`}}{{end}}", "{{(.slots.a).b.c | json}}",
		"slots.a == 'x'", "map(1..3, # + 1)", "repeat('x', 1000000)", "vars.b?.c ?? 1", "today() + days(1) > now()", "{{.slots.a", "len(", "{{slice .slots.a 1 9}}", "{{index .vars 1}}",
	} {
		f.Add(s)
	}
	s := &script{entities: map[string]*entitySpec{}, varSet: map[string]bool{"b": true}, usrSet: map[string]bool{}}
	fl := &flow{name: "f", slots: map[string]*slotSpec{"a": {entity: "text"}}}
	f.Fuzz(func(t *testing.T, src string) {
		data := map[string]any{"slots": map[string]any{"a": "x"}, "vars": map[string]any{"b": []any{"1", 2.0, nil}}, "user": map[string]any{"name": "n"}}
		tm := &tmpl{src: src, flow: fl}
		if _, err := tm.compile(); err == nil {
			if out, err := tm.render(data); err == nil && len(out) > maxRendered+len(src) {
				t.Errorf("%d bytes", len(out))
			}
		}
		e := &expression{src: src, flow: fl, style: yaml.Style(0)}
		if _, err := e.compile(s); err == nil {
			data["now"], data["today"] = time.Now, time.Now
			data["days"] = func(int) time.Duration { return 0 }
			_, _ = e.eval(data)
		}
	})
}
