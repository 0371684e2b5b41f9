package slack

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"path"
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
	"dari/channels"
)

const (
	// maxUpload bounds what is carried from an address to Slack. Slack itself takes up to 1 GB:
	// https://docs.slack.dev/messaging/working-with-files
	maxUpload   = 50 << 20
	maxFileName = 255
	maxFileAlt  = 1000 // alt_txt: https://docs.slack.dev/reference/methods/files.getUploadURLExternal
)

// content is a file to upload. Slack wants to know its size first.
type content struct {
	io.Reader
	name string
	size int64
}

// upload brings a file to Slack and shares it in the conversation, in three calls:
// https://docs.slack.dev/messaging/working-with-files#uploading_files
// Only the last one shows anything, so that all others can be made again. It does not tell the time
// stamp of the message, which comes into being later.
func (a *adapter) upload(ctx context.Context, out channels.Outgoing, m message.Message) (channels.Receipt, error) {
	channel, thread, err := a.room(ctx, out)
	if err != nil {
		return channels.Receipt{}, err
	}
	media, err := channels.OpenURL(ctx, a.deps.HTTP, m.URL)
	if err != nil {
		return channels.Receipt{}, err
	}
	defer media.Body.Close()
	file, err := measured(media, fileName(m, media.MIME))
	if err != nil {
		return channels.Receipt{}, err
	}
	id, err := a.bring(ctx, file, m)
	if err != nil {
		return channels.Receipt{}, err
	}
	_, err = a.api.CompleteUploadExternalContext(ctx, slackapi.CompleteUploadExternalParameters{
		Files:   []slackapi.FileSummary{{ID: id, Title: file.name}},
		Channel: channel, ThreadTimestamp: thread,
		Blocks: slackapi.Blocks{BlockSet: append(spelledSections(m.QuickReplies), rows(m.QuickReplies, 0)...)},
	})
	if err != nil {
		return channels.Receipt{}, needing("files:write", a.sendError("files.completeUploadExternal", err))
	}
	return channels.Receipt{Route: "upload"}, nil
}

// room is the channel and the thread to share a file in. Unlike a message a file cannot be addressed to
// a person.
func (a *adapter) room(ctx context.Context, out channels.Outgoing) (channel, thread string, err error) {
	channel, thread = target(out.Conversation, out.User)
	if !strings.HasPrefix(channel, "U") && !strings.HasPrefix(channel, "W") {
		return channel, thread, nil
	}
	conv, _, err := a.Open(ctx, channel)
	return conv.ID, "", err
}

// bring makes a file of the content, which nobody sees yet.
func (a *adapter) bring(ctx context.Context, file content, m message.Message) (id string, err error) {
	const call = "files.getUploadURLExternal"
	to, err := a.api.GetUploadURLExternalContext(ctx, slackapi.GetUploadURLExternalParameters{
		FileName: file.name, FileSize: int(file.size), AltTxt: clip(m.Alt, maxFileAlt),
	})
	switch {
	case err != nil:
		return "", needing("files:write", harmless(a.sendError(call, err)))
	case to.FileID == "":
		return "", channels.Failf(channels.Temporary, "", "slack: %s: the answer names no file", call)
	case !a.ours(to.UploadURL):
		return "", channels.Failf(channels.Config, "upload_host", "slack: %s: the address to upload to is not Slack's; check api_base_url", call)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to.UploadURL, io.NopCloser(file))
	if err != nil {
		return "", channels.Failf(channels.Temporary, "", "slack: %s: the address to upload to cannot be read", call)
	}
	req.ContentLength = file.size
	req.Header.Set("Content-Type", "application/octet-stream")
	resp, err := a.deps.HTTP.Do(req) // without the token: the address is the permission
	if err != nil {
		return "", harmless(a.sendError("upload", err))
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10))
	if resp.StatusCode != http.StatusOK {
		return "", a.answered("upload", resp)
	}
	return to.FileID, nil
}

// measured finds out the size of a file, reading it if its server did not tell.
func measured(media channels.Media, name string) (content, error) {
	file := content{Reader: media.Body, name: name, size: media.Size}
	if media.Size < 0 {
		all, err := io.ReadAll(io.LimitReader(media.Body, maxUpload+1))
		if err != nil {
			return content{}, channels.Failf(channels.Temporary, "media_url", "the file's server broke off")
		}
		file.Reader, file.size = bytes.NewReader(all), int64(len(all))
	}
	switch {
	case file.size == 0:
		return content{}, rejected("url", "the file is empty")
	case file.size > maxUpload:
		return content{}, rejected("url", "the file is larger than %d MiB", maxUpload>>20)
	}
	return file, nil
}

// endings are for files whose name has none: Slack goes by it to decide whether it can play them.
var endings = map[string]string{
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm",
	"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/x-m4a": ".m4a", "audio/aac": ".aac", "audio/ogg": ".ogg", "audio/wav": ".wav",
	"application/pdf": ".pdf", "text/plain": ".txt", "text/csv": ".csv", "image/png": ".png", "image/jpeg": ".jpg",
}

// fileName is the message's name for the file, else the one at the end of its address.
func fileName(m message.Message, contentType string) string {
	name := m.Name
	if u, err := url.Parse(m.URL); name == "" && err == nil {
		name = strings.Trim(path.Base(u.Path), "./")
	}
	if name == "" {
		name = string(m.Type)
	}
	name = clip(name, maxFileName)
	if media, _, _ := mime.ParseMediaType(contentType); path.Ext(name) == "" {
		name = fmt.Sprint(name, endings[media])
	}
	return name
}
