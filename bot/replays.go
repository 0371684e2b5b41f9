package bot

import (
	"context"
	"slices"

	"dari/store"
)

// LeftOut is what a job has found and not done.
type LeftOut struct {
	// Answered are events of which a replay was handled, or waits to be.
	Answered int
	// Repeats are replays that failed themselves: of all tries of an event the first is replayed.
	Repeats int
}

// Sum is how much was left out.
func (l LeftOut) Sum() int { return l.Answered + l.Repeats }

// unanswered are those of the events, which come newest first, that are to be replayed, oldest first. The query
// is what they were found by. It reads what has come since the oldest of them: replays are among that.
func (r *Runtime) unanswered(ctx context.Context, q store.Query, list []store.Event) (todo []store.Event, left LeftOut, err error) {
	if len(list) == 0 {
		return nil, left, nil
	}
	oldest, first, settled := list[len(list)-1].ID, map[string]string{}, []string{}
	q.State = ""
	err = walk(ctx, q, r.store.Events, func(e store.Event) bool {
		if e.Of != "" && e.State != store.Duplicate {
			first[e.ID] = e.Of
			if e.State == store.Handled || e.State == store.Waiting {
				settled = append(settled, e.ID)
			}
		}
		return e.ID != oldest
	})
	if err != nil {
		return nil, left, err
	}
	root := func(id string) string {
		for first[id] != "" {
			id = first[id]
		}
		return id
	}
	answered, taken := map[string]bool{}, map[string]bool{}
	for _, id := range settled {
		answered[root(id)] = true
	}
	for _, e := range slices.Backward(list) {
		switch id := root(e.ID); {
		case answered[id]:
			left.Answered++
		case taken[id]:
			left.Repeats++
		default:
			taken[id] = true
			todo = append(todo, e)
		}
	}
	return todo, left, nil
}
