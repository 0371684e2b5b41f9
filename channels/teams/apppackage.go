package teams

import (
	"archive/zip"
	"bytes"
	"cmp"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"dari/bot/settings"
)

// PackageOptions describe the Teams app of one bot. Lengths are in characters.
type PackageOptions struct {
	AppID   string // the bot's Microsoft App ID, a GUID; required
	Name    string // at most 30; required
	Version string // three numbers, to be raised with every change; default "1.0.0"

	Summary     string // at most 80; default: Name
	Description string // at most 4000; default: Summary

	// Developer is who offers the bot, at most 32; default: Name. The three addresses are shown to
	// people before they install the app; the last two default to Website, which is required.
	Developer  string
	Website    string
	PrivacyURL string
	TermsURL   string

	AccentColor string    // "#RRGGBB"; default "#2F5D8A"
	Commands    []Command // suggestions in the compose box, at most 10
}

// Command is a text that Teams suggests when a person begins to write to the bot.
type Command struct {
	Title       string // what is then written, at most 32
	Description string // at most 128; default: Title
}

// AppPackage makes the zip file that a person or an administrator uploads to Teams, so that people can
// find the bot: the manifest and two icons. The same options give the same bytes. The app's id follows
// from AppID and Name. Errors are *settings.Error values that name the option.
// https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package
func AppPackage(o PackageOptions) ([]byte, error) {
	m := o.manifest()
	if err := m.check(); err != nil {
		return nil, err
	}
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("teams: manifest: %w", err)
	}
	accent, err := parseColor(m.AccentColor)
	if err != nil {
		return nil, err
	}
	colorIcon, err := icon(192, &accent)
	if err != nil {
		return nil, fmt.Errorf("teams: colour icon: %w", err)
	}
	outline, err := icon(32, nil)
	if err != nil {
		return nil, fmt.Errorf("teams: outline icon: %w", err)
	}
	return zipped([]packed{{"manifest.json", text}, {m.Icons.Color, colorIcon}, {m.Icons.Outline, outline}})
}

type packed struct {
	name string
	data []byte
}

// zipped writes the files without times, which would make every package another one.
func zipped(files []packed) ([]byte, error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.name)
		if err == nil {
			_, err = io.Copy(w, bytes.NewReader(f.data))
		}
		if err != nil {
			return nil, fmt.Errorf("teams: package: %s: %w", f.name, err)
		}
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("teams: package: %w", err)
	}
	return b.Bytes(), nil
}

func (o PackageOptions) manifest() manifest {
	o.AppID, o.Name, o.Website = strings.TrimSpace(o.AppID), strings.TrimSpace(o.Name), strings.TrimSpace(o.Website)
	summary := cmp.Or(o.Summary, o.Name)
	m := manifest{
		Schema:          "https://developer.microsoft.com/json-schemas/teams/v" + manifestVersion + "/MicrosoftTeams.schema.json",
		ManifestVersion: manifestVersion,
		Version:         cmp.Or(o.Version, "1.0.0"),
		ID:              packageID(o.AppID, o.Name),
		Developer: developer{
			cmp.Or(o.Developer, o.Name), o.Website, cmp.Or(o.PrivacyURL, o.Website), cmp.Or(o.TermsURL, o.Website),
		},
		Name:                manifestText{o.Name, o.Name},
		Description:         manifestText{summary, cmp.Or(o.Description, summary)},
		Icons:               iconFiles{"color.png", "outline.png"},
		AccentColor:         cmp.Or(o.AccentColor, "#2F5D8A"),
		Bots:                []manifestBot{{BotID: o.AppID, Scopes: allScopes, SupportsFiles: true}},
		Permissions:         []string{"identity", "messageTeamMembers"},
		DefaultInstallScope: "personal",
	}
	if len(o.Commands) > 0 {
		list := commandList{Scopes: allScopes}
		for _, c := range o.Commands {
			list.Commands = append(list.Commands, manifestCommand{c.Title, cmp.Or(c.Description, c.Title)})
		}
		m.Bots[0].CommandLists = []commandList{list}
	}
	return m
}

// packageID is a name-based GUID: the app keeps its id as long as the bot keeps its name.
// https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-5
func packageID(appID, name string) string {
	space, err := hex.DecodeString(strings.ReplaceAll(appID, "-", ""))
	if err != nil {
		return "" // check refuses such an app id
	}
	sum := sha1.Sum(append(space, name...))
	id := sum[:16]
	id[6], id[8] = id[6]&0x0f|0x50, id[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", id[:4], id[4:6], id[6:8], id[8:10], id[10:])
}

func optionError(option, format string, args ...any) error {
	return settings.Errorf(option, "format", format, args...)
}
