package web

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"
)

func fuzzContext(method, target, body string) *gin.Context {
	c, _ := gin.CreateTestContext(httptest.NewRecorder())
	c.Request = httptest.NewRequest(method, target, strings.NewReader(body))
	c.Request.Header.Set("Content-Type", "application/json")
	return c
}

// FuzzDecode shows that a body is an object of the known fields or a problem that quotes none of it.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		`{"id":"b2","name":"Two","engine":{"type":"http","settings":{"url":"https://x.example"}}}`, `{"name":7}`, `{"nmae":"x"}`, `{"name":"x"} {}`,
		`[]`, `{"engine":{"settings":null}}`, "\xff", `{"name":`, strings.Repeat(`{"engine":`, 200),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var spec struct {
			ID, Name string
			Engine   struct {
				Type     string
				Settings map[string]any
			}
		}
		raw, err := decode(fuzzContext("POST", "/", body), &spec)
		if err != nil {
			if known(err) == nil {
				t.Errorf("%q is an error that says nothing: %v", body, err)
			}
			return
		}
		if !json.Valid(raw) {
			t.Errorf("%q passes", raw)
		}
		for _, field := range readPatch(raw).fields {
			if field == "" {
				t.Errorf("%q names no field", raw)
			}
		}
	})
}

// FuzzQuery shows that a list's query is read or refused.
func FuzzQuery(f *testing.F) {
	for _, seed := range []string{"limit=10&cursor=x", "limit=0", "limit=501", "channel=a&channel=b", "state=failed", "a=%zz", "limit=9999999999999999999", ";"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		c := fuzzContext("GET", "/", "")
		c.Request.URL.RawQuery = query
		q, err := readQuery(c, byBot, byChannel, byState)
		if err != nil {
			if known(err) == nil {
				t.Errorf("%q: %v", query, err)
			}
			return
		}
		if q.Limit < 1 || q.Limit > maxLimit {
			t.Errorf("%q gives a limit of %d", query, q.Limit)
		}
	})
}

// FuzzBearer shows that no header but the operator's key opens the API.
func FuzzBearer(f *testing.F) {
	for _, seed := range []string{"Bearer " + adminKey, "bearer  " + adminKey + " ", "Bearer", "Basic " + adminKey, "Bearer dari_AAAA", "Bearer " + adminKey + "x", " Bearer " + adminKey} {
		f.Add(seed)
	}
	b := newBench(f)
	f.Fuzz(func(t *testing.T, header string) {
		if strings.ContainsAny(header, "\r\n\x00") {
			return
		}
		b.clock.advance(throttleWindow)
		c := fuzzContext("GET", "/api/v1/bots", "")
		c.Request.Header.Set("Authorization", header)
		who, err := b.server.authority.identify(c)
		scheme, key, _ := strings.Cut(header, " ")
		if right := strings.EqualFold(scheme, "Bearer") && strings.TrimSpace(key) == adminKey; right != (err == nil) || !right && who.rights != 0 {
			t.Errorf("%q: %v, %v", header, who, err)
		}
	})
}
