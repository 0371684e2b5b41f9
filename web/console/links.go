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
	linkAdmin    = "setup"    // the purpose of a link that makes an administrator
	linkPassword = "password" // and of one that gives a person a password
	linkLife     = 24 * time.Hour
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
	token, expires := newLink(), c.now().Add(linkLife).UTC()
	if err := links.Create(ctx, linkID(token), store.Link{Purpose: linkAdmin, Expires: expires}); err != nil {
		return "", err
	}
	if err := links.Put(ctx, newestLink, store.Link{Purpose: linkID(token), Expires: expires}); err != nil {
		return "", err
	}
	return c.linkURL(token), nil
}

func newLink() string {
	secret := make([]byte, 32)
	rand.Read(secret)
	return base64.RawURLEncoding.EncodeToString(secret)
}

func (c *Console) linkURL(token string) string { return c.ownURL + "/setup?token=" + token }

// UserLink returns the address of a page on which the person sets a password. It works once, for a day;
// links made for the same person earlier stop working. store.ErrNotFound: there is no such person.
func (c *Console) UserLink(ctx context.Context, user string) (link string, expires time.Time, err error) {
	links := c.store.Links()
	token, expires := newLink(), c.now().Add(linkLife).UTC()
	if err := links.Create(ctx, linkID(token), store.Link{Purpose: linkPassword, User: user, Expires: expires}); err != nil {
		return "", expires, err
	}
	var old string
	_, err = c.store.Users().Update(ctx, user, func(u *store.User) error {
		old, u.Link = u.Link, linkID(token)
		return nil
	})
	if err != nil {
		old = linkID(token) // nobody's
	}
	if old != "" {
		if dropped := links.Delete(context.WithoutCancel(ctx), old); !errors.Is(dropped, store.ErrNotFound) {
			err = errors.Join(err, dropped)
		}
	}
	return c.linkURL(token), expires, err
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
	if errors.Is(err, store.ErrNotFound) || err == nil && !c.now().Before(l.Expires) {
		return l, errLink
	}
	if err != nil {
		return l, err
	}
	switch l.Purpose {
	case linkAdmin:
		return l, nil
	case linkPassword:
		u, err := c.people.Get(ctx, l.User)
		if errors.Is(err, store.ErrNotFound) || err == nil && u.Link != linkID(token) {
			return l, errLink
		}
		return l, err
	}
	return l, errLink
}

// useLink uses the link up: it makes the administrator, who may exist and gets a new password then, or
// gives the link's person the password. Of several calls only one gets past the deletion. If the person
// cannot be written the link comes back.
func (c *Console) useLink(ctx context.Context, token string, u store.User) (store.User, error) {
	l, err := c.link(ctx, token)
	if err != nil {
		return u, err
	}
	switch err := c.store.Links().Delete(ctx, linkID(token)); {
	case errors.Is(err, store.ErrNotFound):
		return u, errLink
	case err != nil:
		return u, err
	}
	if l.Purpose == linkPassword {
		u, err = c.people.SetPassword(ctx, l.User, u.Password)
	} else {
		u, err = c.people.PutAdmin(ctx, u)
	}
	if err != nil {
		back := c.store.Links().Create(context.WithoutCancel(ctx), linkID(token), l)
		return u, errors.Join(err, back)
	}
	return u, nil
}
