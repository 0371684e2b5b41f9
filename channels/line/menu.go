package line

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
	"dari/channels"
)

// menuTitle stands in the bar below a chat when the menu has no title: LINE wants one.
const menuTitle = "Menu"

// dropTime bounds the deleting of a menu that nobody sees any more.
const dropTime = 5 * time.Second

var _ channels.MenuSetter = (*adapter)(nil)

// SetMenu implements channels.MenuSetter with a rich menu, which LINE shows to everybody who has none of
// their own. LINE cannot change a menu's picture, so there is a new menu each time, and the one before
// goes if Dari has made it. Rejected names the field in Code.
// https://developers.line.biz/en/docs/messaging-api/using-rich-menus/
func (a *adapter) SetMenu(ctx context.Context, m message.Menu) error {
	menu, err := a.richMenu(m)
	if err != nil {
		return menuFault(err)
	}
	image, err := a.readPicture(ctx, m)
	if err != nil {
		return err
	}
	a.menu.Lock()
	defer a.menu.Unlock()
	c, err := a.client(ctx)
	if err != nil {
		return err
	}
	before, _, err := a.shownMenu(c)
	if err != nil {
		return err
	}
	res, made, err := c.CreateRichMenuWithHttpInfo(menu)
	switch failed := a.menuCall(ctx, "create menu", res, err); {
	case failed != nil:
		return failed
	case made == nil || made.RichMenuId == "":
		return channels.Failf(channels.Temporary, "menu_answer", "line: create menu: the answer names no menu")
	}
	if err := a.showMenu(ctx, c, made.RichMenuId, image); err != nil {
		a.dropMenu(ctx, made.RichMenuId)
		return err
	}
	if before != "" {
		a.dropMenu(ctx, before)
	}
	return nil
}

// RemoveMenu implements channels.MenuSetter. A menu that somebody else has made is no longer shown, but
// not deleted.
func (a *adapter) RemoveMenu(ctx context.Context) error {
	a.menu.Lock()
	defer a.menu.Unlock()
	c, err := a.client(ctx)
	if err != nil {
		return err
	}
	own, shown, err := a.shownMenu(c)
	if err != nil || !shown {
		return err
	}
	res, _, err := c.CancelDefaultRichMenuWithHttpInfo()
	if err := a.menuCall(ctx, "cancel menu", res, err); err != nil {
		return err
	}
	if own != "" {
		a.dropMenu(ctx, own)
	}
	return nil
}

// menuName marks the menus of this channel, so that no others are deleted. People do not see it.
func (a *adapter) menuName() string { return "Dari " + a.deps.ChannelID }

// richMenu is LINE's form of a menu: https://developers.line.biz/en/reference/messaging-api/#rich-menu-object
func (a *adapter) richMenu(m message.Menu) (*messaging_api.RichMenuRequest, error) {
	if m.ImageURL == "" {
		return nil, rejected("image_url", "it is missing; LINE's menus are pictures with areas to tap")
	}
	if err := m.Validate(); err != nil {
		return nil, fmt.Errorf("line: %w", err)
	}
	title := cmp.Or(strings.TrimSpace(m.Title), menuTitle)
	switch n := graphemes(title); {
	case n > menuTitleMax:
		return nil, rejected("title", "it has %d characters; LINE takes %d", n, menuTitleMax)
	case m.Width < menuWidthMin || m.Width > menuWidthMax:
		return nil, rejected("width", "it is %d; LINE takes %d to %d pixels", m.Width, menuWidthMin, menuWidthMax)
	case m.Height < menuHeightMin:
		return nil, rejected("height", "it is %d; LINE takes at least %d pixels", m.Height, menuHeightMin)
	case float64(m.Width) < menuRatioMin*float64(m.Height):
		return nil, rejected("height", "it is %d; LINE wants the width to be at least %.2f times the height", m.Height, menuRatioMin)
	case len(m.Areas) > maxAreas:
		return nil, rejected("areas", "there are %d; LINE takes %d", len(m.Areas), maxAreas)
	}
	out := &messaging_api.RichMenuRequest{
		Size:     &messaging_api.RichMenuSize{Width: int64(m.Width), Height: int64(m.Height)},
		Selected: m.Open, Name: a.menuName(), ChatBarText: title,
	}
	for i, area := range m.Areas {
		act, err := labelled(fmt.Sprintf("areas[%d].action", i), area.Action, labelMax)
		if err != nil {
			return nil, err
		}
		bounds := messaging_api.RichMenuBounds{X: int64(area.X), Y: int64(area.Y), Width: int64(area.Width), Height: int64(area.Height)}
		out.Areas = append(out.Areas, messaging_api.RichMenuArea{Bounds: &bounds, Action: act})
	}
	return out, nil
}

// menuFault puts the field that an error begins with into its code.
func menuFault(err error) *channels.SendError {
	var se *channels.SendError
	if errors.As(err, &se) {
		err = se.Err
	}
	field, _, _ := strings.Cut(strings.TrimPrefix(err.Error(), "line: "), ":")
	return &channels.SendError{Kind: channels.Rejected, Code: field, Err: err}
}

// shownMenu is the menu that everybody is shown, "" if somebody else has made it.
func (a *adapter) shownMenu(c *messaging_api.MessagingApiAPI) (own string, shown bool, err error) {
	res, body, err := c.GetDefaultRichMenuIdWithHttpInfo()
	if res != nil && res.StatusCode == http.StatusNotFound {
		return "", false, nil
	}
	if !accepted(res) {
		return "", false, certain(a.failure("default menu", res, err))
	}
	if body == nil || body.RichMenuId == "" {
		return "", false, nil
	}
	res, menu, err := c.GetRichMenuWithHttpInfo(body.RichMenuId)
	switch {
	case res != nil && res.StatusCode == http.StatusNotFound: // made in the Official Account Manager
		return "", true, nil
	case !accepted(res):
		return "", false, certain(a.failure("menu", res, err))
	case menu == nil || menu.Name != a.menuName():
		return "", true, nil
	}
	return body.RichMenuId, true, nil
}

// showMenu gives a new menu its picture and shows it to everybody.
func (a *adapter) showMenu(ctx context.Context, c *messaging_api.MessagingApiAPI, id string, p picture) error {
	files, err := a.files(ctx, boundedClient(*a.deps.HTTP))
	if err != nil {
		return err
	}
	res, _, err := files.SetRichMenuImageWithHttpInfo(id, p.kind, p.reader())
	if err := a.menuCall(ctx, "menu picture", res, err); err != nil {
		return err
	}
	res, _, err = c.SetDefaultRichMenuWithHttpInfo(id)
	return a.menuCall(ctx, "show menu", res, err)
}

// dropMenu deletes a menu of this channel, also when the context has ended. One that stays behind is not
// seen by anybody; it only counts among the thousand that LINE keeps, so it is no reason to fail.
func (a *adapter) dropMenu(ctx context.Context, id string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), dropTime)
	defer cancel()
	c, err := a.client(ctx)
	if err == nil {
		var res *http.Response
		res, _, err = c.DeleteRichMenuWithHttpInfo(id)
		err = a.menuCall(ctx, "delete menu", res, err)
	}
	if err != nil {
		a.deps.Log.WarnContext(ctx, "line menu not deleted", "channel", a.deps.ChannelID, "menu", id, "error", err)
	}
}

// menuCall is the outcome of a call about menus, which may be made again whatever became of it.
func (a *adapter) menuCall(ctx context.Context, op string, res *http.Response, err error) error {
	a.note(ctx, op, res)
	if accepted(res) {
		return nil
	}
	return certain(a.failure(op, res, err))
}
