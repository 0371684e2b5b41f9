package message

import (
	"errors"
	"fmt"
)

// Menu is what people can choose from at any time, beside the chat: plain entries, or a picture with
// areas to tap.
type Menu struct {
	// Title is what opens the menu, where the messenger shows it.
	Title string `json:"title,omitempty"`
	// Actions are the entries of a menu without a picture.
	Actions []Action `json:"actions,omitempty"`

	ImageURL string     `json:"image_url,omitempty"`
	Width    int        `json:"width,omitempty"` // of the picture, in pixels
	Height   int        `json:"height,omitempty"`
	Areas    []MenuArea `json:"areas,omitempty"`
	// Open shows the picture without a tap on the title.
	Open bool `json:"open,omitempty"`
}

// MenuArea is a rectangle of a menu's picture, in its pixels.
type MenuArea struct {
	X      int    `json:"x"`
	Y      int    `json:"y"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
	Action Action `json:"action"`
}

// Validate checks what is the same on every messenger, and names the field at fault.
func (m Menu) Validate() error {
	switch {
	case m.ImageURL == "" && len(m.Areas) > 0:
		return errors.New("image_url: areas need a picture")
	case m.ImageURL != "" && len(m.Areas) == 0:
		return errors.New("areas: a picture needs at least one")
	case m.ImageURL == "" && len(m.Actions) == 0:
		return errors.New("actions: a menu needs at least one")
	case m.ImageURL != "" && len(m.Actions) > 0:
		return errors.New("actions: a menu with a picture has areas instead")
	case m.ImageURL != "" && (m.Width <= 0 || m.Height <= 0):
		return errors.New("width, height: the size of the picture in pixels is needed")
	}
	for i, a := range m.Areas {
		if a.Width <= 0 || a.Height <= 0 || a.X < 0 || a.Y < 0 || a.X+a.Width > m.Width || a.Y+a.Height > m.Height {
			return fmt.Errorf("areas[%d]: does not lie within the picture of %d x %d", i, m.Width, m.Height)
		}
		if err := a.Action.Validate(); err != nil {
			return fmt.Errorf("areas[%d].action.%w", i, err)
		}
	}
	return validateActions("actions", m.Actions)
}
