package people

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"dari/store"
	"dari/store/boltstore"
)

func newRegister(t *testing.T, users ...store.User) *Register {
	t.Helper()
	st, err := boltstore.Open(t.TempDir(), slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	for _, u := range users {
		if err := st.Users().Create(context.Background(), u.ID, u); err != nil {
			t.Fatal(err)
		}
	}
	return New(st, time.Now)
}

func person(name, role string) store.User {
	return store.User{ID: name, Role: role, Password: []byte("hash"), Stamp: "old"}
}

func invited(name, role string) store.User { return store.User{ID: name, Role: role, Stamp: "old"} }

func TestSomebodyIsAlwaysLeftToManageTheConsole(t *testing.T) {
	for _, row := range []struct {
		name   string
		by, on string
		users  []store.User
		want   error
	}{
		{"the only administrator", "", "a", []store.User{person("a", Admin), person("b", Builder)}, ErrLastAdmin},
		{"an administrator beside one who has only been invited", "", "a", []store.User{person("a", Admin), invited("b", Admin)}, ErrLastAdmin},
		{"an administrator beside another", "", "a", []store.User{person("a", Admin), person("b", Admin)}, nil},
		{"an administrator beside one of the provider", "", "a", []store.User{person("a", Admin), {ID: "b", Role: Admin, Subject: "x 1"}}, nil},
		{"an invited administrator", "a", "b", []store.User{person("a", Admin), invited("b", Admin)}, nil},
		{"a builder", "a", "b", []store.User{person("a", Admin), person("b", Builder)}, nil},
		{"yourself", "a", "a", []store.User{person("a", Admin), person("b", Admin)}, ErrYourself},
		{"nobody", "a", "c", []store.User{person("a", Admin)}, store.ErrNotFound},
	} {
		t.Run(row.name, func(t *testing.T) {
			ctx := context.Background()
			if _, err := newRegister(t, row.users...).SetRole(ctx, row.by, row.on, Viewer); !errors.Is(err, row.want) {
				t.Errorf("another role: %v, want %v", err, row.want)
			}
			r := newRegister(t, row.users...)
			if err := r.Delete(ctx, row.by, row.on); !errors.Is(err, row.want) {
				t.Errorf("deleting: %v, want %v", err, row.want)
			}
			if _, err := r.Get(ctx, row.on); row.want == nil != errors.Is(err, store.ErrNotFound) && !errors.Is(row.want, store.ErrNotFound) {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}

func TestTwoAdministratorsWhoRemoveEachOtherAtOnceLeaveOne(t *testing.T) {
	r := newRegister(t, person("a", Admin), person("b", Admin))
	done := make(chan error, 2)
	for by, on := range map[string]string{"a": "b", "b": "a"} {
		go func() { done <- r.Delete(context.Background(), by, on) }()
	}
	first, second := <-done, <-done
	left, err := r.List(context.Background())
	if err != nil || len(left) != 1 || (first == nil) == (second == nil) {
		t.Errorf("left %v, %v; %v, %v", left, err, first, second)
	}
}

func TestWhatChangesTheRightsChangesTheStamp(t *testing.T) {
	ctx := context.Background()
	const name = "jun@example.com"
	provided := func(r *Register) (store.User, error) {
		u, _, err := r.Provided(ctx, Identity{Subject: "x 1", Name: name, Role: Viewer}, "")
		return u, err
	}
	for _, row := range []struct {
		name   string
		change func(*Register) (store.User, error)
		stays  bool
	}{
		{"another role", func(r *Register) (store.User, error) { return r.SetRole(ctx, "", name, Admin) }, false},
		{"another password", func(r *Register) (store.User, error) { return r.SetPassword(ctx, name, []byte("new")) }, false},
		{"made an administrator", func(r *Register) (store.User, error) { return r.PutAdmin(ctx, person(name, "")) }, false},
		{"taken over by a provider", provided, false},
		{"the same role", func(r *Register) (store.User, error) { return r.SetRole(ctx, "", name, Builder) }, true},
		{"signed in once again", func(r *Register) (store.User, error) { return r.SignedIn(ctx, name) }, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			u, err := row.change(newRegister(t, person("root", Admin), person(name, Builder)))
			if err != nil || (u.Stamp == "old") != row.stays {
				t.Errorf("%+v, %v", u, err)
			}
		})
	}
}

func TestAProvidersPersonIsKnownByTheProvidersID(t *testing.T) {
	ctx := context.Background()
	r := newRegister(t, person("root", Admin), person("jina@example.com", Builder))
	u, _, err := r.Provided(ctx, Identity{Subject: "x 1", Name: "jina@example.com", Role: Viewer}, "ko")
	if err != nil || u.Role != Builder || u.Subject != "x 1" || u.Stamp == "old" {
		t.Errorf("the first time: %+v, %v", u, err)
	}
	again, _, err := r.Provided(ctx, Identity{Subject: "x 1", Name: "jina@example.com", Role: Viewer}, "ko")
	if err != nil || again.Stamp != u.Stamp {
		t.Errorf("the second time: %+v, %v", again, err)
	}
	if _, _, err := r.Provided(ctx, Identity{Subject: "y 1", Name: "jina@example.com", Role: Viewer}, "ko"); !errors.Is(err, ErrOther) {
		t.Errorf("somebody else: %v", err)
	}
}

func TestAnInvitationNeedsANameAndARole(t *testing.T) {
	r := newRegister(t, person("taken", Viewer))
	for _, row := range []struct {
		name, role string
		want       error
	}{
		{"jun", Viewer, nil},
		{"jun@example.com", Admin, nil},
		{"Jun", Viewer, ErrName},
		{"j", Viewer, ErrName},
		{"", Viewer, ErrName},
		{strings.Repeat("j", 65), Viewer, ErrName},
		{"kim", "owner", ErrRole},
		{"kim", "", ErrRole},
		{"taken", Viewer, store.ErrExists},
	} {
		if u, err := r.Invite(context.Background(), row.name, row.role, ""); !errors.Is(err, row.want) {
			t.Errorf("%q as %q: %v, want %v", row.name, row.role, err, row.want)
		} else if err == nil && CanSignIn(u) {
			t.Errorf("%q can sign in without a password", row.name)
		}
	}
}
