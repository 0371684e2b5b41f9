package teams

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

// maxHops is how many redirects are followed to a file; the number is ours.
const maxHops = 3

// Fetch implements channels.MediaFetcher. A file from a personal chat has an address that opens it
// for some minutes without any token; a pasted picture lies at the Connector, which wants the bot's.
// https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4#receive-files-in-personal-chat
func (a *adapter) Fetch(ctx context.Context, att message.Attachment) (channels.Media, error) {
	// Only files have an address for people beside the one for us.
	pasted := att.URL == "" && a.hosts.check(att.Ref) == nil
	if !pasted {
		if err := a.hosts.checkFile(att.Ref); err != nil {
			return channels.Media{}, channels.Failf(channels.Rejected, "media_host", "teams: not fetched: %w", err)
		}
	}
	address, withToken := att.Ref, pasted
	for range maxHops + 1 {
		resp, err := a.get(ctx, address, withToken)
		if err != nil {
			return channels.Media{}, harmless(err)
		}
		next := a.redirect(resp)
		if next == "" {
			return a.media(resp, att, withToken)
		}
		discard(resp)
		address, withToken = next, false // the token never travels on
	}
	return channels.Media{}, channels.Failf(channels.Rejected, "media_redirect", "teams: the file's address leads in circles")
}

func (a *adapter) get(ctx context.Context, address string, withToken bool) (*http.Response, error) {
	if withToken {
		return a.authorized(ctx, http.MethodGet, address, nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, channels.Failf(channels.Rejected, "media_url", "teams: the file's address cannot be called")
	}
	resp, err := a.http.Do(req)
	if err != nil {
		return nil, unread(err)
	}
	return resp, nil
}

// redirect is where an answer leads, "" if nowhere we go.
func (a *adapter) redirect(resp *http.Response) string {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther,
		http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return ""
	}
	u, err := resp.Location()
	if err != nil || u.User != nil || u.Scheme != "https" && !a.hosts.known(u) {
		return ""
	}
	return u.String()
}

// media is the file in an answer, or what became of it.
func (a *adapter) media(resp *http.Response, att message.Attachment, withToken bool) (channels.Media, error) {
	if resp.StatusCode == http.StatusOK {
		m := channels.Media{
			Body: resp.Body, MIME: resp.Header.Get("Content-Type"), Name: att.Name, Size: resp.ContentLength,
		}
		if att.Kind == message.KindImage {
			sniff(&m)
		}
		return m, nil
	}
	discard(resp)
	status := resp.StatusCode
	switch {
	case status == http.StatusNotFound, status == http.StatusGone:
		return channels.Media{}, channels.Failf(channels.Rejected, "media_gone", "teams: the file is gone (status %d)", status)
	case status == http.StatusUnauthorized && withToken:
		return channels.Media{}, channels.Failf(channels.Auth, "401", "teams: the Connector refuses the bot's token for the picture")
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return channels.Media{}, channels.Failf(channels.Rejected, "media_expired", "teams: the file's address has expired (status %d); the person has to send it again", status)
	case status == http.StatusTooManyRequests:
		se := channels.Failf(channels.RateLimited, "429", "teams: too many files are being fetched")
		se.RetryAfter = channels.RetryAfter(resp.Header, a.now(), "Retry-After")
		return channels.Media{}, se
	case status >= 500:
		return channels.Media{}, channels.Failf(channels.Temporary, "media_url", "teams: the file's server answered %d", status)
	}
	return channels.Media{}, channels.Failf(channels.Rejected, "media_url", "teams: the file's server answered %d", status)
}

// sniff finds the type of a picture that is only said to be one.
func sniff(m *channels.Media) {
	if major, minor, _ := strings.Cut(m.MIME, "/"); major == "image" && minor != "*" {
		return
	}
	const enough = 512 // https://mimesniff.spec.whatwg.org/#reading-the-resource-header
	r := bufio.NewReaderSize(m.Body, enough)
	head, _ := r.Peek(enough) // a shorter file is known by what it has
	m.MIME = http.DetectContentType(head)
	m.Body = struct {
		io.Reader
		io.Closer
	}{r, m.Body}
}
