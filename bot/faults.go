package bot

import (
	"errors"

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
	examples := settings.Values{}
	for _, f := range fields {
		if f.Required {
			examples[f.Key] = f.Example
		}
	}
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
