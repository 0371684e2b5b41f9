package slack

import (
	"strings"

	"dari/channels"
)

// AppFile implements channels.AppPackager: the manifest of an app that sends to this channel. Slack
// takes no address but https, so that without one the app uses Socket Mode.
func (a *adapter) AppFile(botName string) (channels.AppFile, error) {
	address := a.deps.CallbackURL
	if a.Listens() || !strings.HasPrefix(address, "https://") {
		address = ""
	}
	manifest := Manifest(botName, address)
	return channels.AppFile{Name: "slack-manifest.json", MIME: "application/json", Data: manifest, Link: ManifestLink(manifest)}, nil
}
