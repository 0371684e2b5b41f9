package console

import (
	"context"
	"time"

	"dari/store"
)

// How long a page looks for what fits: briefly if it has found something to show or nobody has asked for
// anything in particular, longer if not.
const (
	glance = 4 * time.Millisecond
	search = 150 * time.Millisecond
)

// patience is how long a page may look before it has found anything.
func patience(asked bool) time.Duration {
	if asked {
		return search
	}
	return glance
}

// found is a page of what fits a filter.
type found[T any] struct {
	Items []T
	Next  string // where to go on, "" at the end
	Cut   bool   // time was up before the page was full
}

// scan walks down a list, newest first, from where q says, until it has enough of what keep takes or its time is up: patience
// if it has found nothing. It ends with a page of the store, so that it may find a few more than asked for.
func scan[T any](ctx context.Context, list func(context.Context, store.Query) (store.Page[T], error), q store.Query, enough int, patience time.Duration, keep func(T) bool) (found[T], error) {
	var f found[T]
	began := time.Now()
	q.Limit = min(enough, rowsPerPage)
	for {
		page, err := list(ctx, q)
		if err != nil {
			return f, err
		}
		for _, v := range page.Items {
			if keep(v) {
				f.Items = append(f.Items, v)
			}
		}
		f.Next = page.Next
		spent := time.Since(began)
		switch {
		case f.Next == "" || len(f.Items) >= enough:
			return f, nil
		case spent > patience, spent > glance && len(f.Items) > 0:
			f.Cut = true
			return f, nil
		}
		q.Cursor = f.Next
	}
}
