package llm

import (
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"dari/bot/message"
	"dari/dialog/remote"
)

const (
	// maxPicture bounds a picture that is sent along, in bytes, and maxPictures their number:
	// https://docs.anthropic.com/en/docs/build-with-claude/vision takes 5 MB each.
	maxPicture   = 5 << 20
	maxPictures  = 4
	fetchPicture = 10 * time.Second
)

// pictureTypes are those that every model with eyes takes.
var pictureTypes = []string{"image/jpeg", "image/png", "image/gif", "image/webp"}

// pictures returns the pictures of the event in the form that the settings ask for, and tells which
// attachments are among them. One that cannot be had stays a link.
func (k *talk) pictures(ctx context.Context) ([]Image, func(message.Attachment) bool) {
	var images []Image
	taken := map[string]bool{}
	for _, a := range k.turn.Inbound.Attachments {
		if k.images != "url" && k.images != "inline" || a.Kind != message.KindImage || a.URL == "" || len(images) == maxPictures {
			continue
		}
		image := Image{URL: a.URL, MIME: a.MIME}
		if k.images == "inline" {
			var err error
			if image, err = k.fetch(ctx, a.URL); err != nil {
				k.trace.note("the picture was not sent along: " + err.Error())
				continue
			}
		}
		images = append(images, image)
		taken[a.URL] = true
	}
	return images, func(a message.Attachment) bool { return a.Kind == message.KindImage && taken[a.URL] }
}

// fetch reads a picture through the guarded client.
func (k *talk) fetch(ctx context.Context, address string) (Image, error) {
	ctx, cancel := context.WithTimeout(ctx, fetchPicture)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Image{}, remote.Failf("failed", "its address cannot be read")
	}
	resp, err := remote.Client{HTTP: k.client, Scrub: k.Scrub}.Open(req)
	if err != nil {
		return Image{}, err
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, maxPicture+1))
	kind, _, _ := strings.Cut(http.DetectContentType(data), ";")
	switch {
	case resp.StatusCode != http.StatusOK:
		return Image{}, remote.Failf("failed", "its address answers with status %d", resp.StatusCode)
	case err != nil:
		return Image{}, remote.Failf("failed", "it could not be read to its end")
	case len(data) > maxPicture:
		return Image{}, remote.Failf("failed", "it is larger than %d MiB", maxPicture>>20)
	case !slices.Contains(pictureTypes, kind):
		return Image{}, remote.Failf("failed", "it is %s, which models cannot see", kind)
	}
	return Image{MIME: kind, Data: data}, nil
}
