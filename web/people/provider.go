package people

import (
	"context"
	"crypto/rand"
	"errors"

	"dari/store"
)

// Identity is a person as a sign-in provider vouches for them.
type Identity struct {
	Subject string // the provider's issuer, a blank, and its id of the person
	Name    string // the verified e-mail address
	Role    string // of a new person
	// Claimed means that the provider says the role, so that it replaces the one the person has.
	Claimed bool
}

// Provided finds or makes the person that a provider vouches for. Who has been invited by the address
// is that person; afterwards the name belongs to the provider's id, and somebody else with the same
// address is refused with ErrOther. kept is true when the provider's role was not taken over because
// the last administrator would have gone.
func (r *Register) Provided(ctx context.Context, id Identity, locale string) (u store.User, kept bool, err error) {
	if !ValidName(id.Name) {
		return u, false, ErrName
	}
	u, err = r.guarded(ctx, func() (store.User, error) {
		u, err := r.Get(ctx, id.Name)
		switch {
		case errors.Is(err, store.ErrNotFound):
			u = store.User{ID: id.Name, Subject: id.Subject, Role: id.Role, Locale: locale, Stamp: rand.Text(), CreatedAt: r.now().UTC()}
			return u, r.store.Users().Create(ctx, u.ID, u)
		case err != nil:
			return u, err
		case u.Subject != "" && u.Subject != id.Subject:
			return u, ErrOther
		}
		role := u.Role
		if id.Claimed && role != id.Role {
			switch err := r.keepAnAdmin(ctx, u); {
			case err == nil:
				role = id.Role
			case errors.Is(err, ErrLastAdmin):
				kept = true
			default:
				return u, err
			}
		}
		if role == u.Role && u.Subject == id.Subject {
			return u, nil
		}
		return r.change(ctx, u.ID, func(u *store.User) { u.Subject, u.Role = id.Subject, role })
	})
	return u, kept, err
}
