package bot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"dari/bot/words"
	"dari/store"
)

// Kinds of targets.
const (
	TargetWebhook      = "webhook"
	TargetConversation = "conversation"
)

// maxTargets bounds the targets of alarms.
const maxTargets = 20

func alarmOwner(id string) string { return "alarm:" + id }

// AlarmTargetSpec describes a place that alarms are told to.
type AlarmTargetSpec struct {
	Name           string
	Kind           string // TargetWebhook or TargetConversation
	URL            string // of a webhook
	ConversationID string // Dari's id
	Locale         string
}

// AlarmTargetView is a target as it is shown. Of a webhook's address it holds the host and the last four
// characters.
type AlarmTargetView struct {
	ID, Name, Kind, Where, Locale, LastError string
	CreatedAt, LastAt                        time.Time
}

func alarmTargetView(t store.AlarmTarget) AlarmTargetView {
	return AlarmTargetView{
		ID: t.ID, Name: t.Name, Kind: t.Kind, Where: first(t.ConversationID, t.Shown), Locale: t.Locale, LastError: t.LastError,
		CreatedAt: t.CreatedAt, LastAt: t.LastAt,
	}
}

// AlarmTargets lists the targets, oldest first.
func (r *Runtime) AlarmTargets(ctx context.Context) ([]AlarmTargetView, error) {
	list, err := r.store.AlarmTargets().List(ctx)
	var views []AlarmTargetView
	for _, t := range list {
		views = append(views, alarmTargetView(t))
	}
	slices.SortStableFunc(views, func(a, b AlarmTargetView) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return views, err
}

// CreateAlarmTarget adds a target. A mistake is an *InputError whose field is "name", "kind", "url",
// "conversation", "locale" or, when there are too many, "targets".
func (r *Runtime) CreateAlarmTarget(ctx context.Context, spec AlarmTargetSpec) (AlarmTargetView, error) {
	t := store.AlarmTarget{
		ID: randomID(), Name: strings.TrimSpace(spec.Name), Kind: spec.Kind, Locale: cmp.Or(spec.Locale, words.Default), CreatedAt: time.Now().UTC(),
	}
	if err := r.checkTarget(ctx, &t, spec); err != nil {
		return AlarmTargetView{}, err
	}
	known, err := r.store.AlarmTargets().List(ctx)
	if err != nil {
		return AlarmTargetView{}, err
	}
	if len(known) >= maxTargets {
		return AlarmTargetView{}, &InputError{Field: "targets", Code: "limit", Detail: fmt.Sprintf("there are %d already; remove one first", maxTargets)}
	}
	return alarmTargetView(t), r.store.AlarmTargets().Create(ctx, t.ID, t)
}

func (r *Runtime) checkTarget(ctx context.Context, t *store.AlarmTarget, spec AlarmTargetSpec) error {
	switch n := utf8.RuneCountInString(t.Name); {
	case n == 0 || n > 100:
		return &InputError{Field: "name", Code: "length", Detail: "must be 1 to 100 characters long"}
	case !words.Spoken(t.Locale):
		return &InputError{Field: "locale", Code: "unknown", Detail: "must be ko, ja or en"}
	}
	switch t.Kind {
	case TargetWebhook:
		address := strings.TrimSpace(spec.URL)
		u, err := r.checkHook(address)
		if err != nil {
			return &InputError{Field: "url", Code: "format", Detail: err.Error()}
		}
		t.Sealed, t.Shown = r.sealer.Seal(alarmOwner(t.ID), []byte(address)), shownHook(u)
		return nil
	case TargetConversation:
		t.ConversationID = strings.TrimSpace(spec.ConversationID)
		_, err := r.store.Conversation(ctx, t.ConversationID)
		if errors.Is(err, store.ErrNotFound) {
			return &InputError{Field: "conversation", Code: "unknown", Detail: "is not the id of a conversation; its page in the console shows it"}
		}
		return err
	}
	return &InputError{Field: "kind", Code: "unknown", Detail: "must be webhook or conversation"}
}

// checkHook judges the address of a webhook; its errors do not repeat it.
func (r *Runtime) checkHook(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || u.User != nil || len(address) > 2000 {
		return nil, errors.New("is not the address of a webhook; write it like https://host.example.com/path")
	}
	if r.urls != nil {
		return u, r.urls.CheckURL(address)
	}
	return u, nil
}

// shownHook is what may be seen of a webhook's address: its host, and its end if that gives little away.
func shownHook(u *url.URL) string {
	secret := []rune(u.RequestURI())
	if len(secret) < 12 {
		return u.Host + "/…"
	}
	return u.Host + "/…" + string(secret[len(secret)-4:])
}

// DeleteAlarmTarget removes a target; store.ErrNotFound if there is none.
func (r *Runtime) DeleteAlarmTarget(ctx context.Context, id string) error {
	return r.store.AlarmTargets().Delete(ctx, id)
}

// TryAlarmTarget tells a target that this is a test. LastError of what it returns says how that went, "" if
// well; the error is store.ErrNotFound or the store's.
func (r *Runtime) TryAlarmTarget(ctx context.Context, id string) (AlarmTargetView, error) {
	t, err := r.store.AlarmTargets().Get(ctx, id)
	if err != nil {
		return AlarmTargetView{}, err
	}
	text, err := words.In(t.Locale).Say("alarms.say.test", "name", t.Name)
	if err != nil {
		return AlarmTargetView{}, err
	}
	now := time.Now().UTC()
	if t.Kind == TargetConversation {
		err = r.tellConversation(ctx, t, text, fmt.Sprintf("alarm test %s %d", t.ID, now.UnixNano()))
	} else {
		err = r.postAlarm(ctx, t, alarmPost{text, alarmFacts{ID: "test", Kind: "test", State: "test", Since: now}})
	}
	t, err = r.noteTarget(ctx, id, err == nil, err)
	return alarmTargetView(t), err
}
