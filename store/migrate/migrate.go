// Package migrate copies everything from one store to another.
package migrate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"dari/store"
)

// ErrNotEmpty means that the other store holds something that this copy has not brought.
var ErrNotEmpty = errors.New("holds data already; name a store that is empty")

// Progress is told after every batch: how many items of a kind have been copied, and how many there are.
type Progress func(step, kind string, done, all int)

// Report is what was copied.
type Report struct {
	Counts  map[string]int
	Resumed bool // an earlier copy was gone on with
}

// Copy copies everything and then reads both stores again and compares them, item by item. When it is cut
// off, the next call goes on where it stopped.
func Copy(ctx context.Context, from, to store.Archive, tell Progress) (Report, error) {
	at, err := to.Imported(ctx)
	if err != nil {
		return Report{}, err
	}
	if at == "" {
		if err := empty(ctx, to); err != nil {
			return Report{}, err
		}
	}
	all, err := from.Count(ctx)
	if err != nil {
		return Report{}, err
	}
	done := map[string]int{}
	if at != "" {
		if done, err = to.Count(ctx); err != nil {
			return Report{}, err
		}
	}
	err = from.Export(ctx, at, func(items []store.Item, at string) error {
		if err := to.Import(ctx, items, at); err != nil {
			return err
		}
		kind := items[0].Kind
		done[kind] += len(items)
		tell("copying", kind, done[kind], max(all[kind], done[kind]))
		return nil
	})
	if err != nil {
		return Report{}, err
	}
	counts, err := verify(ctx, from, to, all, tell)
	if err != nil {
		return Report{}, fmt.Errorf("the copy is not the same: %w", err)
	}
	return Report{counts, at != ""}, to.Import(ctx, nil, "")
}

func empty(ctx context.Context, to store.Archive) error {
	n, err := to.Count(ctx)
	if err != nil {
		return err
	}
	for _, kind := range slices.Sorted(maps.Keys(n)) {
		if n[kind] > 0 {
			return fmt.Errorf("%w (there are %d %s)", ErrNotEmpty, n[kind], kind)
		}
	}
	return nil
}

// tally is the number of items and the sum of their checksums, which does not depend on their order.
type tally struct {
	n   int
	sum uint64
}

func verify(ctx context.Context, from, to store.Archive, all map[string]int, tell Progress) (map[string]int, error) {
	var sides [2]map[string]tally
	for i, side := range []store.Archive{from, to} {
		var err error
		if sides[i], err = tallies(ctx, side, all, tell); err != nil {
			return nil, err
		}
	}
	counts := map[string]int{}
	for _, kind := range slices.Sorted(maps.Keys(sides[0])) {
		a, b := sides[0][kind], sides[1][kind]
		if a.n != b.n {
			return nil, fmt.Errorf("there are %d %s, and %d in the copy", a.n, kind, b.n)
		}
		if a.sum != b.sum {
			return nil, fmt.Errorf("the checksum of the %s is %016x, and %016x in the copy", kind, a.sum, b.sum)
		}
		counts[kind] = a.n
	}
	for kind, b := range sides[1] {
		if _, ok := sides[0][kind]; !ok {
			return nil, fmt.Errorf("there are no %s, and %d in the copy", kind, b.n)
		}
	}
	return counts, nil
}

func tallies(ctx context.Context, side store.Archive, all map[string]int, tell Progress) (map[string]tally, error) {
	sums := map[string]tally{}
	return sums, side.Export(ctx, "", func(items []store.Item, _ string) error {
		kind := ""
		for _, item := range items {
			kind = item.Kind
			sum, err := checksum(item)
			if err != nil {
				return fmt.Errorf("%s %s: %w", kind, item.ID, err)
			}
			t := sums[kind]
			sums[kind] = tally{t.n + 1, t.sum + sum}
		}
		tell("comparing", kind, sums[kind].n, max(all[kind], sums[kind].n))
		return nil
	})
}

// checksum is that of an item's meaning: the same in every store.
func checksum(item store.Item) (uint64, error) {
	var parts any = item.Value
	switch v := item.Value.(type) {
	case store.Delivery:
		parts = []any{v, v.Result} // which its JSON leaves out
	case store.Send:
		parts = v.Deliveries
	case []byte:
		parts = json.RawMessage(v)
	}
	b, err := json.Marshal([]any{item.Kind, item.ID, parts})
	sum := sha256.Sum256(b)
	return binary.BigEndian.Uint64(sum[:]), err
}
