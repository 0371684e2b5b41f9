package naverworks

import (
	"bytes"
	"context"
	"image"
	_ "image/jpeg" // the two formats that a menu may have
	_ "image/png"
	"io"
	"net/http"

	"dari/bot/message"
	"dari/channels"
)

// menuPicture fetches the picture of a menu, checks what the platform would refuse it for, and wraps it up
// for the upload. https://developers.worksmobile.com/en/docs/bot-richmenu-image-set
func (a *adapter) menuPicture(ctx context.Context, m message.Menu) (form, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	media, err := channels.OpenURL(ctx, a.HTTP, m.ImageURL)
	if err != nil {
		se := *mediaURLError(err)
		if se.Kind == channels.Rejected {
			se.Code = "image_url"
		}
		return form{}, &se
	}
	defer media.Body.Close()
	data, err := io.ReadAll(io.LimitReader(media.Body, maxMenuPicture+1))
	switch {
	case err != nil:
		return form{}, channels.Failf(channels.Temporary, "media_url", "reading the picture at image_url broke off")
	case len(data) > maxMenuPicture:
		return form{}, refuse("image_url", "leads to a picture of more than 1 MB, which is the most that a menu may have")
	}
	size, format, err := image.DecodeConfig(bytes.NewReader(data))
	switch {
	case err != nil, format != "jpeg" && format != "png": // others may have made more formats known
		return form{}, refuse("image_url", "leads to no JPEG or PNG picture but to %s", http.DetectContentType(data))
	case size.Width != m.Width:
		return form{}, refuse("width", "is %d, but the picture is %d pixels wide", m.Width, size.Width)
	case size.Height != m.Height:
		return form{}, refuse("height", "is %d, but the picture is %d pixels high", m.Height, size.Height)
	}
	f, _, err := wrap("menu."+format, "image/"+format, bytes.NewReader(data), int64(len(data)))
	return f, err
}
