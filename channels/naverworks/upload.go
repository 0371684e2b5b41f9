package naverworks

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// maxUpload keeps what several uploads at once hold in memory in bounds. The platform's own limit is the
// tenant's: https://developers.worksmobile.com/en/docs/bot-attachment-create
const maxUpload = 10 << 20

// upload brings the file of a message to the platform and returns the id to send it by. Nothing is sent
// yet, so its failures are never uncertain.
func (a *adapter) upload(ctx context.Context, m message.Message) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, fileTimeout)
	defer cancel()
	f, refused := a.read(ctx, m)
	if refused != nil {
		return "", refused
	}
	return a.bring(ctx, f)
}

// bring uploads a form and returns the id of its file.
func (a *adapter) bring(ctx context.Context, f form) (string, error) {
	s, t, err := a.slot(ctx, f.name)
	if err != nil {
		return "", err
	}
	ans, failed := a.put(ctx, s, f, t)
	if failed == nil && ans.status == http.StatusUnauthorized { // the token died in between
		if _, err := a.tokens.Replace(ctx, t.Access); err != nil {
			return "", err
		}
		if s, t, err = a.slot(ctx, f.name); err != nil { // an address works once
			return "", err
		}
		ans, failed = a.put(ctx, s, f, t)
	}
	if failed == nil {
		failed = a.callError(ans, t, sendScopes, "the upload address is no longer known")
	}
	if failed != nil {
		return "", failed
	}
	var stored struct {
		FileID loose `json:"fileId"`
	}
	readJSON(ans, &stored)
	return cmp.Or(string(stored.FileID), s.fileID), nil
}

// form is a file as it is posted.
type form struct {
	name        string
	contentType string // of the form, with its boundary
	body        string
}

// read fetches the file of a message and wraps it up.
func (a *adapter) read(ctx context.Context, m message.Message) (form, *channels.SendError) {
	media, err := channels.OpenURL(ctx, a.HTTP, m.URL)
	if err != nil {
		return form{}, mediaURLError(err)
	}
	defer media.Body.Close()
	if media.Size > maxUpload {
		return form{}, tooLarge(m)
	}
	in := bufio.NewReader(io.LimitReader(media.Body, maxUpload+1))
	start, _ := in.Peek(512) // what DetectContentType looks at
	kind := media.MIME
	if t := mediaType(kind); t == "" || t == "application/octet-stream" {
		kind = http.DetectContentType(start)
	}
	f, n, err := wrap(fileName(m, kind), kind, in, media.Size)
	switch {
	case n > maxUpload:
		return form{}, tooLarge(m)
	case err != nil:
		return form{}, channels.Failf(channels.Temporary, "media_url", "reading the file at url broke off")
	case n == 0:
		return form{}, refuse("url", "leads to an empty file")
	}
	return f, nil
}

// wrap makes the form of a file, and tells how many bytes it has; size is what is thought before, 0 or less
// if nothing is. The parts' names: https://developers.worksmobile.com/en/docs/file-upload
func wrap(name, kind string, in io.Reader, size int64) (form, int64, error) {
	var body strings.Builder // takes everything, so only reading can fail
	body.Grow(int(max(size, 0)) + 1<<10)
	w := multipart.NewWriter(&body)
	w.WriteField("resourceName", name)
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition("Filedata", name)},
		"Content-Type":        {kind},
	})
	if err != nil {
		return form{}, 0, err
	}
	n, err := io.Copy(part, in)
	if err != nil {
		return form{}, n, err
	}
	w.Close()
	return form{name: name, contentType: w.FormDataContentType(), body: body.String()}, n, nil
}

func tooLarge(m message.Message) *channels.SendError {
	remedy := "send a smaller one"
	switch m.Type {
	case message.TypeImage, message.TypeVideo:
		remedy += ", or give an https url and preview_url (PNG), which NAVER WORKS fetches itself"
	case message.TypeFile:
		remedy += ", or give an https url that ends in the file's extension, which NAVER WORKS fetches itself"
	}
	return refuse("url", "leads to a file of more than %d MiB; %s", maxUpload>>20, remedy)
}

// mediaURLError keeps the address, which may hold a signature, out of the error.
func mediaURLError(err error) *channels.SendError {
	se := channels.AsSendError(err)
	var ue *url.Error
	if errors.As(se.Err, &ue) {
		se = &channels.SendError{Kind: se.Kind, Code: se.Code, Err: ue.Err}
	}
	return se
}

// slot is where a file goes, and the id that it will have.
type slot struct {
	fileID  string
	address string
}

// slot asks for a place: https://developers.worksmobile.com/en/docs/bot-attachment-create
func (a *adapter) slot(ctx context.Context, name string) (slot, channels.Token, error) {
	body, refused := encode(map[string]string{"fileName": name})
	if refused != nil {
		return slot{}, channels.Token{}, refused
	}
	ans, t, err := a.call(ctx, http.MethodPost, "/attachments", body)
	if err != nil {
		return slot{}, t, nothingSent("the platform", channels.AsSendError(err))
	}
	if failed := a.callError(ans, t, sendScopes, "there is no such bot; compare bot_id"); failed != nil {
		return slot{}, t, failed
	}
	var got struct {
		FileID    loose  `json:"fileId"`
		UploadURL string `json:"uploadUrl"`
	}
	if err := json.Unmarshal(ans.body, &got); err != nil || got.FileID == "" {
		return slot{}, t, channels.Failf(channels.Temporary, "attachment_answer", "the platform named no place for the file")
	}
	address, refused := a.storage(got.UploadURL)
	if refused != nil {
		return slot{}, t, refused
	}
	return slot{string(got.FileID), address}, t, nil
}

// put uploads: https://developers.worksmobile.com/en/docs/file-upload
func (a *adapter) put(ctx context.Context, s slot, f form, t channels.Token) (answer, *channels.SendError) {
	h := bearer(t)
	h.Set("Content-Type", f.contentType)
	ans, failed := a.files.do(ctx, http.MethodPost, s.address, h, f.body)
	if failed != nil {
		return ans, nothingSent("the platform's storage", failed)
	}
	return ans, nil
}
