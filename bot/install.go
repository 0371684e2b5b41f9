package bot

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/store"
)

// installLife is how long a person may take to allow an app in.
const installLife = 30 * time.Minute

// ErrInstallState means that a browser came back from no installation that was begun here, or too late.
var ErrInstallState = errors.New("this installation was not begun here, was used already or has expired; begin it again")

// InstallPath is where the platform sends the browser back, for a channel of that type.
func InstallPath(channelType, channelID string) string {
	return "/" + channelType + "/" + channelID + "/oauth"
}

// InstallURL begins an installation with OAuth: where to send the browser. The state in it works once.
func (c *Catalog) InstallURL(ctx context.Context, id string) (string, error) {
	rec, t, values, err := c.settings(ctx, id)
	if err != nil {
		return "", err
	}
	installer, ok := t.(channels.Installer)
	if !ok {
		return "", ErrUnsupported
	}
	if rec.Managed {
		return "", ErrManaged
	}
	secret := make([]byte, 32)
	rand.Read(secret)
	state := base64.RawURLEncoding.EncodeToString(secret)
	address, err := installer.InstallURL(values, c.deps(rec), c.publicURL+InstallPath(rec.Type, rec.ID), state)
	if err != nil {
		return "", inputError("settings.", err)
	}
	link := store.Link{Purpose: installPurpose(id), Expires: time.Now().Add(installLife).UTC()}
	return address, c.store.Links().Create(ctx, stateID(state), link)
}

// Install ends an installation: the code becomes settings of the channel. A draft that is complete then
// is none any more.
func (c *Catalog) Install(ctx context.Context, id, state, code string) (ChannelView, string, error) {
	link, err := c.store.Links().Get(ctx, stateID(state))
	if err == nil && link.Purpose == installPurpose(id) {
		err = c.store.Links().Delete(ctx, stateID(state)) // of two that come back only one gets past this
	}
	switch {
	case errors.Is(err, store.ErrNotFound), err == nil && (link.Purpose != installPurpose(id) || time.Now().After(link.Expires)):
		return ChannelView{}, "", ErrInstallState
	case err != nil:
		return ChannelView{}, "", err
	}
	rec, t, values, err := c.settings(ctx, id)
	if err != nil {
		return ChannelView{}, "", err
	}
	installer, ok := t.(channels.Installer)
	if !ok {
		return ChannelView{}, "", ErrUnsupported
	}
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
	defer cancel()
	got, err := installer.Install(ctx, values, c.deps(rec), code, c.publicURL+InstallPath(rec.Type, rec.ID))
	if err != nil {
		return ChannelView{}, "", inputError("settings.", err)
	}
	patch := ChannelPatch{Settings: got.Values}
	if rec.Draft {
		complete := settings.Merge(ChannelFields(t), values, got.Values)
		if _, err := settings.Clean(ChannelFields(t), complete, c.urls); err == nil {
			patch.Draft = new(bool)
		}
	}
	v, err := c.PatchChannel(ctx, id, patch)
	return v, got.Where, err
}

func installPurpose(channelID string) string { return "install:" + channelID }

func stateID(state string) string {
	sum := sha256.Sum256([]byte("install " + state))
	return hex.EncodeToString(sum[:])
}
