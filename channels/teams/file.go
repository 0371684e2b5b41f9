package teams

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"strings"

	"dari/bot/message"
	"dari/channels"
)

const (
	// The cards that ask a person to take a file, and that show it once it is there. They exist in
	// personal chats only. https://learn.microsoft.com/microsoftteams/platform/bots/how-to/bots-filesv4
	consentCard = "application/vnd.microsoft.teams.card.file.consent"
	fileCard    = "application/vnd.microsoft.teams.card.file.info"
	// maxFile bounds the files that are carried over, in bytes. The platform would take 60 MiB in one
	// piece: https://learn.microsoft.com/graph/api/driveitem-createuploadsession
	maxFile = 30 << 20
)

type consent struct {
	Description    string         `json:"description"`
	Size           int64          `json:"sizeInBytes"`
	AcceptContext  map[string]any `json:"acceptContext"`
	DeclineContext map[string]any `json:"declineContext"`
}

// file offers a file in a personal chat, where the person decides whether it goes to their OneDrive;
// FileConsent does the rest. Everywhere else, and when the size cannot be told in advance, it is a link.
func (a *adapter) file(ctx context.Context, act *outActivity, m message.Message, c message.Conversation) error {
	u, err := webAddress(m.URL)
	if err != nil {
		return err
	}
	if c.Kind != message.Direct {
		return act.link(m)
	}
	size, err := a.sizeOf(ctx, m.URL)
	if err != nil {
		return err
	}
	if size <= 0 || size > maxFile {
		return act.link(m)
	}
	name := driveName(cmp.Or(m.Name, fileName(u), "file"))
	sealed, err := a.sealOffer(offer{m.URL, name}, c.ID)
	if err != nil {
		return channels.Failf(channels.Rejected, "file", "teams: the file cannot be offered: %w", err)
	}
	// Both contexts come back with the answer; the name in the clear is for whoever reads that.
	act.Attachments = []any{outAttachment{ContentType: consentCard, Name: name, Content: consent{
		Description: cmp.Or(m.Text, m.Alt, m.Title, name), Size: size,
		AcceptContext:  map[string]any{ownMember: map[string]string{"file": sealed, "name": name}},
		DeclineContext: map[string]any{ownMember: map[string]string{"name": name}},
	}}}
	if len(m.QuickReplies) > 0 {
		act.Attachments = append(act.Attachments, heroes(hero{}, "", m.QuickReplies)...)
	}
	return nil
}

// sizeOf asks how large a file is, in bytes; 0 means that its server does not say, or does not let us
// in where it may let the person in. Many servers that hand out signed addresses know no HEAD, so the
// file is asked for and left unread.
func (a *adapter) sizeOf(ctx context.Context, address string) (int64, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return 0, channels.Failf(channels.Rejected, "url", "teams: url: the file's address cannot be called")
	}
	req.Header.Set("Accept-Encoding", "identity") // a packed answer has another size
	resp, err := a.http.Do(req)
	if notForUs(err) {
		return 0, nil
	}
	if err != nil {
		return 0, unread(err)
	}
	resp.Body.Close()
	switch {
	case resp.StatusCode == http.StatusOK:
		return max(resp.ContentLength, 0), nil
	case resp.StatusCode == http.StatusNotFound, resp.StatusCode == http.StatusGone:
		return 0, channels.Failf(channels.Rejected, "media_url", "teams: url: the file's server answered %d", resp.StatusCode)
	case resp.StatusCode >= 500, resp.StatusCode == http.StatusTooManyRequests:
		return 0, channels.Failf(channels.Temporary, "media_url", "teams: url: the file's server answered %d", resp.StatusCode)
	}
	return 0, nil
}

// notForUs tells whether an address was not called because Dari may not call it.
func notForUs(err error) bool {
	return err != nil && channels.AsSendError(err).Kind == channels.Config
}

// unread is the error of a file that could not be asked for; nobody has been sent anything by then.
func unread(err error) error {
	se := *channels.AsSendError(err)
	se.Err = fmt.Errorf("teams: file: %w", cause(err))
	return harmless(&se)
}

// driveName replaces what OneDrive does not take in names.
// https://support.microsoft.com/office/64883a5d-228e-48f5-b3d2-eb39e07630fa
func driveName(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"*:<>?/\|`, r) {
			return '_'
		}
		return r
	}, name)
	return cmp.Or(strings.Trim(name, " ."), "file")
}
