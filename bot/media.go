package bot

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

// MediaPath is where the files that people send are fetched from Dari; a token follows.
const MediaPath = "/media/"

// mediaLife is how long an engine may take to fetch a file. No platform says for how long it keeps one, and the
// address that Teams gives for a file in a chat is good for minutes: an engine does well to fetch at once.
const mediaLife = 24 * time.Hour

// ErrMediaToken means that a media address is wrong or has expired.
var ErrMediaToken = errors.New("the address is wrong or has expired")

// link gives every file of the event an address of Dari's own, which works without the platform's
// credentials, for a day. The file itself is fetched from the platform only when somebody asks.
func (r *Runtime) link(ch *Channel, eventID string, in *message.Inbound) {
	if _, ok := ch.Adapter.(channels.MediaFetcher); !ok || r.opts.PublicURL == "" {
		return
	}
	files := make([]message.Attachment, len(in.Attachments))
	for i, a := range in.Attachments {
		a.URL = r.MediaURL(eventID, i)
		files[i] = a
	}
	if len(files) > 0 {
		in.Attachments = files
	}
}

// MediaURL is the address of a file of an event, good for a day from now.
func (r *Runtime) MediaURL(eventID string, file int) string {
	return r.opts.PublicURL + MediaPath + r.mediaToken(eventID, file, time.Now().Add(mediaLife))
}

// mediaToken names a file of an event: its number, when the token dies, the event's id, and a MAC over
// it all.
func (r *Runtime) mediaToken(eventID string, file int, dies time.Time) string {
	b := []byte{byte(file)}
	b = binary.BigEndian.AppendUint32(b, uint32(dies.Unix()))
	b = append(b, eventID...)
	return base64.RawURLEncoding.EncodeToString(append(r.sealer.MAC("media", b), b...))
}

// Media opens the file that a media token names. The caller closes the body.
func (r *Runtime) Media(ctx context.Context, token string) (channels.Media, error) {
	eventID, file, err := r.readMediaToken(token)
	if err != nil {
		return channels.Media{}, err
	}
	e, err := r.store.Event(ctx, eventID)
	if err != nil {
		return channels.Media{}, err
	}
	ch, err := r.Channel(ctx, e.ChannelID)
	if err != nil {
		return channels.Media{}, err
	}
	in, err := parse(ch, e)
	if err != nil {
		return channels.Media{}, err
	}
	fetcher, ok := ch.Adapter.(channels.MediaFetcher)
	if !ok || file >= len(in.Attachments) {
		return channels.Media{}, store.ErrNotFound
	}
	m, err := fetcher.Fetch(ctx, in.Attachments[file])
	if m.Name == "" {
		m.Name = in.Attachments[file].Name
	}
	return m, err
}

func (r *Runtime) readMediaToken(token string) (eventID string, file int, err error) {
	b, err := base64.RawURLEncoding.Strict().DecodeString(token)
	n := store.MACSize
	if err != nil || len(b) < n+6 || !r.sealer.ValidMAC(b[:n], "media", b[n:]) {
		return "", 0, ErrMediaToken
	}
	b = b[n:]
	if time.Now().Unix() > int64(binary.BigEndian.Uint32(b[1:5])) {
		return "", 0, ErrMediaToken
	}
	return string(b[5:]), int(b[0]), nil
}
