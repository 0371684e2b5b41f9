package naverworks

import (
	"context"
	"net/http"

	"dari/bot/message"
)

const menuPath = "/persistentmenu"

// SetMenu implements channels.MenuSetter: with a picture as a rich menu, without one as the persistent
// menu. The platform has both kinds, but shows one at a time. Title and Open have no place in either.
// Rejected names the field in Code, Auth with Scope a missing permission.
func (a *adapter) SetMenu(ctx context.Context, m message.Menu) error {
	if m.ImageURL == "" {
		return a.setPersistent(ctx, m)
	}
	return a.setRich(ctx, m)
}

// RemoveMenu implements channels.MenuSetter.
func (a *adapter) RemoveMenu(ctx context.Context) error {
	a.changing.Lock()
	defer a.changing.Unlock()
	before, err := a.shownRich(ctx)
	if err != nil {
		return err
	}
	if err := a.takeAway(ctx, menuPath); err != nil {
		return err
	}
	return a.removeRich(ctx, before)
}

// setPersistent shows one to four actions, which must not be postback actions on this platform and
// therefore become messages with a postback.
// https://developers.worksmobile.com/en/docs/bot-persistentmenu-create
func (a *adapter) setPersistent(ctx context.Context, m message.Menu) error {
	if n := len(m.Actions); n > maxMenu {
		return refuse("actions", "has %d entries; a menu without a picture has 1 to %d", n, maxMenu)
	}
	if err := m.Validate(); err != nil {
		return invalid(err)
	}
	if refused := misfitAction("actions", m.Actions, maxMenuLabel); refused != nil {
		return refused
	}
	a.changing.Lock()
	defer a.changing.Unlock()
	before, err := a.shownRich(ctx)
	if err != nil {
		return err
	}
	menu := map[string]any{"content": map[string]any{"actions": each(m.Actions, labelled)}}
	ans, err := a.manage(ctx, http.MethodPost, menuPath, menu, sendScopes)
	if ans.status == http.StatusConflict { // whether a menu can be set over another is not documented
		if err := a.takeAway(ctx, menuPath); err != nil {
			return err
		}
		_, err = a.manage(ctx, http.MethodPost, menuPath, menu, sendScopes)
	}
	if err != nil {
		return err
	}
	return a.removeRich(ctx, before)
}

// takeAway deletes what may not be there.
func (a *adapter) takeAway(ctx context.Context, path string) error {
	ans, err := a.manage(ctx, http.MethodDelete, path, nil, sendScopes)
	if ans.status == http.StatusNotFound {
		return nil
	}
	return err
}
