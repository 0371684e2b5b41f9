package line

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"time"

	"github.com/line/line-bot-sdk-go/v8/linebot/messaging_api"

	"dari/bot/message"
	"dari/channels"
)

// readyIn is how long to wait for a file that LINE is still preparing.
const readyIn = 2 * time.Second

// messageID is the form of a message's id, under which LINE keeps its file. The SDK does not check it.
var messageID = regexp.MustCompile(`^[0-9]{1,32}$`)

// Fetch implements channels.MediaFetcher. LINE deletes files after a time that it does not tell, so
// fetch at once. https://developers.line.biz/en/reference/messaging-api/#get-content
func (a *adapter) Fetch(ctx context.Context, at message.Attachment) (channels.Media, error) {
	if at.Ref == "" && at.URL != "" {
		return a.fetchElsewhere(ctx, at)
	}
	if !messageID.MatchString(at.Ref) {
		return channels.Media{}, channels.Failf(channels.Rejected, "ref", "line: attachment: %q is no message id", a.tidy(at.Ref))
	}
	if at.Kind == message.KindVideo || at.Kind == message.KindAudio {
		if err := a.prepared(ctx, at.Ref); err != nil {
			return channels.Media{}, err
		}
	}
	c, err := a.files(ctx, fileClient(*a.deps.HTTP))
	if err != nil {
		return channels.Media{}, err
	}
	res, _, err := c.GetMessageContentWithHttpInfo(at.Ref)
	a.note(ctx, "content", res)
	switch {
	case res != nil && res.StatusCode == http.StatusOK:
		return channels.Media{Body: res.Body, MIME: res.Header.Get("Content-Type"), Name: at.Name, Size: res.ContentLength}, nil
	case accepted(res):
		res.Body.Close()
		return channels.Media{}, unready()
	}
	return channels.Media{}, a.notFetched("content", res, err)
}

// prepared asks whether LINE has a video or a sound ready. An answer that says neither is left to the
// download. https://developers.line.biz/en/reference/messaging-api/#verify-video-or-audio-preparation-status
func (a *adapter) prepared(ctx context.Context, id string) error {
	c, err := a.files(ctx, boundedClient(*a.deps.HTTP))
	if err != nil {
		return err
	}
	res, body, err := c.GetMessageContentTranscodingByMessageIdWithHttpInfo(id)
	a.note(ctx, "transcoding", res)
	switch {
	case body != nil && body.Status == messaging_api.GetMessageContentTranscodingResponseSTATUS_PROCESSING:
		return unready()
	case body != nil && body.Status == messaging_api.GetMessageContentTranscodingResponseSTATUS_FAILED:
		return channels.Failf(channels.Rejected, "transcoding_failed", "line: transcoding: LINE could not prepare the file")
	case accepted(res), res != nil && res.StatusCode == http.StatusBadRequest: // no file of the kind that is prepared
		return nil
	}
	return a.notFetched("transcoding", res, err)
}

// fetchElsewhere opens a file of which LINE has no copy: a web app has sent its address. The channel's
// token does not go there.
func (a *adapter) fetchElsewhere(ctx context.Context, at message.Attachment) (channels.Media, error) {
	u, err := url.Parse(at.URL)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return channels.Media{}, channels.Failf(channels.Rejected, "media_url", "line: attachment: the file's address is no web address")
	}
	m, err := channels.OpenURL(ctx, a.deps.HTTP, at.URL)
	m.Name = at.Name
	return m, err
}

func (a *adapter) files(ctx context.Context, h *http.Client) (*messaging_api.MessagingApiBlobAPI, error) {
	c, err := messaging_api.NewMessagingApiBlobAPI(a.config.token,
		messaging_api.WithBlobHTTPClient(h), messaging_api.WithBlobEndpoint(a.config.dataBase))
	if err != nil {
		return nil, channels.Failf(channels.Config, "settings", "line: %w", err)
	}
	return c.WithContext(ctx), nil
}

func unready() *channels.SendError {
	se := channels.Failf(channels.Temporary, "processing", "line: content: LINE is still preparing the file")
	se.RetryAfter = readyIn
	return se
}

func (a *adapter) notFetched(op string, res *http.Response, err error) *channels.SendError {
	se := certain(a.failure(op, res, err))
	if res != nil && (res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone) {
		se.Code = "gone" // withdrawn by its sender, or deleted by LINE
	}
	return se
}
