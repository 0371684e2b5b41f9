package settings

import "testing"

func TestSecretsAreTakenOutOfWhatOthersSay(t *testing.T) {
	fields := []Field{
		{Key: "token", Kind: Secret}, {Key: "short", Kind: Secret}, {Key: "key", Kind: PEM}, {Key: "headers", Kind: Map}, {Key: "url", Kind: URL},
	}
	h := NewHider(fields, Values{
		"token": "token-0123456789", "short": "tiny", "key": "-----BEGIN KEY-----\nMIIEvQIBADAN\nBgkqhkiG9w0B\n-----END KEY-----\n",
		"headers": map[string]string{"X-Key": `quote"in"header`}, "url": "https://engine.example.com",
	})
	for _, row := range []struct{ name, in, want string }{
		{"a value", "no token-0123456789 here", "no •••• here"},
		{"a value of a map", `wrong quote"in"header`, "wrong ••••"},
		{"a value in JSON", `{"x":"quote\"in\"header"}`, `{"x":"••••"}`},
		{"a line of a key", "bad BgkqhkiG9w0B!", "bad ••••!"},
		{"the frame of a key", "-----BEGIN KEY-----", "-----BEGIN KEY-----"},
		{"a word that is too short to be one", "a tiny thing", "a tiny thing"},
		{"an open setting", "https://engine.example.com", "https://engine.example.com"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := h.Text(row.in); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
	if got := (Hider{}).Text("as it is"); got != "as it is" {
		t.Errorf("the zero Hider: %q", got)
	}
}
