package web

import (
	"bytes"
	"compress/gzip"
	"strings"
	"testing"
)

func TestBodiesOfTheAPIThatGrowWithoutBoundsAreRefused(t *testing.T) {
	b := newBench(t)
	var zipped bytes.Buffer
	w := gzip.NewWriter(&zipped)
	w.Write([]byte(`{"name":"` + strings.Repeat("x", 64<<20) + `"}`))
	w.Close()
	for _, row := range []struct {
		name, body, encoding string
		status               int
		code                 string
	}{
		{"packed", zipped.String(), "gzip", 415, "encoding"},
		{"packed without saying so", zipped.String(), "", 400, "malformed"},
		{"packed twice", zipped.String(), "gzip, gzip", 415, "encoding"},
		{"nested without end", `{"name":` + strings.Repeat("[", 500_000), "", 400, "malformed"},
		{"nested in a field that does not exist", `{"x":` + strings.Repeat(`{"a":`, 150) + "1" + strings.Repeat("}", 151), "", 400, "malformed"},
		{"over the limit", `{"name":"` + strings.Repeat("x", maxBody) + `"}`, "", 413, "too_large"},
		{"named as it is", `{"name":7}`, "identity", 400, "type"},
	} {
		t.Run(row.name, func(t *testing.T) {
			headers := []string{"Authorization", "Bearer " + adminKey, "Content-Type", "application/json"}
			if row.encoding != "" {
				headers = append(headers, "Content-Encoding", row.encoding)
			}
			rec := b.call("POST", "/api/v1/bots", row.body, headers...)
			if p := problemOf(t, rec); rec.Code != row.status || p.Code != row.code {
				t.Errorf("%d %+v", rec.Code, p)
			}
		})
	}
}
