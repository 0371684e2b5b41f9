package console

import (
	"errors"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot/words"
	"dari/store"
	"dari/web/people"
)

// peopleView is the page of those who may sign in.
type peopleView struct {
	People  []personView
	Roles   []string
	Locales []words.Language
	Name    string // as typed
	Role    string
	Fault   string // key
	Link    string // one that is shown this one time
	LinkFor string
	LinkEnd time.Time
	Sign    bool // there is a sign-in provider
}

type personView struct {
	ID, Role            string
	You, Invited        bool
	Password, Elsewhere bool
	CreatedAt, Last     time.Time
}

func (c *Console) showPeople(g *gin.Context) { c.peoplePage(g, peopleView{Role: people.Builder}) }

func (c *Console) peoplePage(g *gin.Context, v peopleView) {
	all, err := c.people.List(g.Request.Context())
	if err != nil {
		c.fail(g, err)
		return
	}
	for _, u := range all {
		v.People = append(v.People, personView{
			u.ID, u.Role, u.ID == c.user(g).ID, !people.CanSignIn(u), u.Password != nil, u.Subject != "", u.CreatedAt, u.LastSignIn,
		})
	}
	v.Roles, v.Locales, v.Sign = people.Roles, words.Languages, c.provider != nil
	once(g)
	c.show(g, statusOf(v.Fault), "people", "people", "", v)
}

// invite adds a person and shows the link by which they set a password.
func (c *Console) invite(g *gin.Context) {
	limitForm(g)
	v := peopleView{Name: people.Name(g.PostForm("name")), Role: g.PostForm("role")}
	locale := g.PostForm("locale")
	if !words.Spoken(locale) {
		locale = c.language(g)
	}
	u, err := c.people.Invite(g.Request.Context(), v.Name, v.Role, locale)
	if err != nil {
		c.refusePerson(g, v, err)
		return
	}
	c.note(g, "user.create", u.ID, u.Role)
	v.Name = ""
	c.showLink(g, v, u.ID)
}

// renewLink makes another link, for who has lost the first one or the password.
func (c *Console) renewLink(g *gin.Context) {
	limitForm(g)
	name := g.PostForm("user")
	if _, err := c.people.Get(g.Request.Context(), name); err != nil {
		c.refusePerson(g, peopleView{}, err)
		return
	}
	c.note(g, "user.link", name, "")
	c.showLink(g, peopleView{Role: people.Builder}, name)
}

func (c *Console) showLink(g *gin.Context, v peopleView, name string) {
	var err error
	if v.Link, v.LinkEnd, err = c.UserLink(g.Request.Context(), name); err != nil {
		c.fail(g, err)
		return
	}
	v.LinkFor = name
	c.peoplePage(g, v)
}

func (c *Console) changeRole(g *gin.Context) {
	limitForm(g)
	u, err := c.people.SetRole(g.Request.Context(), c.user(g).ID, g.PostForm("user"), g.PostForm("role"))
	if err != nil {
		c.refusePerson(g, peopleView{Role: people.Builder}, err)
		return
	}
	c.note(g, "user.role", u.ID, u.Role)
	c.sayNext(g, "/console/people", "role_changed")
}

func (c *Console) deletePerson(g *gin.Context) {
	limitForm(g)
	name := g.PostForm("user")
	if err := c.people.Delete(g.Request.Context(), c.user(g).ID, name); err != nil {
		c.refusePerson(g, peopleView{Role: people.Builder}, err)
		return
	}
	c.note(g, "user.delete", name, "")
	c.sayNext(g, "/console/people", "person_deleted")
}

// refusePerson shows why the register refuses a change.
func (c *Console) refusePerson(g *gin.Context, v peopleView, err error) {
	faults := []struct {
		err error
		key string
	}{
		{people.ErrName, "error.name"},
		{people.ErrRole, "people.fault.role"},
		{people.ErrLastAdmin, "people.fault.last"},
		{people.ErrYourself, "people.fault.yourself"},
		{store.ErrExists, "people.fault.exists"},
		{store.ErrNotFound, "people.fault.gone"},
	}
	for _, f := range faults {
		if errors.Is(err, f.err) {
			v.Fault = f.key
			c.peoplePage(g, v)
			return
		}
	}
	c.fail(g, err)
}
