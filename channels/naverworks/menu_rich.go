package naverworks

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"dari/bot/message"
	"dari/channels"
)

const (
	richPath    = "/richmenus"
	defaultPath = richPath + "/default"
	// dropTime bounds the deleting of a menu that nobody sees any more.
	dropTime = 5 * time.Second
)

// richMenu is a menu with a picture: https://developers.worksmobile.com/jp/docs/bot-richmenu-create
type richMenu struct {
	Name  string     `json:"richmenuName"`
	Size  richSize   `json:"size"`
	Areas []richArea `json:"areas"`
}

type richSize struct {
	Width  int `json:"width"`
	Height int `json:"height"`
}

type richArea struct {
	Bounds richBounds `json:"bounds"`
	Action outAction  `json:"action"`
}

type richBounds struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// rich is the platform's form of a menu with a picture.
func (a *adapter) rich(m message.Menu) (richMenu, *channels.SendError) {
	if err := m.Validate(); err != nil {
		return richMenu{}, invalid(err)
	}
	switch {
	case m.Width != richWidth:
		return richMenu{}, refuse("width", "is %d; a menu's picture is %d pixels wide", m.Width, richWidth)
	case m.Height != richLow && m.Height != richHigh:
		return richMenu{}, refuse("height", "is %d; a menu's picture is %d or %d pixels high", m.Height, richLow, richHigh)
	case len(m.Areas) > maxAreas:
		return richMenu{}, refuse("areas", "has %d entries; a menu has at most %d", len(m.Areas), maxAreas)
	}
	out := richMenu{Name: a.menuName(), Size: richSize{m.Width, m.Height}}
	for i, area := range m.Areas {
		if refused := misfitOne(fmt.Sprintf("areas[%d].action", i), area.Action, maxLabel); refused != nil {
			return richMenu{}, refused
		}
		out.Areas = append(out.Areas, richArea{richBounds{area.X, area.Y, area.Width, area.Height}, spoken(area.Action)})
	}
	return out, nil
}

// menuName marks the menus of this channel, so that no others are deleted.
func (a *adapter) menuName() string { return "Dari " + a.ChannelID }

// setRich makes a new menu each time, since pictures are not part of what can be changed, and deletes the
// one before if Dari has made it.
func (a *adapter) setRich(ctx context.Context, m message.Menu) error {
	menu, refused := a.rich(m)
	if refused != nil {
		return refused
	}
	picture, err := a.menuPicture(ctx, m)
	if err != nil {
		return err
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	before, err := a.shownRich(ctx)
	if err != nil {
		return err
	}
	ans, err := a.manage(ctx, http.MethodPost, richPath, menu, sendScopes)
	if err != nil {
		return err
	}
	var made struct{ RichmenuID loose }
	if !readJSON(ans, &made) || made.RichmenuID == "" {
		return channels.Failf(channels.Temporary, "richmenu_answer", "the platform named no menu")
	}
	if err := a.showRich(ctx, string(made.RichmenuID), picture); err != nil {
		a.dropRich(ctx, string(made.RichmenuID))
		return err
	}
	if before.own {
		a.dropRich(ctx, before.id)
	}
	return a.takeAway(ctx, menuPath)
}

// showRich gives a new menu its picture and shows it to all members.
func (a *adapter) showRich(ctx context.Context, id string, picture form) error {
	fileID, err := a.bring(ctx, picture)
	if err != nil {
		return err
	}
	at := richPath + "/" + url.PathEscape(id)
	if _, err := a.manage(ctx, http.MethodPost, at+"/image", map[string]string{"fileId": fileID}, sendScopes); err != nil {
		return err
	}
	ans, err := a.manage(ctx, http.MethodPost, at+"/set-default", nil, sendScopes)
	if ans.status != http.StatusConflict { // whether it can be set over a persistent menu is not documented
		return err
	}
	if err := a.takeAway(ctx, menuPath); err != nil {
		return err
	}
	_, err = a.manage(ctx, http.MethodPost, at+"/set-default", nil, sendScopes)
	return err
}

// shown is the rich menu that all members are shown; the zero value is none.
type shown struct {
	id  string
	own bool // Dari has made it
}

func (a *adapter) shownRich(ctx context.Context) (shown, error) {
	ans, err := a.manage(ctx, http.MethodGet, defaultPath, nil, sendScopes)
	if ans.status == http.StatusNotFound {
		return shown{}, nil
	}
	if err != nil {
		return shown{}, err
	}
	var now struct{ DefaultRichmenuID loose }
	if !readJSON(ans, &now) || now.DefaultRichmenuID == "" {
		return shown{}, nil
	}
	out := shown{id: string(now.DefaultRichmenuID)}
	ans, err = a.manage(ctx, http.MethodGet, richPath+"/"+url.PathEscape(out.id), nil, sendScopes)
	if ans.status == http.StatusNotFound {
		return out, nil
	}
	if err != nil {
		return shown{}, err
	}
	var menu struct{ RichmenuName string }
	out.own = readJSON(ans, &menu) && menu.RichmenuName == a.menuName()
	return out, nil
}

// removeRich shows a rich menu no longer, and deletes it if Dari has made it.
func (a *adapter) removeRich(ctx context.Context, before shown) error {
	if before.id == "" {
		return nil
	}
	if err := a.takeAway(ctx, defaultPath); err != nil {
		return err
	}
	if before.own {
		a.dropRich(ctx, before.id)
	}
	return nil
}

// dropRich deletes a menu of this channel, also when the context has ended. One that stays behind is not
// seen by anybody; it only counts among the thousand that a bot may have, so it is no reason to fail.
func (a *adapter) dropRich(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTime)
	defer cancel()
	if err := a.takeAway(ctx, richPath+"/"+url.PathEscape(id)); err != nil {
		a.Log.WarnContext(ctx, "naverworks menu not deleted", "channel", a.ChannelID, "menu", id, "error", err)
	}
}
