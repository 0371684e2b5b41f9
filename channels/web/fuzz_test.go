package webchat

import (
	"strings"
	"testing"

	"dari/channels"
)

// FuzzVerify shows that only a page's JSON with a session passes, and that no refused body keeps one.
func FuzzVerify(f *testing.F) {
	const session = "abcdefghijklmnopqrstuvwxyz0123"
	for _, seed := range [][2]string{
		{"application/json", `{"session":"` + session + `","id":"m1","text":"hello"}`},
		{"text/plain", `{"session":"` + session + `"}`},
		{"application/json; charset=utf-8", `{"session" : "` + session + `","conversation":{}}`},
		{"application/json", `{"session":"short"}`},
		{"", ""},
		{"application/json", `[[[[`},
		{"application/json", `{"SESSION":"` + session},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	a := adapter{}
	f.Fuzz(func(t *testing.T, contentType string, body []byte) {
		had := strings.Contains(string(body), `"session":"`+session)
		r := &channels.Request{ContentType: contentType, Body: append([]byte{}, body...)}
		if err := a.Verify(t.Context(), r); err != nil {
			if had && strings.Contains(string(r.Body), session) && strings.Count(string(body), session) == 1 {
				t.Errorf("the refused body %q shows the session", r.Body)
			}
			return
		}
		if !strings.HasPrefix(strings.ToLower(strings.TrimSpace(contentType)), "application/json") {
			t.Errorf("%q passes", contentType)
		}
	})
}
