package teams

import (
	"net/url"

	"dari/bot/settings"
	"dari/channels"
)

// AppFile implements channels.AppPackager: the package to upload in Teams or its admin centre. The
// addresses that people are shown before they install it are Dari's own.
func (Type) AppFile(v settings.Values, deps channels.Deps, botName string) (channels.AppFile, error) {
	u, err := url.Parse(deps.CallbackURL)
	if err != nil || u.Host == "" {
		return channels.AppFile{}, settings.Errorf("public_url", "required", "is needed for the package: Teams shows people an address of the bot")
	}
	name := []rune(botName)
	data, err := AppPackage(PackageOptions{
		AppID: v.Text("app_id"), Name: string(name[:min(len(name), maxShortName)]), Website: u.Scheme + "://" + u.Host,
	})
	return channels.AppFile{Name: "teams-app.zip", MIME: "application/zip", Data: data}, err
}

// Offered implements channels.FileOfferer.
func (a *adapter) Offered(formID string) bool { return formID == fileConsent }
