package web

import (
	"net/http"
	"net/url"
	"path"
	"strings"
	"testing"
)

func TestAFileThatAPersonSentIsHandedOut(t *testing.T) {
	b := newBench(t)
	address := func(ref string) string {
		t.Helper()
		b.say("U-"+ref[:2], "file:"+ref)
		b.flush()
		id := ids(b.read("/events?conversation=" + url.QueryEscape("works:U-"+ref[:2])))[0]
		return "/media/" + path.Base(b.runtime.MediaURL(id, 0))
	}
	for _, row := range []struct {
		name, ref  string
		status     int
		is, header string
	}{
		{"a file is what its bytes are", "%PDF-1.7 x", 200, "application/pdf", "Content-Type"},
		{"a page is never passed on as one that runs", "<html><script>x</script>", 200, "sandbox", "Content-Security-Policy"},
		{"its name survives", "aa", 200, "attachment", "Content-Disposition"},
		{"a file that is gone is 410", "gone", http.StatusGone, "", ""},
		{"a file that is not ready is 503 with a time", "later", http.StatusServiceUnavailable, "3", "Retry-After"},
		{"a platform that refuses is 502", "refused", http.StatusBadGateway, "", ""},
		{"a file that is too large is 413", "large", http.StatusRequestEntityTooLarge, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			rec := b.call("GET", address(row.ref), "")
			if rec.Code != row.status || !strings.Contains(rec.Header().Get(row.header), row.is) {
				t.Errorf("%d %v %s", rec.Code, rec.Header(), rec.Body)
			}
			if rec.Code == 200 && rec.Body.String() != row.ref {
				t.Errorf("got %q", rec.Body)
			}
		})
	}
	if rec := b.call("GET", "/media/AAAA", ""); rec.Code != http.StatusNotFound {
		t.Errorf("a made-up address is %d", rec.Code)
	}
}
