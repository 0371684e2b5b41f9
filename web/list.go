package web

import (
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"dari/store"
)

// list is the answer of every list.
type list[T any] struct {
	Items []T    `json:"items"`
	Next  string `json:"next_cursor"` // "" on the last page
}

func listOf[R, T any](page store.Page[R], view func(R) T) list[T] {
	l := list[T]{Items: make([]T, len(page.Items)), Next: page.Next}
	for i, item := range page.Items {
		l.Items[i] = view(item)
	}
	return l
}

// sliced cuts a page out of a list that is sorted by id and known as a whole.
func sliced[T any](all []T, id func(T) string, q store.Query) store.Page[T] {
	start, found := slices.BinarySearchFunc(all, q.Cursor, func(item T, cursor string) int {
		return strings.Compare(id(item), cursor)
	})
	if found {
		start++
	}
	page := store.Page[T]{Items: all[start:min(start+q.Limit, len(all))]}
	if start+q.Limit < len(all) {
		page.Next = id(page.Items[len(page.Items)-1])
	}
	return page
}

const (
	defaultLimit = 50
	maxLimit     = 500
)

// filter is a query parameter that narrows a list. It may also be given under the name that the value
// has in answers.
type filter struct {
	name, alias string
	field       func(*store.Query) *string
	allowed     []string // nil allows anything
}

var (
	byBot          = filter{"bot", "bot_id", func(q *store.Query) *string { return &q.BotID }, nil}
	byChannel      = filter{"channel", "channel_id", func(q *store.Query) *string { return &q.ChannelID }, nil}
	byConversation = filter{"conversation", "conversation_id", func(q *store.Query) *string { return &q.ConversationID }, nil}
	byEvent        = filter{"event", "event_id", func(q *store.Query) *string { return &q.EventID }, nil}
	byState        = filter{"state", "", func(q *store.Query) *string { return &q.State }, states(
		store.Waiting, store.Handled, store.Failed, store.Ignored, store.Duplicate, store.Rejected)}
	byStatus = filter{"status", "state", func(q *store.Query) *string { return &q.State }, states(
		store.Pending, store.Delivered, store.Undelivered, store.Uncertain, store.Cancelled)}
)

func states[S ~string](all ...S) []string {
	var out []string
	for _, s := range all {
		out = append(out, string(s))
	}
	return out
}

// readQuery reads limit, cursor and the filters of a list. Whatever else is asked for is an error:
// ignoring a mistyped filter would show too much.
func readQuery(c *gin.Context, filters ...filter) (store.Query, error) {
	q := store.Query{Limit: defaultLimit}
	values, err := url.ParseQuery(c.Request.URL.RawQuery)
	if err != nil {
		return q, badField("", "malformed", "the query string is not well-formed")
	}
	known := []string{"limit", "cursor"}
	for _, f := range filters {
		known = append(known, f.name)
	}
	for name, given := range values {
		if len(given) > 1 {
			return q, badField(name, "repeated", name+" must be given once")
		}
		if err := setQuery(&q, name, given[0], filters); err != nil {
			if err.Code == "unknown" {
				err.Detail = "there is no such query parameter; known are " + strings.Join(known, ", ")
			}
			return q, err
		}
	}
	return q, nil
}

func setQuery(q *store.Query, name, value string, filters []filter) *problem {
	switch name {
	case "limit":
		n, err := strconv.Atoi(value)
		if err != nil || n < 1 || n > maxLimit {
			return badField("limit", "range", "limit must be a number from 1 to "+strconv.Itoa(maxLimit))
		}
		q.Limit = n
		return nil
	case "cursor":
		q.Cursor = value
		return nil
	}
	for _, f := range filters {
		if name != f.name && (name != f.alias || name == "") {
			continue
		}
		if f.allowed != nil && value != "" && !slices.Contains(f.allowed, value) {
			return badField(name, "option", name+" must be one of "+strings.Join(f.allowed, ", "))
		}
		*f.field(q) = value
		return nil
	}
	return badField(name, "unknown", "")
}

// listError tells a cursor that the store cannot read from other failures.
func listError(err error) error {
	if errors.Is(err, store.ErrNotFound) {
		return badField("cursor", "format", "cursor must be the next_cursor of the page before")
	}
	return err
}
