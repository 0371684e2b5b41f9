package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"dari/store"
)

const (
	linkPurpose = "setup"
	linkLife    = 24 * time.Hour
	// newestLink is the id of a record whose Purpose is the id of the newest one-time link: listed
	// links do not tell their ids.
	newestLink = "newest-setup"
)

// errLink means that a one-time link is wrong, expired or used.
var errLink = errors.New("the one-time link does not work any more")

// SetupLink returns the address of a page that makes the first administrator, "" when there is one
// already. It works once, for a day; links made earlier stop working.
func (c *Console) SetupLink(ctx context.Context) (string, error) {
	users, err := c.store.Users().List(ctx)
	if err != nil || len(users) > 0 {
		return "", err
	}
	return c.ResetLink(ctx)
}

// ResetLink is SetupLink whether or not there are administrators: the page makes another one, or gives
// an existing one a new password.
func (c *Console) ResetLink(ctx context.Context) (string, error) {
	unlock, err := c.store.Lock(ctx, "console setup link")
	if err != nil {
		return "", err
	}
	defer unlock()
	links := c.store.Links()
	if err := c.dropLink(ctx); err != nil {
		return "", err
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	token := base64.RawURLEncoding.EncodeToString(secret)
	expires := c.now().Add(linkLife).UTC()
	if err := links.Create(ctx, linkID(token), store.Link{Purpose: linkPurpose, Expires: expires}); err != nil {
		return "", err
	}
	if err := links.Put(ctx, newestLink, store.Link{Purpose: linkID(token), Expires: expires}); err != nil {
		return "", err
	}
	return c.ownURL + "/setup?token=" + token, nil
}

// dropLink deletes the newest link.
func (c *Console) dropLink(ctx context.Context) error {
	newest, err := c.store.Links().Get(ctx, newestLink)
	if err == nil {
		err = c.store.Links().Delete(ctx, newest.Purpose)
	}
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	return err
}

func linkID(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// link finds a link that still works, without using it up.
func (c *Console) link(ctx context.Context, token string) (store.Link, error) {
	l, err := c.store.Links().Get(ctx, linkID(token))
	if errors.Is(err, store.ErrNotFound) || err == nil && (l.Purpose != linkPurpose || !c.now().Before(l.Expires)) {
		return l, errLink
	}
	return l, err
}

// useLink uses the link up and makes the administrator, who may exist and gets a new password then.
// Of several calls only one gets past the deletion. If the administrator cannot be written the link
// comes back.
func (c *Console) useLink(ctx context.Context, token string, u store.User) error {
	l, err := c.link(ctx, token)
	if err != nil {
		return err
	}
	switch err := c.store.Links().Delete(ctx, linkID(token)); {
	case errors.Is(err, store.ErrNotFound):
		return errLink
	case err != nil:
		return err
	}
	if err := c.putAdmin(ctx, u); err != nil {
		back := c.store.Links().Create(context.WithoutCancel(ctx), linkID(token), l)
		return errors.Join(err, back)
	}
	return nil
}

func (c *Console) putAdmin(ctx context.Context, u store.User) error {
	err := c.store.Users().Create(ctx, u.ID, u)
	if !errors.Is(err, store.ErrExists) {
		return err
	}
	_, err = c.store.Users().Update(ctx, u.ID, func(old *store.User) error {
		old.Role, old.Password, old.Locale = u.Role, u.Password, u.Locale
		return nil
	})
	return err
}
