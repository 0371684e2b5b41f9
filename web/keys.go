package web

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
)

// keysAPI makes and deletes API keys.
type keysAPI struct {
	keys interface {
		List(ctx context.Context) ([]store.APIKey, error)
		Create(ctx context.Context, id string, k store.APIKey) error
		Delete(ctx context.Context, id string) error
	}
	audit auditor
	now   func() time.Time
}

type keyItem struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Scopes     []string `json:"scopes"`
	CreatedAt  stamp    `json:"created_at"`
	LastUsedAt stamp    `json:"last_used_at"`
}

func viewKey(k store.APIKey) keyItem {
	return keyItem{k.ID, k.Name, k.Scopes, stamp(k.CreatedAt), stamp(k.LastUsedAt)}
}

func (h keysAPI) list(c *gin.Context) error {
	q, err := readQuery(c)
	if err != nil {
		return err
	}
	keys, err := h.keys.List(c.Request.Context())
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, listOf(sliced(keys, func(k store.APIKey) string { return k.ID }, q), viewKey))
	return nil
}

type keySpec struct {
	Name   string   `json:"name"`
	Scopes []string `json:"scopes"`
}

// check tidies the spec up.
func (k *keySpec) check() error {
	k.Name = strings.TrimSpace(k.Name)
	if k.Name == "" {
		return &bot.InputError{Field: "name", Code: "required", Detail: "is missing"}
	}
	if utf8.RuneCountInString(k.Name) > 100 {
		return &bot.InputError{Field: "name", Code: "length", Detail: "must be at most 100 characters long"}
	}
	if len(k.Scopes) == 0 {
		return &bot.InputError{Field: "scopes", Code: "required", Detail: "is missing; name one or more of admin, builder, send, read"}
	}
	for _, name := range k.Scopes {
		if scopes[name] == 0 {
			return &bot.InputError{Field: "scopes", Code: "option", Detail: "must hold only admin, builder, send, read"}
		}
	}
	slices.Sort(k.Scopes)
	k.Scopes = slices.Compact(k.Scopes)
	return nil
}

// create answers with the key, which nobody sees again: only its hash is kept.
func (h keysAPI) create(c *gin.Context) error {
	var spec keySpec
	if _, err := decode(c, &spec); err != nil {
		return err
	}
	if err := spec.check(); err != nil {
		return err
	}
	key := newKey()
	hash := sha256.Sum256([]byte(key))
	rec := store.APIKey{ID: keyID(hash), Name: spec.Name, Scopes: spec.Scopes, Hash: hash[:], CreatedAt: h.now().UTC()}
	if err := h.keys.Create(c.Request.Context(), rec.ID, rec); err != nil {
		return err
	}
	h.audit.note(c, "api_key.create", rec.ID, rec.Name+": "+strings.Join(rec.Scopes, ", "))
	writeJSON(c, http.StatusCreated, struct {
		keyItem
		Key string `json:"key"`
	}{viewKey(rec), key})
	return nil
}

// newKey has 256 random bits.
func newKey() string {
	b := make([]byte, 32)
	rand.Read(b)
	return keyPrefix + base64.RawURLEncoding.EncodeToString(b)
}

// delete ends a key at once: every request looks its key up.
func (h keysAPI) delete(c *gin.Context) error {
	id := c.Param("key")
	if err := h.keys.Delete(c.Request.Context(), id); err != nil {
		return err
	}
	h.audit.note(c, "api_key.delete", id, "")
	c.Status(http.StatusNoContent)
	return nil
}
