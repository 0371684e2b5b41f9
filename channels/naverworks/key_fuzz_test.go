package naverworks

import (
	"strings"
	"testing"
)

// FuzzKey shows that a pasted key is read or refused, never quoted, and never brings the program down.
func FuzzKey(f *testing.F) {
	for _, seed := range []string{
		"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASC\n-----END PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY----- MIIE -----END PRIVATE KEY-----",
		"-----BEGIN PUBLIC KEY-----\neA==\n-----END PUBLIC KEY-----", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC", "-----BEGIN ENCRYPTED PRIVATE KEY-----", "",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		key, err := parseKey(text)
		if (key == nil) == (err == nil) {
			t.Errorf("%q: key %v, error %v", text, key != nil, err)
		}
		if err != nil && len(text) > 40 && strings.Contains(err.Error(), text[20:40]) && !strings.Contains("download the key in the Developer Console under API, ClientApp, Service Account, and upload the .key file instead of pasting", text[20:40]) {
			t.Errorf("the error quotes the key: %v", err)
		}
	})
}
