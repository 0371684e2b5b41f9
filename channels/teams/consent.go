package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"dari/bot/message"
	"dari/channels"
)

// fileConsent is the invoke that brings a person's answer to an offered file.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#invoke-activity-when-the-user-accepts-the-file
const fileConsent = "fileConsent/invoke"

// upload is where an accepted file goes. The upload address opens a place in the person's drive to
// anybody, so it is kept for the adapter alone.
type upload struct {
	ContentURL string `json:"contentUrl"`
	Name       string `json:"name"`
	UploadURL  string `json:"uploadUrl"`
	UniqueID   string `json:"uniqueId"`
	FileType   string `json:"fileType"`
}

// FileConsent finishes what a file message began in a personal chat: in is the event with the
// person's answer, a form whose Name is "fileConsent/invoke". An accepted file of at most 30 MiB is
// fetched, put into the person's OneDrive and shown; for a declined one nothing happens (Route
// "declined"). It may take as long as the file needs, so it wants a context of minutes.
//
// Errors are *SendError values. Until the file is in the drive, Temporary ones may be tried again;
// after that a failure is Uncertain, because another try would put a second copy there.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
func (a *adapter) FileConsent(ctx context.Context, in message.Inbound) (channels.Receipt, error) {
	if in.Form == nil || in.Form.ID != fileConsent {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "event", "teams: the event is no answer to an offered file")
	}
	if in.Form.Values["action"] != "accept" {
		return channels.Receipt{Route: "declined"}, nil
	}
	var addr address
	if json.Unmarshal(in.Address, &addr) != nil || addr.Upload == nil {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "upload_info", "teams: the event does not say where the file goes")
	}
	if err := a.hosts.checkFile(addr.Upload.UploadURL); err != nil {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "upload_host", "teams: not uploaded: %w", err)
	}
	ref, err := a.target(channels.Outgoing{Conversation: in.Conversation, Reference: in.Reference})
	if err != nil {
		return channels.Receipt{}, err
	}
	sealed := readValue(json.RawMessage(in.Form.Data)).member(ownMember).string("file")
	o, err := a.openOffer(sealed, in.Conversation.ID)
	if err != nil {
		return channels.Receipt{}, channels.Failf(channels.Rejected, "file_offer", "teams: %w", err)
	}
	if err := a.carry(ctx, o.URL, addr.Upload.UploadURL); err != nil {
		return channels.Receipt{}, err
	}
	got, err := a.post(ctx, ref, fileShown(in.Conversation.ID, ref, *addr.Upload))
	if err != nil {
		se := *channels.AsSendError(err)
		se.Kind, se.Err = channels.Uncertain, fmt.Errorf("teams: the file is in the person's OneDrive, but was not shown: %w", se.Err)
		return channels.Receipt{}, &se
	}
	return got, nil
}

func fileShown(conversationID string, ref reference, up upload) outActivity {
	return outActivity{
		Type: "message", From: ref.Bot, Conversation: outConversation{ID: conversationID},
		Attachments: []any{outAttachment{
			ContentType: fileCard, ContentURL: up.ContentURL, Name: up.Name,
			Content: map[string]string{"uniqueId": up.UniqueID, "fileType": up.FileType},
		}},
	}
}

// carry moves the bytes from one address to the other.
func (a *adapter) carry(ctx context.Context, from, to string) error {
	media, err := channels.OpenURL(ctx, a.http, from)
	if err != nil {
		return unread(err)
	}
	defer media.Body.Close()
	body, size, err := sized(media)
	if err != nil {
		return err
	}
	return a.put(ctx, to, body, size)
}

// sized returns the bytes of a file with their number, which an upload needs beforehand.
func sized(m channels.Media) (io.Reader, int64, error) {
	body, size := io.Reader(m.Body), m.Size
	if size < 0 {
		raw, err := io.ReadAll(io.LimitReader(m.Body, maxFile+1))
		if err != nil {
			return nil, 0, channels.Failf(channels.Temporary, "media_url", "teams: the file was cut off: %w", cause(err))
		}
		body, size = bytes.NewReader(raw), int64(len(raw))
	}
	switch {
	case size == 0:
		return nil, 0, channels.Failf(channels.Rejected, "media_url", "teams: the file is empty")
	case size > maxFile:
		return nil, 0, channels.Failf(channels.Rejected, "media_size", "teams: the file has more than %d MiB", maxFile>>20)
	}
	return body, size, nil
}

// put stores a file in one piece, at an address that is its own permission: a token of ours has no
// business there. The same piece may be put again.
// https://learn.microsoft.com/graph/api/driveitem-createuploadsession#upload-bytes-to-the-upload-session
func (a *adapter) put(ctx context.Context, address string, body io.Reader, size int64) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, address, body)
	if err != nil {
		return channels.Failf(channels.Rejected, "upload_url", "teams: the upload address cannot be called")
	}
	req.ContentLength = size
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Content-Range", fmt.Sprintf("bytes 0-%d/%d", size-1, size))
	resp, err := a.http.Do(req)
	if err != nil {
		return unread(err)
	}
	discard(resp)
	status := resp.StatusCode
	kind := channels.Rejected // as a used-up address is
	switch {
	case status == http.StatusOK || status == http.StatusCreated:
		return nil
	case status == http.StatusTooManyRequests:
		kind = channels.RateLimited
	case status >= 500:
		kind = channels.Temporary
	}
	se := channels.Failf(kind, "upload", "teams: the person's OneDrive answered %d to the file", status)
	se.RetryAfter = channels.RetryAfter(resp.Header, a.now(), "Retry-After")
	return se
}
