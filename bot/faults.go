package bot

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"slices"
	"strings"
	"sync"

	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// SettingFaults looks at settings while they are being typed: it returns the codes of what the channel type
// would refuse, by field. What is not typed yet is no fault. It finds what can be said of a field by itself
// and of those that are typed together; the rest is found when the form is sent. It does no I/O.
func (c *Catalog) SettingFaults(typ string, typed settings.Values) (map[string]string, error) {
	t := c.channels.Type(typ)
	if t == nil {
		return nil, store.ErrNotFound
	}
	fields, faults := ChannelFields(t), map[string]string{}
	examples := c.standIns(t, fields)
	for _, f := range fields {
		if typed[f.Key] == nil {
			continue
		}
		if field, code := c.fault(t, fields, filled(examples, settings.Values{f.Key: typed[f.Key]})); field == f.Key {
			faults[f.Key] = code
		}
	}
	if field, code := c.fault(t, fields, filled(examples, typed)); len(faults) == 0 && typed[field] != nil {
		faults[field] = code
	}
	return faults, nil
}

// standIns are values of the required settings in which the type finds no fault, so that what it finds is the
// fault of what is typed. Where the example of a field will not do, others are tried: secrets look alike.
func (c *Catalog) standIns(t channels.Type, fields []settings.Field) settings.Values {
	if known, ok := c.examples.Load(t.Name()); ok {
		return known.(settings.Values)
	}
	values, tried := settings.Values{}, map[string]int{}
	for _, f := range fields {
		if f.Required {
			values[f.Key] = f.Example
		}
	}
	for {
		field, _ := c.fault(t, fields, values)
		i := slices.IndexFunc(fields, func(f settings.Field) bool { return f.Key == field && f.Required })
		if i < 0 || tried[field] == len(likeSecrets) {
			break
		}
		values[field] = likeSecrets[tried[field]]
		if fields[i].Kind == settings.PEM {
			values[field] = someKey()
		}
		tried[field]++
	}
	c.examples.Store(t.Name(), values)
	return values
}

// likeSecrets have the forms that the platforms give their secrets.
var likeSecrets = []string{
	"0f1e2d3c4b5a69788796a5b4c3d2e1f0", "exampleSecret1", "exampleExample" + strings.Repeat("Ab12", 32) + "/w1cDnyilFU=", "xoxb-000000000000-000000000000-exampleEXAMPLEexample",
}

// someKey is a private key that opens nothing.
var someKey = sync.OnceValue(func() string {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return ""
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
})

// filled is what is typed, with values that could be right wherever nothing is.
func filled(examples, typed settings.Values) settings.Values {
	out := settings.Values{}
	for _, from := range []settings.Values{examples, typed} {
		for key, v := range from {
			if v != nil {
				out[key] = v
			}
		}
	}
	return out
}

// fault is the first field that is refused, and why.
func (c *Catalog) fault(t channels.Type, fields []settings.Field, v settings.Values) (field, code string) {
	values, err := settings.Clean(settings.Draft(fields), v, c.urls)
	if err == nil {
		_, err = c.make(store.Channel{ID: "typed", Type: t.Name()}, t, values)
	}
	var refused *settings.Error
	if errors.As(err, &refused) {
		return refused.Field, refused.Code
	}
	return "", ""
}
