package message

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Raw is a JSON value passed through untouched. Unlike json.RawMessage it is compacted when read, so
// that two spellings of one value compare equal.
type Raw []byte

// MarshalJSON returns the value itself, or null.
func (r Raw) MarshalJSON() ([]byte, error) {
	if len(r) == 0 {
		return []byte("null"), nil
	}
	return r, nil
}

// UnmarshalJSON keeps the value; null leaves it empty.
func (r *Raw) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*r = nil
		return nil
	}
	var buf bytes.Buffer
	if err := json.Compact(&buf, b); err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	*r = buf.Bytes()
	return nil
}
