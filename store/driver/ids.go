// Package driver holds what the storage drivers have in common: ids that hold their time, binary records, and
// locks among the callers of one process.
package driver

import (
	"encoding/base32"
	"encoding/binary"
	"math"
	"strings"
	"time"

	"dari/store"
)

// Prefixes of ids, by what they name.
const (
	Events     = "ev_"
	Deliveries = "dl_"
	Audits     = "au_"
)

// CountBits is how many bits of a number stand below its time. A number holds the time in milliseconds above
// them, so that what is given out later is larger. All drivers give out such numbers: what is copied from one
// to another keeps its id.
const CountBits = 20

// At is the first number of a time.
func At(t time.Time) uint64 { return uint64(t.UnixMilli()) << CountBits }

// TimeOf is the time of a number, about which it was given out.
func TimeOf(n uint64) time.Time { return time.UnixMilli(int64(n >> CountBits)) }

var base32hex = base32.HexEncoding.WithPadding(base32.NoPadding)

// ID is a number as people and programs see it.
func ID(prefix string, n uint64) string {
	return prefix + strings.ToLower(base32hex.EncodeToString(binary.BigEndian.AppendUint64(nil, n)))
}

// Number reads an id back; store.ErrNotFound if it cannot be one.
func Number(prefix, id string) (uint64, error) {
	rest, ok := strings.CutPrefix(id, prefix)
	b, err := base32hex.DecodeString(strings.ToUpper(rest))
	if !ok || err != nil || len(b) != 8 {
		return 0, store.ErrNotFound
	}
	n := binary.BigEndian.Uint64(b)
	if n > math.MaxInt64 || ID(prefix, n) != id { // databases know no larger numbers
		return 0, store.ErrNotFound
	}
	return n, nil
}
