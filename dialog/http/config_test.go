package httpengine

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"dari/bot/settings"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func TestSettings(t *testing.T) {
	secretOf := func(n int) string {
		return "whsec_" + base64.StdEncoding.EncodeToString(make([]byte, n))
	}
	for _, c := range []struct {
		name, key string
		value     any
		field     string // of the error, "" for none
		want      string // part of the error
	}{
		{"a good secret", "secret", secretOf(32), "", ""},
		{"a secret of 24 bytes", "secret", secretOf(24), "", ""},
		{"a secret of 64 bytes", "secret", secretOf(64), "", ""},
		{"a secret of 23 bytes", "secret", secretOf(23), "secret", "24 to 64"},
		{"a secret of 65 bytes", "secret", secretOf(65), "secret", "24 to 64"},
		{"a secret without its prefix", "secret", secretOf(32)[6:], "secret", "whsec_"},
		{"a secret that is no Base64", "secret", "whsec_%%%", "secret", "Base64"},
		{"no secret", "secret", "", "secret", "missing"},
		{"a previous secret that is none", "secret_previous", "pass-word", "secret_previous", "whsec_"},
		{"no url", "url", "", "url", "missing"},
		{"a url of a file", "url", "file:///etc/passwd", "url", "https://"},
		{"a url without a host", "url", "https:///turn", "url", "https://"},
		{"a url without a scheme", "url", "engine.example.com", "url", "https://"},
		{"a url with a password", "url", "https://me:pass-word@engine.example.com/", "url", "headers"},
		{"a broken timeout", "timeout", "soon", "timeout", "20s"},
		{"a choice there is not", "send_names", "maybe", "send_names", "no, yes"},
		{"a header of one's own", "headers", map[string]any{"X-Team": "a"}, "", ""},
		{"a header that Dari sets", "headers", map[string]any{"content-type": "text/plain"}, "headers", "Content-Type"},
		{"a header of the signature", "headers", map[string]any{"Webhook-Signature": "v1,x"}, "headers", "Webhook-Signature"},
		{"a header of the connection", "headers", map[string]any{"Transfer-Encoding": "chunked"}, "headers", "Transfer-Encoding"},
		{"a header for a proxy", "headers", map[string]any{"Proxy-Authorization": "a"}, "headers", "Proxy-Authorization"},
		{"a header that repeats requests", "headers", map[string]any{"Idempotency-Key": "a"}, "headers", "Idempotency-Key"},
		{"a header with a space", "headers", map[string]any{"X Team": "a"}, "headers", "X Team"},
		{"a header with a line break", "headers", map[string]any{"X-Team": "pass-word\r\nX-B: c"}, "headers", "X-Team"},
		{"a header in two spellings", "headers", map[string]any{"X-Team": "a", "x-team": "b"}, "headers", "X-Team"},
	} {
		t.Run(c.name, func(t *testing.T) {
			v := settings.Values{"url": "https://engine.example.com/turn", "secret": dialogtest.Secret}
			v[c.key] = c.value
			clean, err := settings.Clean(Type{}.Fields(), v, nil)
			if err == nil {
				_, err = Type{}.New(clean, dialogtest.Deps(&dialogtest.LogBuffer{}))
			}
			if c.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != c.field || !strings.Contains(se.Detail, c.want) {
				t.Errorf("got %v, want an error of %s with %q", err, c.field, c.want)
			}
			if strings.Contains(err.Error(), "pass-word") {
				t.Errorf("the error quotes the value: %v", err)
			}
		})
	}
}

func TestNewNeedsAClient(t *testing.T) {
	_, err := Type{}.New(settings.Values{"url": "https://engine.example.com", "secret": dialogtest.Secret}, dialog.Deps{})
	if err == nil || !strings.Contains(err.Error(), "HTTP client") {
		t.Errorf("got %v", err)
	}
}
