package channeltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	_ "image/jpeg" // the two formats that a menu may have
	_ "image/png"
	"io"
	"net/http"
	"strings"
)

// NaverWorksRichPath begins the paths of menus with a picture.
const NaverWorksRichPath = NaverWorksBotPath + "/richmenus"

// worksMenu is a rich menu: https://developers.worksmobile.com/jp/docs/bot-richmenu-create
type worksMenu struct {
	RichmenuName string
	Size         struct{ Width, Height int }
	Areas        []struct {
		Bounds struct{ X, Y, Width, Height int }
		Action worksAction
	}

	picture bool
}

func (w *naverWorks) serveMenus(mux *http.ServeMux) {
	serve := func(pattern string, next http.HandlerFunc) {
		method, path, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" /v1.0/bots/{bot}"+path, w.authorized(next, "bot", "bot.message"))
	}
	serve("POST /persistentmenu", w.setMenu)
	serve("DELETE /persistentmenu", w.dropMenu)
	serve("POST /richmenus", w.createRich)
	serve("GET /richmenus/{menu}", w.getRich)
	serve("DELETE /richmenus/{menu}", w.deleteRich)
	serve("POST /richmenus/{menu}/image", w.richImage)
	serve("POST /richmenus/{menu}/set-default", w.showRich)
}

func worksNoMenu(rw http.ResponseWriter) {
	worksError(rw, http.StatusNotFound, "NOT_FOUND", "The menu does not exist.")
}

// setMenu sets the persistent menu.
func (w *naverWorks) setMenu(rw http.ResponseWriter, r *http.Request) {
	var body struct {
		Content struct{ Actions []worksAction }
	}
	err := json.NewDecoder(r.Body).Decode(&body)
	list := body.Content.Actions
	if err != nil || len(list) < 1 || len(list) > 4 || worksActionFault("content.actions", "menu", list) != "" {
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", "The menu cannot be used.")
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.menu && w.OneMenu {
		worksError(rw, http.StatusConflict, "ALREADY_EXIST", "There is a menu.")
		return
	}
	w.menu, w.shown = true, ""
	rw.WriteHeader(http.StatusCreated)
}

func (w *naverWorks) dropMenu(rw http.ResponseWriter, _ *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.menu {
		worksNoMenu(rw)
		return
	}
	w.menu = false
	rw.WriteHeader(http.StatusNoContent)
}

func (w *naverWorks) createRich(rw http.ResponseWriter, r *http.Request) {
	var m worksMenu
	body, _ := io.ReadAll(r.Body)
	if json.Unmarshal(body, &m) != nil || m.fault() != "" {
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", m.fault())
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.made++
	id := fmt.Sprint(40000 + w.made)
	w.menus[id] = &m
	var answer map[string]any
	json.Unmarshal(body, &answer)
	answer["richmenuId"] = id
	worksJSON(rw, http.StatusCreated, answer)
}

func (m worksMenu) fault() string {
	switch {
	case !worksWithin(m.RichmenuName, 300):
		return "richmenuName must have 1 to 300 characters"
	case m.Size.Width != 2500 || m.Size.Height != 843 && m.Size.Height != 1686:
		return "size must be 2500 x 843 or 2500 x 1686"
	case len(m.Areas) < 1 || len(m.Areas) > 20:
		return "areas must have 1 to 20 elements"
	}
	for _, a := range m.Areas {
		b := a.Bounds
		if b.X < 0 || b.Y < 0 || b.Width < 1 || b.Height < 1 || b.X+b.Width > m.Size.Width || b.Y+b.Height > m.Size.Height {
			return "areas.bounds is not inside of the menu"
		}
		if fault := worksActionFault("areas.action", "rich", []worksAction{a.Action}); fault != "" {
			return fault
		}
	}
	return ""
}

// getRich shows a menu, or which one all members see.
func (w *naverWorks) getRich(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := r.PathValue("menu")
	m := w.menus[id]
	switch {
	case id == "default" && w.shown != "":
		worksJSON(rw, http.StatusOK, map[string]any{"botId": json.Number(NaverWorksBotID), "defaultRichmenuId": w.shown})
	case m == nil:
		worksNoMenu(rw)
	default:
		worksJSON(rw, http.StatusOK, map[string]any{"richmenuId": id, "richmenuName": m.RichmenuName})
	}
}

// deleteRich deletes a menu, or shows it no longer.
func (w *naverWorks) deleteRich(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := r.PathValue("menu")
	switch {
	case id == "default" && w.shown != "":
		w.shown = ""
	case w.menus[id] == nil:
		worksNoMenu(rw)
		return
	default:
		delete(w.menus, id)
		if w.shown == id {
			w.shown = ""
		}
	}
	rw.WriteHeader(http.StatusNoContent)
}

func (w *naverWorks) richImage(rw http.ResponseWriter, r *http.Request) {
	var body struct{ FileID string }
	json.NewDecoder(r.Body).Decode(&body)
	w.mu.Lock()
	defer w.mu.Unlock()
	m, file := w.menus[r.PathValue("menu")], w.uploads[body.FileID]
	if m == nil {
		worksNoMenu(rw)
		return
	}
	size, _, err := image.DecodeConfig(bytes.NewReader(file.data))
	if !file.done || err != nil || len(file.data) > 1<<20 || size.Width != m.Size.Width || size.Height != m.Size.Height {
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", "The file is no picture of the menu's size.")
		return
	}
	m.picture = true
	rw.WriteHeader(http.StatusNoContent)
}

func (w *naverWorks) showRich(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := r.PathValue("menu")
	m := w.menus[id]
	switch {
	case m == nil:
		worksNoMenu(rw)
	case !m.picture:
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", "The menu has no picture.")
	case w.menu && w.OneMenu:
		worksError(rw, http.StatusConflict, "ALREADY_EXIST", "There is a menu.")
	default:
		w.shown = id
		rw.WriteHeader(http.StatusCreated)
	}
}
