package slack

import (
	"strings"

	"dari/bot/settings"
	"dari/channels"
)

// AppFile implements channels.AppPackager: the manifest of an app that sends to this channel. Slack
// takes no address but https, so that without one the app uses Socket Mode.
func (Type) AppFile(v settings.Values, deps channels.Deps, botName string) (channels.AppFile, error) {
	address := deps.CallbackURL
	if v.Text("app_token") != "" || !strings.HasPrefix(address, "https://") {
		address = ""
	}
	manifest := Manifest(botName, address)
	return channels.AppFile{Name: "slack-manifest.json", MIME: "application/json", Data: manifest, Link: ManifestLink(manifest)}, nil
}
