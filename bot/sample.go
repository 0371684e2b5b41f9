package bot

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"net/url"
	"strings"
	"sync"

	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// sampleSettings are settings that a type's adapter takes, for showing an answer on a messenger that is
// not connected. They work nowhere.
func sampleSettings(t channels.Type) (settings.Values, error) {
	fields := ChannelFields(t)
	v := settings.Values{}
	for _, f := range fields {
		switch {
		case !f.Required:
		case f.Kind == settings.PEM:
			key, err := samplePEM()
			if err != nil {
				return nil, err
			}
			v[f.Key] = key
		case f.Example != "":
			v[f.Key] = strings.Replace(f.Example, "…", "SampleSampleSample123", 1)
		default:
			sum := sha256.Sum256([]byte(f.Key)) // no two fields may hold the same
			v[f.Key] = hex.EncodeToString(sum[:16])
		}
	}
	return settings.Clean(fields, v, nil)
}

var samplePEM = sync.OnceValues(func() (string, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), err
})

// formJSON shows a form as JSON; values that are JSON themselves stay so.
func formJSON(body string) []byte {
	form, err := url.ParseQuery(body)
	if err != nil {
		return nil
	}
	out := map[string]any{}
	for name := range form {
		v := form.Get(name)
		if len(v) > 0 && (v[0] == '{' || v[0] == '[') && json.Valid([]byte(v)) {
			out[name] = json.RawMessage(v)
		} else if name != "token" {
			out[name] = v
		}
	}
	b, _ := json.Marshal(out)
	return b
}
