package line

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // the two formats that LINE takes
	_ "image/png"
	"io"
	"net/http"

	"dari/bot/message"
	"dari/channels"
)

// picture is the picture of a menu.
type picture struct {
	kind string // content type
	data []byte
}

func (p picture) reader() io.Reader { return bytes.NewReader(p.data) }

// readPicture fetches the picture of a menu and checks what LINE would refuse it for.
// https://developers.line.biz/en/reference/messaging-api/#upload-rich-menu-image-requirements
func (a *adapter) readPicture(ctx context.Context, m message.Menu) (picture, error) {
	bad := func(field, format string, args ...any) (picture, error) {
		return picture{}, menuFault(rejected(field, format, args...))
	}
	media, err := channels.OpenURL(ctx, a.deps.HTTP, m.ImageURL)
	if err != nil {
		se := *channels.AsSendError(err)
		if se.Kind == channels.Rejected {
			se.Code = "image_url"
		}
		return picture{}, &se
	}
	defer media.Body.Close()
	data, err := io.ReadAll(io.LimitReader(media.Body, menuImageMax+1))
	switch {
	case err != nil:
		return picture{}, channels.Failf(channels.Temporary, "media_url", "line: image_url: the picture's server broke off")
	case len(data) > menuImageMax:
		return bad("image_url", "the picture is larger than 1 MB, which is the most that LINE takes")
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil, format != "jpeg" && format != "png": // others may have made more formats known
		return bad("image_url", "it leads to no JPEG or PNG picture but to %s", http.DetectContentType(data))
	case size.Width != m.Width:
		return bad("width", "it is %d, but the picture is %d pixels wide", m.Width, size.Width)
	case size.Height != m.Height:
		return bad("height", "it is %d, but the picture is %d pixels high", m.Height, size.Height)
	}
	return picture{"image/" + format, data}, nil
}
