package web

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot/words"
	"dari/store"
	"dari/web/people"
)

// usersAPI manages those who may sign in to the console.
type usersAPI struct {
	people *people.Register
	// link makes a one-time link with which a person sets a password.
	link  func(ctx context.Context, user string) (link string, expires time.Time, err error)
	audit auditor
}

type userItem struct {
	ID    string `json:"id"`
	Role  string `json:"role"`
	State string `json:"state"` // "active" or "invited"
	// SignIn says how: "password", "oidc", or both.
	SignIn       []string `json:"sign_in"`
	Locale       string   `json:"locale"`
	CreatedAt    stamp    `json:"created_at"`
	LastSignInAt stamp    `json:"last_sign_in_at"`
}

func viewUser(u store.User) userItem {
	v := userItem{
		ID: u.ID, Role: u.Role, State: "invited", SignIn: []string{}, Locale: u.Locale,
		CreatedAt: stamp(u.CreatedAt), LastSignInAt: stamp(u.LastSignIn),
	}
	if people.CanSignIn(u) {
		v.State = "active"
	}
	if u.Password != nil {
		v.SignIn = append(v.SignIn, "password")
	}
	if u.Subject != "" {
		v.SignIn = append(v.SignIn, "oidc")
	}
	return v
}

// userLink is a person with the link that opens the way in, which is shown this time only.
type userLink struct {
	userItem
	Link          string `json:"link"`
	LinkExpiresAt stamp  `json:"link_expires_at"`
}

func (h usersAPI) list(c *gin.Context) error {
	q, err := readQuery(c)
	if err != nil {
		return err
	}
	all, err := h.people.List(c.Request.Context())
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, listOf(sliced(all, func(u store.User) string { return u.ID }, q), viewUser))
	return nil
}

func (h usersAPI) show(c *gin.Context) error {
	u, err := h.people.Get(c.Request.Context(), c.Param("user"))
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusOK, viewUser(u))
	return nil
}

type userSpec struct {
	ID     string `json:"id"`
	Role   string `json:"role"`
	Locale string `json:"locale"`
}

// create answers with a link by which the person sets a password.
func (h usersAPI) create(c *gin.Context) error {
	var spec userSpec
	if _, err := decode(c, &spec); err != nil {
		return err
	}
	if spec.Locale != "" && !words.Spoken(spec.Locale) {
		return badField("locale", "option", "locale must be one of the console's languages: ko, ja, en")
	}
	u, err := h.people.Invite(c.Request.Context(), people.Name(spec.ID), spec.Role, spec.Locale)
	if err != nil {
		return userProblem(err)
	}
	h.audit.note(c, "user.create", u.ID, u.Role)
	return h.answerLink(c, u)
}

// relink makes another link, for who has lost the first one or the password. The one before stops
// working; a password that is set works until another is set.
func (h usersAPI) relink(c *gin.Context) error {
	u, err := h.people.Get(c.Request.Context(), c.Param("user"))
	if err != nil {
		return err
	}
	h.audit.note(c, "user.link", u.ID, "")
	return h.answerLink(c, u)
}

func (h usersAPI) answerLink(c *gin.Context, u store.User) error {
	link, expires, err := h.link(c.Request.Context(), u.ID)
	if err != nil {
		return err
	}
	writeJSON(c, http.StatusCreated, userLink{viewUser(u), link, stamp(expires)})
	return nil
}

type userPatch struct {
	Role *string `json:"role"`
}

// patch changes the role, which signs the person out everywhere.
func (h usersAPI) patch(c *gin.Context) error {
	var patch userPatch
	body, err := decode(c, &patch)
	if err != nil {
		return err
	}
	if len(readPatch(body).nulls) > 0 {
		return badField("role", "required", "role cannot be removed; delete the person instead")
	}
	ctx, id := c.Request.Context(), c.Param("user")
	if patch.Role == nil {
		return h.show(c)
	}
	u, err := h.people.SetRole(ctx, callerOf(c).user, id, *patch.Role)
	if err != nil {
		return userProblem(err)
	}
	h.audit.note(c, "user.role", u.ID, u.Role)
	writeJSON(c, http.StatusOK, viewUser(u))
	return nil
}

func (h usersAPI) delete(c *gin.Context) error {
	id := c.Param("user")
	if err := h.people.Delete(c.Request.Context(), callerOf(c).user, id); err != nil {
		return userProblem(err)
	}
	h.audit.note(c, "user.delete", id, "")
	c.Status(http.StatusNoContent)
	return nil
}

// userProblem turns the refusals of the register into problems.
func userProblem(err error) error {
	switch {
	case errors.Is(err, people.ErrName):
		return badField("id", "format", "id "+people.ErrName.Error())
	case errors.Is(err, people.ErrRole):
		return badField("role", "option", "role "+people.ErrRole.Error())
	case errors.Is(err, people.ErrLastAdmin):
		return &problem{Status: http.StatusConflict, Code: "last_admin", Detail: people.ErrLastAdmin.Error()}
	case errors.Is(err, people.ErrYourself):
		return &problem{Status: http.StatusConflict, Code: "yourself", Detail: people.ErrYourself.Error()}
	}
	return err
}
