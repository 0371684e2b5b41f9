package naverworks

import (
	"context"
	"io"
	"mime"
	"net/http"
	"net/url"

	"dari/bot/message"
	"dari/channels"
)

// Fetch implements channels.MediaFetcher. How long the platform keeps a file is not documented:
// https://developers.worksmobile.com/en/docs/bot-attachment-get
func (a *adapter) Fetch(ctx context.Context, att message.Attachment) (channels.Media, error) {
	if att.Ref == "" || climbs(att.Ref) {
		return channels.Media{}, refuse("ref", "is no file id")
	}
	t, err := a.tokens.Get(ctx)
	if err != nil {
		return channels.Media{}, err
	}
	resp, failed := a.download(ctx, att.Ref, t)
	if failed != nil {
		return channels.Media{}, failed
	}
	if resp.StatusCode == http.StatusUnauthorized {
		resp.Body.Close()
		if t, err = a.tokens.Replace(ctx, t.Access); err != nil {
			return channels.Media{}, err
		}
		if resp, failed = a.download(ctx, att.Ref, t); failed != nil {
			return channels.Media{}, failed
		}
	}
	if resp.StatusCode != http.StatusOK {
		return channels.Media{}, a.fetchError(resp, t)
	}
	return channels.Media{
		Body: resp.Body, MIME: resp.Header.Get("Content-Type"), Name: offered(resp.Header), Size: resp.ContentLength,
	}, nil
}

// download asks the API, which answers with the address of the storage, and then the storage. That one
// wants the token too, which no client would carry along on its own.
func (a *adapter) download(ctx context.Context, fileID string, t channels.Token) (*http.Response, *channels.SendError) {
	address := a.apiURL + "/bots/" + a.botID + "/attachments/" + url.PathEscape(fileID)
	resp, failed := a.http.open(ctx, address, bearer(t))
	if failed != nil || resp.StatusCode/100 != 3 {
		return resp, failed
	}
	resp.Body.Close()
	if address, failed = a.storage(resp.Header.Get("Location")); failed != nil {
		return nil, failed
	}
	return a.http.open(ctx, address, bearer(t))
}

// fetchError reads an answer that holds no file.
func (a *adapter) fetchError(resp *http.Response, t channels.Token) *channels.SendError {
	defer resp.Body.Close()
	ans := answer{status: resp.StatusCode, header: resp.Header}
	var err error
	ans.body, err = io.ReadAll(io.LimitReader(resp.Body, answerLimit))
	ans.cut = err != nil
	if failed := a.callError(ans, t, sendScopes, "the file is gone; the platform keeps files for a while only"); failed != nil {
		return failed
	}
	code, _ := a.apiFault(ans, t)
	return channels.Failf(channels.Temporary, code, "the platform answered without a file")
}

// offered is the name that the platform offers to save the file under, "" if none.
func offered(h http.Header) string {
	_, params, err := mime.ParseMediaType(h.Get("Content-Disposition"))
	if err != nil {
		return ""
	}
	return clean(params["filename"])
}
