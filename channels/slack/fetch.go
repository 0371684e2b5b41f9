package slack

import (
	"context"
	"mime"
	"net/http"
	"path"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// Fetch implements channels.MediaFetcher: https://docs.slack.dev/messaging/working-with-files
// The token goes to Slack's own hosts alone: where a file of another service was shared, its address is
// whatever the person chose.
func (a *adapter) Fetch(ctx context.Context, at message.Attachment) (channels.Media, error) {
	if at.URL == "" {
		var err error
		if at, err = a.lookUp(ctx, at); err != nil {
			return channels.Media{}, err
		}
	}
	if !a.ours(at.URL) {
		return channels.Media{}, channels.Failf(channels.Rejected, "media_host", "slack: the file is not kept by Slack, and is not fetched from elsewhere")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.URL, nil)
	if err != nil {
		return channels.Media{}, channels.Failf(channels.Rejected, "media_url", "slack: the file's address is no URL")
	}
	req.Header.Set("Authorization", "Bearer "+a.botToken)
	resp, err := a.deps.HTTP.Do(req)
	if err != nil {
		return channels.Media{}, harmless(a.sendError("file", err))
	}
	if e := a.fileRefusal(resp, at); e != nil {
		resp.Body.Close()
		return channels.Media{}, e
	}
	return channels.Media{Body: resp.Body, MIME: first(resp.Header.Get("Content-Type"), at.MIME), Name: at.Name, Size: resp.ContentLength}, nil
}

// lookUp asks for a file of which only the id is known, as in channels shared with another organisation:
// https://docs.slack.dev/reference/methods/files.info
func (a *adapter) lookUp(ctx context.Context, at message.Attachment) (message.Attachment, error) {
	if at.Ref == "" {
		return at, channels.Failf(channels.Rejected, "media_url", "slack: the file has neither an address nor an id")
	}
	f, _, _, err := a.api.GetFileInfoContext(ctx, at.Ref, 0, 0)
	if err != nil {
		return at, needing("files:read", harmless(a.sendError("files.info", err)))
	}
	found := file{
		ID: f.ID, Name: f.Name, MIME: f.Mimetype, Size: int64(f.Size), Mode: f.Mode,
		Private: f.URLPrivate, Download: f.URLPrivateDownload,
	}
	if at = found.attachment(); found.gone() || at.URL == "" {
		return at, channels.Failf(channels.Rejected, "file_not_found", "slack: files.info: the file is gone or hidden from the bot")
	}
	return at, nil
}

// fileRefusal is nil when the answer is the file. To whom a file is hidden Slack answers with the way to
// the login page, or with the page itself.
func (a *adapter) fileRefusal(resp *http.Response, at message.Attachment) *channels.SendError {
	switch status := resp.StatusCode; {
	case status == http.StatusOK && !loginPage(resp, at):
		return nil
	case status < 400, status == http.StatusUnauthorized, status == http.StatusForbidden:
		e := channels.Failf(channels.Auth, "missing_scope", "slack: the bot may not read the file: %s", remedies["missing_scope"])
		e.Scope = "files:read"
		return e
	}
	return a.answered("file", resp)
}

// loginPage tells a page from a file that happens to be one.
func loginPage(resp *http.Response, at message.Attachment) bool {
	got, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
	sent, _, _ := mime.ParseMediaType(at.MIME)
	ending := strings.ToLower(path.Ext(at.Name))
	return got == "text/html" && sent != "text/html" && ending != ".html" && ending != ".htm"
}
