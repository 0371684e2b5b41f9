// Package people decides who may use the console, and as what.
package people

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"dari/store"
)

// The roles of people: an admin may do everything, a builder all but keys, people and the audit log, a
// viewer looks.
const (
	Admin   = "admin"
	Builder = "builder"
	Viewer  = "viewer"
)

// Roles are all roles, the mightiest first.
var Roles = []string{Admin, Builder, Viewer}

// Reasons why a change is refused. Nothing has changed then.
var (
	ErrName = errors.New("must have 2 to 64 characters, start with a letter or digit, and hold only lower-case letters, digits and . _ @ + -")
	ErrRole = errors.New("must be " + strings.Join(Roles, ", "))
	// ErrLastAdmin keeps the console from having nobody who can manage it.
	ErrLastAdmin = errors.New("this is the last administrator who can sign in; make another one first")
	// ErrYourself keeps people from locking themselves out by a slip.
	ErrYourself = errors.New("this is your own account; another administrator has to do it")
	// ErrOther means that the name belongs to somebody else of the sign-in provider: addresses are
	// handed on when people leave.
	ErrOther = errors.New("the account belongs to another person of the sign-in provider; an administrator has to delete it first")
)

// namePattern allows what fits in a mail address, so that one can be the login name.
var namePattern = regexp.MustCompile(`^[a-z0-9][a-z0-9._@+-]{1,63}$`)

// ValidName tells whether a text can be a login name.
func ValidName(name string) bool { return namePattern.MatchString(name) }

// Name is what somebody means who types a login name.
func Name(typed string) string { return strings.ToLower(strings.TrimSpace(typed)) }

// Store is what a register keeps its records in.
type Store interface {
	Users() store.Table[store.User]
	Links() store.Table[store.Link]
	Lock(ctx context.Context, name string) (unlock func(), err error)
}

// Register is the list of those who may sign in. It is safe for concurrent use.
type Register struct {
	store Store
	now   func() time.Time
}

// New makes a register.
func New(s Store, now func() time.Time) *Register { return &Register{s, now} }

// List returns all people in order of their names.
func (r *Register) List(ctx context.Context) ([]store.User, error) { return r.store.Users().List(ctx) }

// Get returns store.ErrNotFound for a name that nobody has.
func (r *Register) Get(ctx context.Context, name string) (store.User, error) {
	return r.store.Users().Get(ctx, name)
}

// Invite adds a person who cannot sign in yet. It returns store.ErrExists if the name is taken.
func (r *Register) Invite(ctx context.Context, name, role, locale string) (store.User, error) {
	if !ValidName(name) {
		return store.User{}, ErrName
	}
	if !slices.Contains(Roles, role) {
		return store.User{}, ErrRole
	}
	u := store.User{ID: name, Role: role, Locale: locale, Stamp: rand.Text(), CreatedAt: r.now().UTC()}
	return u, r.store.Users().Create(ctx, name, u)
}

// SetRole gives a person another role and ends their sessions. by is the name of who does it, "" for
// nobody in the register.
func (r *Register) SetRole(ctx context.Context, by, name, role string) (store.User, error) {
	if !slices.Contains(Roles, role) {
		return store.User{}, ErrRole
	}
	return r.guarded(ctx, func() (store.User, error) {
		u, err := r.Get(ctx, name)
		switch {
		case err != nil || u.Role == role:
			return u, err
		case by == name:
			return u, ErrYourself
		}
		if err := r.keepAnAdmin(ctx, u); err != nil {
			return u, err
		}
		return r.change(ctx, name, func(u *store.User) { u.Role = role })
	})
}

// Delete takes a person out; their sessions and their one-time link end.
func (r *Register) Delete(ctx context.Context, by, name string) error {
	_, err := r.guarded(ctx, func() (u store.User, err error) {
		if u, err = r.Get(ctx, name); err != nil {
			return u, err
		}
		if by == name {
			return u, ErrYourself
		}
		if err := r.keepAnAdmin(ctx, u); err != nil {
			return u, err
		}
		if err := r.store.Users().Delete(ctx, name); err != nil {
			return u, err
		}
		if u.Link != "" {
			err = r.store.Links().Delete(ctx, u.Link)
		}
		if errors.Is(err, store.ErrNotFound) {
			err = nil
		}
		return u, err
	})
	return err
}

// SetPassword keeps the hash of a new password, ends the person's sessions and forgets their link.
func (r *Register) SetPassword(ctx context.Context, name string, hash []byte) (store.User, error) {
	return r.change(ctx, name, func(u *store.User) { u.Password, u.Link = hash, "" })
}

// PutAdmin makes an administrator; who has the name already becomes one, with the new password.
func (r *Register) PutAdmin(ctx context.Context, u store.User) (store.User, error) {
	u.Role, u.Stamp, u.CreatedAt = Admin, rand.Text(), r.now().UTC()
	err := r.store.Users().Create(ctx, u.ID, u)
	if !errors.Is(err, store.ErrExists) {
		return u, err
	}
	return r.change(ctx, u.ID, func(old *store.User) { old.Role, old.Password, old.Locale = Admin, u.Password, u.Locale })
}

// SignedIn notes when a person signed in last.
func (r *Register) SignedIn(ctx context.Context, name string) (store.User, error) {
	return r.store.Users().Update(ctx, name, func(u *store.User) error {
		u.LastSignIn = r.now().UTC()
		return nil
	})
}

// change writes a person with a new stamp.
func (r *Register) change(ctx context.Context, name string, set func(*store.User)) (store.User, error) {
	return r.store.Users().Update(ctx, name, func(u *store.User) error {
		set(u)
		u.Stamp = rand.Text()
		return nil
	})
}

// guarded runs a change that depends on the other records, alone.
func (r *Register) guarded(ctx context.Context, change func() (store.User, error)) (store.User, error) {
	unlock, err := r.store.Lock(ctx, "console users")
	if err != nil {
		return store.User{}, fmt.Errorf("register of people: %w", err)
	}
	defer unlock()
	return change()
}

// keepAnAdmin refuses that u stops being an administrator when nobody else could take over.
func (r *Register) keepAnAdmin(ctx context.Context, u store.User) error {
	if u.Role != Admin {
		return nil
	}
	all, err := r.List(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != u.ID && other.Role == Admin && CanSignIn(other) {
			return nil
		}
	}
	if !CanSignIn(u) && slices.ContainsFunc(all, func(o store.User) bool { return o.ID != u.ID && o.Role == Admin }) {
		return nil // neither can, so that nothing is lost with this one
	}
	return ErrLastAdmin
}

// CanSignIn tells whether a person has a way in, or has only been invited.
func CanSignIn(u store.User) bool { return u.Password != nil || u.Subject != "" }
