package bot

import (
	"testing"

	"dari/bot/settings"
)

func TestOnlyWhatDiffersIsToldAndNoSecretIs(t *testing.T) {
	fields := []settings.Field{{Key: "secret", Kind: settings.Secret}, {Key: "token", Kind: settings.Secret}, {Key: "url", Kind: settings.URL}, {Key: "hosts", Kind: settings.List}}
	before := Settled{"Shop", fields, settings.Values{"secret": "one", "url": "https://a.example", "hosts": []string{"x"}}}
	for _, row := range []struct {
		name  string
		after Settled
		want  string
	}{
		{"nothing", before, ""},
		{"a secret", Settled{"Shop", fields, settings.Values{"secret": "two", "url": "https://a.example", "hosts": []string{"x"}}}, "secret: changed"},
		{"a secret that is new and one that is gone", Settled{"Shop", fields, settings.Values{"token": "t", "url": "https://a.example", "hosts": []string{"x"}}}, "secret: removed; token: set"},
		{"plain settings", Settled{"Store", fields, settings.Values{"secret": "one", "hosts": []string{"x", "y"}}}, "name: Shop → Store; url: https://a.example → –; hosts: x → x, y"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := before.Changes(row.after); got != row.want {
				t.Errorf("told %q, want %q", got, row.want)
			}
		})
	}
}
