package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

// fakePages are pages that fail in the ways that handlers fail.
type fakePages struct{}

func (fakePages) MountAdmin(r gin.IRouter) {
	r.GET("/console/panic", func(*gin.Context) { panic("boom with " + secret) })
	r.GET("/console/half", func(c *gin.Context) { c.String(200, "half"); panic("boom") })
	r.GET("/console/abort", func(*gin.Context) { panic(http.ErrAbortHandler) })
	r.GET("/console/of/:name", func(c *gin.Context) { c.String(200, c.Param("name")) })
}

func (fakePages) MountPublic(r gin.IRouter) {
	r.GET("/web/:channel", func(c *gin.Context) { c.String(200, "chat") })
}

func (fakePages) Notice(c *gin.Context, status int, key string) { c.String(status, key) }

func withPages(o *Options) { o.Pages = fakePages{} }

func TestListenersServeTheirPartsOnly(t *testing.T) {
	b := newBench(t, withPages, func(o *Options) {
		o.Metrics = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	})
	public, admin := b.server.Public(), b.server.Admin()
	for _, tc := range []struct {
		method, path  string
		public, admin bool
	}{
		{"POST", "/naverworks/works/webhook", true, false},
		{"GET", "/naverworks/works/auth", true, false},
		{"GET", "/web/works", true, false},
		{"GET", "/healthz", true, true},
		{"HEAD", "/readyz", true, true},
		{"GET", "/api/v1/bots", false, true},
		{"GET", "/api/docs", false, true},
		{"GET", "/openapi.yaml", false, true},
		{"GET", "/metrics", false, true},
		{"GET", "/console/of/x", false, true},
	} {
		for name, l := range map[string]struct {
			h    http.Handler
			want bool
		}{"public": {public, tc.public}, "admin": {admin, tc.admin}, "all": {b.handler, true}} {
			rec := httptest.NewRecorder()
			l.h.ServeHTTP(rec, httptest.NewRequest(tc.method, tc.path, nil))
			if served := rec.Code != 404; served != l.want {
				t.Errorf("%s %s on the listener %s: %d, served should be %v", tc.method, tc.path, name, rec.Code, l.want)
			}
		}
	}
}

func TestHealth(t *testing.T) {
	b := newBench(t)
	get := func(path string) *httptest.ResponseRecorder { return b.call("GET", path, "") }
	if rec := get("/healthz"); rec.Code != 200 || rec.Body.String() != "ok" {
		t.Errorf("healthz: %d %q", rec.Code, rec.Body)
	}
	if rec := get("/readyz"); rec.Code != 200 {
		t.Errorf("readyz: %d %q", rec.Code, rec.Body)
	}
	b.store.breakDown()
	rec := get("/readyz")
	if rec.Code != 503 || !strings.HasPrefix(rec.Body.String(), "Not ready: ") || strings.Contains(rec.Body.String(), "/secret/path") {
		t.Errorf("readyz of a store that takes no writes: %d %q", rec.Code, rec.Body)
	}
	if !strings.Contains(b.log.String(), "no space left on device") {
		t.Error("the log does not say why")
	}
	if rec := get("/healthz"); rec.Code != 200 {
		t.Errorf("healthz then: %d", rec.Code)
	}
}

func TestReadyzSaysWhenTheWorkersAreGone(t *testing.T) {
	b := newBench(t)
	b.drain()
	if rec := b.call("GET", "/readyz", ""); rec.Code != 503 {
		t.Errorf("readyz: %d", rec.Code)
	}
}

func TestAPanicIsLoggedAndNotShown(t *testing.T) {
	b := newBench(t, withPages)
	rec := b.call("GET", "/console/panic", "")
	if rec.Code != 500 || strings.Contains(rec.Body.String(), "boom") || problemOf(t, rec).Code != "internal" {
		t.Errorf("answered %d %s", rec.Code, rec.Body)
	}
	if log := b.log.String(); !strings.Contains(log, "handler panicked") || !strings.Contains(log, "fakePages") {
		t.Error("the log lacks the stack")
	}
}

func TestHalfAnAnswerIsCutOff(t *testing.T) {
	b := newBench(t, withPages)
	for _, path := range []string{"/console/half", "/console/abort"} {
		func() {
			defer func() {
				if recover() != http.ErrAbortHandler {
					t.Errorf("%s: the connection would stay open", path)
				}
			}()
			b.call("GET", path, "")
		}()
	}
}

func TestParametersAreUnescapedOnce(t *testing.T) {
	b := newBench(t, withPages)
	for path, want := range map[string]string{"/console/of/a%2Fb": "a/b", "/console/of/a+b": "a+b", "/console/of/a%252F": "a%2F"} {
		if got := b.call("GET", path, "").Body.String(); got != want {
			t.Errorf("%s gives %q, want %q", path, got, want)
		}
	}
}

func TestTheAccessLogHoldsRoutesOnly(t *testing.T) {
	b := newBench(t)
	b.call("GET", "/healthz", "")
	b.call("GET", "/naverworks/works/auth?token=in-the-query", "", deskHeader, authHeader)
	b.call("GET", "/api/v1/channels/works", "", "Authorization", "Bearer "+adminKey)
	b.call("GET", "/no/such-path", "")
	b.hook("works", hello)
	log := b.log.String()
	for _, want := range []string{
		`"route":"/naverworks/:channel/auth","status":200,"ms":`, `"route":"/api/v1/channels/:channel"`, `"route":"none","status":404`,
		`"level":"DEBUG","msg":"request","method":"POST","route":"/naverworks/:channel/webhook","status":200`,
	} {
		if !strings.Contains(log, want) {
			t.Errorf("the log lacks %s", want)
		}
	}
	for _, hidden := range []string{"healthz", "in-the-query", adminKey, authHeader, secret, "such-path", "token-1"} {
		if strings.Contains(log, hidden) {
			t.Errorf("the log holds %q", hidden)
		}
	}
}

func TestDocsPage(t *testing.T) {
	b := newBench(t)
	rec := b.call("GET", "/api/docs", "")
	page := rec.Body.String()
	for _, want := range []string{"Dari HTTP API", "Version 1.2.3", "/api/v1/bots/{bot}/channels", "Token desk", `class="scope">admin`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, call := range []string{"src=", "http://", "https://", "@import", "url("} {
		if strings.Contains(page, call) {
			t.Errorf("the page holds %s and would not work in a closed network", call)
		}
	}
	csp := rec.Header().Get("Content-Security-Policy")
	if !strings.Contains(csp, "default-src 'none'") || !strings.Contains(csp, "frame-ancestors 'none'") || rec.Header().Get("X-Frame-Options") != "DENY" || rec.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("headers: %v", rec.Header())
	}
	if strings.Count(page, "<details>") < 30 {
		t.Errorf("the page lists %d operations", strings.Count(page, "<details>"))
	}
}
