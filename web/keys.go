package web

import (
	"errors"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/store"
	"dari/web/apikeys"
)

// keysAPI makes and deletes API keys.
type keysAPI struct {
	keys  *apikeys.Keys
	audit auditor
}

type keyItem struct {
	ID         string   `json:"id"`
	Name       string   `json:"name"`
	Scopes     []string `json:"scopes"`
	CreatedAt  stamp    `json:"created_at"`
	LastUsedAt stamp    `json:"last_used_at"`
	ExpiresAt  stamp    `json:"expires_at"`
	ReplacedBy string   `json:"replaced_by"`
}

func viewKey(k store.APIKey) keyItem {
	return keyItem{k.ID, k.Name, k.Scopes, stamp(k.CreatedAt), stamp(k.LastUsedAt), stamp(k.ExpiresAt), k.ReplacedBy}
}

// newKeyAnswer shows a key, the only time.
type newKeyAnswer struct {
	keyItem
	Key string `json:"key"`
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
	Name      string   `json:"name"`
	Scopes    []string `json:"scopes"`
	ExpiresAt string   `json:"expires_at"` // RFC 3339; "" never
}

// readExpiry reads the end of a key's life, which is optional.
func readExpiry(text string) (at time.Time, err error) {
	if text == "" {
		return at, nil
	}
	if at, err = time.Parse(time.RFC3339, text); err != nil {
		return at, &bot.InputError{Field: "expires_at", Code: "format", Detail: "must be a time such as 2027-01-31T09:30:00Z"}
	}
	return at.UTC(), nil
}

// create answers with the key, which nobody sees again.
func (h keysAPI) create(c *gin.Context) error {
	var spec keySpec
	if _, err := decode(c, &spec); err != nil {
		return err
	}
	expires, err := readExpiry(spec.ExpiresAt)
	if err != nil {
		return err
	}
	rec, key, err := h.keys.Create(c.Request.Context(), apikeys.Spec{Name: spec.Name, Scopes: spec.Scopes, Expires: expires})
	if err != nil {
		return err
	}
	h.audit.note(c, "api_key.create", rec.ID, rec.Name+": "+strings.Join(rec.Scopes, ", "))
	writeJSON(c, http.StatusCreated, newKeyAnswer{viewKey(rec), key})
	return nil
}

type rotateSpec struct {
	// Overlap is a duration as Go writes them; "0s" ends the old key at once.
	Overlap   string `json:"overlap"`
	ExpiresAt string `json:"expires_at"`
}

// rotate makes a key in the place of another.
func (h keysAPI) rotate(c *gin.Context) error {
	var spec rotateSpec
	if _, err := decode(c, &spec); err != nil {
		return err
	}
	overlap, err := apikeys.DefaultOverlap, error(nil)
	if spec.Overlap != "" {
		if overlap, err = time.ParseDuration(spec.Overlap); err != nil {
			return &bot.InputError{Field: "overlap", Code: "format", Detail: "must be a duration such as 24h or 30m"}
		}
	}
	expires, err := readExpiry(spec.ExpiresAt)
	if err != nil {
		return err
	}
	old, rec, key, err := h.keys.Rotate(c.Request.Context(), c.Param("key"), overlap, expires)
	if err != nil {
		return keyProblem(err)
	}
	h.audit.note(c, "api_key.rotate", old.ID, "replaced by "+rec.ID+", works until "+old.ExpiresAt.Format(time.RFC3339))
	writeJSON(c, http.StatusCreated, newKeyAnswer{viewKey(rec), key})
	return nil
}

func keyProblem(err error) error {
	if errors.Is(err, apikeys.ErrOver) {
		return &problem{Status: http.StatusConflict, Code: "state", Detail: apikeys.ErrOver.Error()}
	}
	return err
}

// delete ends a key at once.
func (h keysAPI) delete(c *gin.Context) error {
	id := c.Param("key")
	if err := h.keys.Delete(c.Request.Context(), id); err != nil {
		return err
	}
	h.audit.note(c, "api_key.delete", id, "")
	c.Status(http.StatusNoContent)
	return nil
}
