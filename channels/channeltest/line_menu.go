package channeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // the two formats that LINE takes
	_ "image/png"
	"io"
	"net/http"

	"github.com/rivo/uniseg"
)

// LINEMenusPath begins the paths of rich menus, LINEDefaultMenuPath those of the one that everybody sees.
const (
	LINEMenusPath       = "/v2/bot/richmenu"
	LINEDefaultMenuPath = "/v2/bot/user/all/richmenu"
)

// menuLINE is a rich menu: https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
type menuLINE struct {
	ID                string `json:"-"`
	Size              struct{ Width, Height int }
	Name, ChatBarText string
	Areas             []struct {
		Bounds struct{ X, Y, Width, Height int }
		Action actionLINE
	}

	fields  map[string]any // as it was written
	picture bool
}

// serveMenus adds the calls about rich menus.
func (l *fakeLINE) serveMenus(mux *http.ServeMux) {
	mux.HandleFunc("POST "+LINEMenusPath, l.createMenu)
	mux.HandleFunc("GET "+LINEMenusPath+"/{menu}", l.known(func(w http.ResponseWriter, r *http.Request, m *menuLINE) {
		m.fields["richMenuId"] = m.ID
		body, _ := json.Marshal(m.fields)
		answerLINE(http.StatusOK, string(body))(w, r)
	}))
	mux.HandleFunc("DELETE "+LINEMenusPath+"/{menu}", l.known(l.deleteMenu))
	mux.HandleFunc("POST "+LINEMenusPath+"/{menu}/content", l.known(l.menuPicture))
	mux.HandleFunc("GET "+LINEDefaultMenuPath, l.defaultMenu)
	mux.HandleFunc("POST "+LINEDefaultMenuPath+"/{menu}", l.known(l.showMenu))
	mux.HandleFunc("DELETE "+LINEDefaultMenuPath, func(w http.ResponseWriter, r *http.Request) {
		l.shown = ""
		answerLINE(http.StatusOK, `{}`)(w, r)
	})
}

// known finds the menu that the path names.
func (l *fakeLINE) known(next func(http.ResponseWriter, *http.Request, *menuLINE)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		m := l.menus[r.PathValue("menu")]
		if m == nil {
			refuseLINE(w, http.StatusNotFound, "richmenu not found")
			return
		}
		next(w, r, m)
	}
}

func (l *fakeLINE) createMenu(w http.ResponseWriter, r *http.Request) {
	var m menuLINE
	body, _ := io.ReadAll(r.Body)
	if json.Unmarshal(body, &m) != nil || json.Unmarshal(body, &m.fields) != nil {
		refuseLINE(w, http.StatusBadRequest, "The request body could not be parsed as JSON (line: 1, column: 1)")
		return
	}
	var c checkLINE
	c.menu(m)
	if c.property != "" {
		answerLINE(http.StatusBadRequest, fmt.Sprintf(`{"message":"The request body has 1 error(s)","details":[{"message":%q,"property":%q}]}`, c.message, c.property))(w, r)
		return
	}
	l.made++
	m.ID = fmt.Sprintf("richmenu-%032x", l.made)
	l.menus[m.ID] = &m
	answerLINE(http.StatusOK, `{"richMenuId":"`+m.ID+`"}`)(w, r)
}

func (c *checkLINE) menu(m menuLINE) {
	c.number("size.width", m.Size.Width, 800, 2500)
	c.number("size.height", m.Size.Height, 250, m.Size.Width*100/145)
	c.length("name", uniseg.GraphemeClusterCount(m.Name), 1, 300)
	c.length("chatBarText", uniseg.GraphemeClusterCount(m.ChatBarText), 1, 14)
	c.number("areas", len(m.Areas), 0, 20)
	for i, area := range m.Areas {
		at, b := fmt.Sprintf("areas[%d]", i), area.Bounds
		if b.X < 0 || b.Y < 0 || b.Width < 1 || b.Height < 1 || b.X+b.Width > m.Size.Width || b.Y+b.Height > m.Size.Height {
			c.fail(at+".bounds", "must be inside of the rich menu")
		}
		c.action(at+".action", area.Action, 20)
	}
}

// menuPicture takes the picture of a menu, once.
func (l *fakeLINE) menuPicture(w http.ResponseWriter, r *http.Request, m *menuLINE) {
	data, _ := io.ReadAll(r.Body)
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case m.picture:
		refuseLINE(w, http.StatusBadRequest, "An image has already been uploaded to the richmenu")
	case len(data) > 1<<20:
		refuseLINE(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
	case err != nil || r.Header.Get("Content-Type") != "image/"+format:
		refuseLINE(w, http.StatusUnsupportedMediaType, "The content type is not supported")
	case size.Width != m.Size.Width || size.Height != m.Size.Height:
		refuseLINE(w, http.StatusBadRequest, "The image size does not match the richmenu")
	default:
		m.picture = true
		answerLINE(http.StatusOK, `{}`)(w, r)
	}
}

func (l *fakeLINE) showMenu(w http.ResponseWriter, r *http.Request, m *menuLINE) {
	if !m.picture {
		refuseLINE(w, http.StatusBadRequest, "must upload richmenu image before applying it to user")
		return
	}
	l.shown = m.ID
	answerLINE(http.StatusOK, `{}`)(w, r)
}

func (l *fakeLINE) defaultMenu(w http.ResponseWriter, r *http.Request) {
	if l.shown == "" {
		refuseLINE(w, http.StatusNotFound, "no default richmenu")
		return
	}
	answerLINE(http.StatusOK, `{"richMenuId":"`+l.shown+`"}`)(w, r)
}

func (l *fakeLINE) deleteMenu(w http.ResponseWriter, r *http.Request, m *menuLINE) {
	delete(l.menus, m.ID)
	if l.shown == m.ID {
		l.shown = ""
	}
	answerLINE(http.StatusOK, `{}`)(w, r)
}
