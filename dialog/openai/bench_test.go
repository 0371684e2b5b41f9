package openai

import (
	"io"
	"strings"
	"testing"

	"dari/dialog/llm"
)

func BenchmarkDecode(b *testing.B) {
	in := strings.Repeat(events(piece(`{"content":"안녕"}`)), 200) + events(stop, "[DONE]")
	b.SetBytes(int64(len(in)))
	b.ReportAllocs()
	for b.Loop() {
		s := llm.NewStream(b.Context(), io.NopCloser(strings.NewReader(in)))
		if a, err := decode(s, func(string) error { return nil }); err != nil || a.Text == "" {
			b.Fatal(a, err)
		}
		s.Close()
	}
}
