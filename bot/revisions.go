package bot

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"dari/dialog"
	"dari/store"
)

// Files are what a bot's engine works from, where it works from files: drafts, and published revisions
// that never change.

// maxFiles bounds the files of a revision, in bytes together.
const maxFiles = 1 << 20

// draftID is the revision that is being worked on.
const draftID = "draft"

// revisions implements dialog.Revisions for one bot.
type revisions struct {
	catalog *Catalog
	botID   string
}

func revisionKey(botID, id string) string { return botID + ":" + id }

// Current implements dialog.Revisions.
func (r revisions) Current(ctx context.Context) (string, error) {
	r.catalog.mu.RLock()
	b := r.catalog.liveBots[r.botID]
	r.catalog.mu.RUnlock()
	if b != nil {
		return b.record.Revision, nil
	}
	rec, err := r.catalog.store.Bots().Get(ctx, r.botID)
	if errors.Is(err, store.ErrNotFound) {
		return "", nil // a bot that is being made
	}
	return rec.Revision, err
}

// Files implements dialog.Revisions.
func (r revisions) Files(ctx context.Context, id string) (map[string][]byte, error) {
	rev, err := r.catalog.store.Revisions().Get(ctx, revisionKey(r.botID, id))
	return rev.Files, err
}

// FilesError says that files cannot be published: every mistake in them.
type FilesError struct{ Problems []dialog.Problem }

func (e *FilesError) Error() string {
	n := 0
	for _, p := range e.Problems {
		if !p.Warning {
			n++
		}
	}
	return fmt.Sprintf("the files have %d mistakes; the first is %s", n, e.first())
}

func (e *FilesError) first() string {
	for _, p := range e.Problems {
		if !p.Warning {
			return p.String()
		}
	}
	return ""
}

// author finds the engine type of a bot, if it works from files.
func (c *Catalog) author(ctx context.Context, botID string) (dialog.Author, error) {
	rec, err := c.store.Bots().Get(ctx, botID)
	if err != nil {
		return nil, err
	}
	author, ok := c.engines.Type(rec.Engine.Type).(dialog.Author)
	if !ok {
		return nil, ErrUnsupported
	}
	return author, nil
}

// Draft returns the files that are being worked on: the draft, or the published ones when there is none.
func (c *Catalog) Draft(ctx context.Context, botID string) (store.Revision, []dialog.Problem, error) {
	author, err := c.author(ctx, botID)
	if err != nil {
		return store.Revision{}, nil, err
	}
	rev, err := c.store.Revisions().Get(ctx, revisionKey(botID, draftID))
	if errors.Is(err, store.ErrNotFound) {
		rec, err := c.store.Bots().Get(ctx, botID)
		if err != nil {
			return store.Revision{}, nil, err
		}
		rev = store.Revision{ID: draftID, BotID: botID, Files: map[string][]byte{}}
		if rec.Revision != "" {
			published, err := c.store.Revisions().Get(ctx, revisionKey(botID, rec.Revision))
			if err != nil {
				return store.Revision{}, nil, err
			}
			rev.Files = published.Files
		} else if starter, ok := c.engines.Type(rec.Engine.Type).(dialog.Starter); ok {
			rev.Files = starter.StarterFiles()
		}
	} else if err != nil {
		return store.Revision{}, nil, err
	}
	return rev, author.Validate(rev.Files), nil
}

// SaveDraft keeps files that are being worked on, right or wrong, and returns the mistakes in them.
func (c *Catalog) SaveDraft(ctx context.Context, botID string, files map[string][]byte, who string) ([]dialog.Problem, error) {
	author, err := c.author(ctx, botID)
	if err != nil {
		return nil, err
	}
	if err := checkFiles(files); err != nil {
		return nil, err
	}
	rev := store.Revision{ID: draftID, BotID: botID, Files: files, Author: who, At: time.Now().UTC()}
	return author.Validate(files), c.store.Revisions().Put(ctx, revisionKey(botID, draftID), rev)
}

func checkFiles(files map[string][]byte) error {
	size := 0
	for name, b := range files {
		if name == "" || len(name) > 200 || strings.HasPrefix(name, "/") || slices.Contains(strings.Split(name, "/"), "..") {
			return &InputError{Field: "files", Code: "name", Detail: fmt.Sprintf("%q is no name of a file; write it like flows/booking.yaml", name)}
		}
		size += len(b)
	}
	if size > maxFiles {
		return &InputError{Field: "files", Code: "length", Detail: fmt.Sprintf("have %d bytes together; at most %d are kept", size, maxFiles)}
	}
	return nil
}

// Publish makes the draft what the engine works from. Files with mistakes are a *FilesError, and what
// was published stays.
func (c *Catalog) Publish(ctx context.Context, botID, note, who string) (store.Revision, error) {
	draft, problems, err := c.Draft(ctx, botID)
	if err != nil {
		return store.Revision{}, err
	}
	if slices.ContainsFunc(problems, func(p dialog.Problem) bool { return !p.Warning }) {
		return store.Revision{}, &FilesError{problems}
	}
	rev := store.Revision{ID: hashFiles(draft.Files), BotID: botID, Files: draft.Files, Author: who, Note: note, At: time.Now().UTC()}
	if err := c.store.Revisions().Put(ctx, revisionKey(botID, rev.ID), rev); err != nil {
		return store.Revision{}, err
	}
	if err := c.setRevision(ctx, botID, rev.ID); err != nil {
		return store.Revision{}, err
	}
	if err := c.store.Revisions().Delete(ctx, revisionKey(botID, draftID)); err != nil && !errors.Is(err, store.ErrNotFound) {
		return store.Revision{}, err
	}
	return rev, nil
}

// Rollback makes an earlier revision what the engine works from.
func (c *Catalog) Rollback(ctx context.Context, botID, id string) (store.Revision, error) {
	rev, err := c.store.Revisions().Get(ctx, revisionKey(botID, id))
	if err == nil && id == draftID {
		err = store.ErrNotFound
	}
	if err != nil {
		return rev, err
	}
	return rev, c.setRevision(ctx, botID, id)
}

func (c *Catalog) setRevision(ctx context.Context, botID, id string) error {
	_, err := c.store.Bots().Update(ctx, botID, func(rec *store.Bot) error {
		rec.Revision, rec.UpdatedAt = id, time.Now().UTC()
		return nil
	})
	if err == nil {
		c.forget(botID, "")
	}
	return err
}

// Revisions lists what has been published, newest first, without the files.
func (c *Catalog) Revisions(ctx context.Context, botID string) ([]store.Revision, error) {
	all, err := c.store.Revisions().List(ctx)
	var out []store.Revision
	for _, rev := range all {
		if rev.BotID == botID && rev.ID != draftID {
			rev.Files = nil
			out = append(out, rev)
		}
	}
	slices.SortFunc(out, func(a, b store.Revision) int { return b.At.Compare(a.At) })
	return out, err
}

// Revision returns one with its files.
func (c *Catalog) Revision(ctx context.Context, botID, id string) (store.Revision, error) {
	return c.store.Revisions().Get(ctx, revisionKey(botID, id))
}

// hashFiles names files by what is in them.
func hashFiles(files map[string][]byte) string {
	h := sha256.New()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		fmt.Fprintf(h, "%d %s %d\n", len(name), name, len(files[name]))
		h.Write(files[name])
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}
