package web

import (
	"net/http"
	"strings"
	"testing"
)

func TestSetUpHelpersReachThePlatform(t *testing.T) {
	b := newBench(t)
	for _, row := range []struct {
		method, path string
		status       int
		holds        string
	}{
		{"POST", "/channels/works/webhook", http.StatusNoContent, ""},
		{"POST", "/channels/nobody/webhook", http.StatusNotFound, ""},
		{"GET", "/channels/works/app", http.StatusOK, "for "},
		{"GET", "/channels/nobody/app", http.StatusNotFound, ""},
	} {
		rec := b.api(row.method, row.path, "")
		if rec.Code != row.status || !strings.Contains(rec.Body.String(), row.holds) {
			t.Errorf("%s %s: %d %s", row.method, row.path, rec.Code, rec.Body)
		}
	}
	rec := b.api("GET", "/channels/works/app", "")
	if rec.Header().Get("Link") == "" || !strings.Contains(rec.Header().Get("Content-Disposition"), "app.zip") {
		t.Errorf("headers %v", rec.Header())
	}
}
