package teams

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/channels/channeltest"
)

func packageOptions() PackageOptions {
	return PackageOptions{
		AppID: channeltest.TeamsAppID, Name: "해태 도우미", Website: "https://www.haetae.example/",
		Summary: "휴가와 식단을 알려 드립니다", AccentColor: "#2F5D8A",
		Commands: []Command{{"휴가 조회", "남은 연차를 알려 드립니다"}, {Title: "점심 메뉴"}},
	}
}

// unpacked are the files of a package by name.
func unpacked(t *testing.T, o PackageOptions) map[string][]byte {
	t.Helper()
	raw, err := AppPackage(o)
	if err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if out[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func TestThePackageHoldsWhatTeamsWants(t *testing.T) {
	files := unpacked(t, packageOptions())
	if len(files) != 3 {
		t.Fatalf("%d files", len(files))
	}
	want, err := os.ReadFile("testdata/app_manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	same(t, string(files["manifest.json"]), string(want))
	color, outline := decodePNG(t, files["color.png"]), decodePNG(t, files["outline.png"])
	if color.Bounds() != image.Rect(0, 0, 192, 192) || outline.Bounds() != image.Rect(0, 0, 32, 32) {
		t.Errorf("icons of %v and %v", color.Bounds(), outline.Bounds())
	}
	if r, g, b, a := color.At(0, 0).RGBA(); r>>8 != 0x2f || g>>8 != 0x5d || b>>8 != 0x8a || a>>8 != 0xff {
		t.Error("the colour icon is not on the accent colour")
	}
	shown := 0
	for y := range 32 {
		for x := range 32 {
			r, g, b, a := outline.At(x, y).RGBA()
			if r != a || g != a || b != a {
				t.Fatalf("the outline icon has a colour at %d, %d", x, y)
			}
			if a > 0 {
				shown++
			}
		}
	}
	if _, _, _, a := outline.At(0, 0).RGBA(); a != 0 || shown < 50 || shown > 700 {
		t.Errorf("the outline icon has %d points", shown)
	}
}

func decodePNG(t *testing.T, raw []byte) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return img
}

func TestThePackageIsTheSameEveryTime(t *testing.T) {
	one, err := AppPackage(packageOptions())
	if err != nil {
		t.Fatal(err)
	}
	two, err := AppPackage(packageOptions())
	if err != nil || !bytes.Equal(one, two) {
		t.Error("two packages of the same options differ")
	}
}

func TestTheAppKeepsItsIDAsLongAsTheBotKeepsItsName(t *testing.T) {
	id := packageID(channeltest.TeamsAppID, "해태 도우미")
	newer := packageOptions()
	newer.Version, newer.Summary = "1.2.0", "새 소개"
	if newer.manifest().ID != id || !guid.MatchString(id) || id[14] != '5' || !strings.Contains("89ab", id[19:20]) {
		t.Errorf("got %s", id)
	}
	if packageID(channeltest.TeamsAppID, "다른 도우미") == id || packageID(aadObject, "해태 도우미") == id {
		t.Error("another bot has the same app id")
	}
	// The example of https://www.rfc-editor.org/rfc/rfc9562#appendix-A.4
	if got := packageID("6ba7b810-9dad-11d1-80b4-00c04fd430c8", "www.example.com"); got != "2ed6657d-e927-568b-95e1-2665a8aea6a2" {
		t.Errorf("got %s", got)
	}
}

func TestTheSampleManifestPassesTheCheck(t *testing.T) {
	raw, err := os.ReadFile("testdata/teams_app_manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var m manifest
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	if err := m.check(); err != nil {
		t.Error(err)
	}
}

func TestOptionsThatTeamsWouldRefuseAreNamed(t *testing.T) {
	long := func(n int) string { return strings.Repeat("가", n) }
	commands := func(n int, c Command) []Command {
		var out []Command
		for range n {
			out = append(out, c)
		}
		return out
	}
	for _, row := range []struct {
		name   string
		change func(*PackageOptions)
		option string
	}{
		{"no app id", func(o *PackageOptions) { o.AppID = "" }, "app_id"},
		{"an app id that is no GUID", func(o *PackageOptions) { o.AppID = "my-bot" }, "app_id"},
		{"no name", func(o *PackageOptions) { o.Name = " " }, "name"},
		{"a long name", func(o *PackageOptions) { o.Name = long(31) }, "name"},
		{"a long summary", func(o *PackageOptions) { o.Summary = long(81) }, "summary"},
		{"a long description", func(o *PackageOptions) { o.Description = long(4001) }, "description"},
		{"a long developer", func(o *PackageOptions) { o.Developer = long(33) }, "developer"},
		{"no website", func(o *PackageOptions) { o.Website = "" }, "website"},
		{"a website without scheme", func(o *PackageOptions) { o.Website = "www.haetae.example" }, "website"},
		{"a script as privacy page", func(o *PackageOptions) { o.PrivacyURL = "javascript:alert(1)" }, "privacy_url"},
		{"a long terms page", func(o *PackageOptions) { o.TermsURL = "https://a.example.com/" + strings.Repeat("a", 2048) }, "terms_url"},
		{"a version with a letter", func(o *PackageOptions) { o.Version = "1.0.b" }, "version"},
		{"a version of two numbers", func(o *PackageOptions) { o.Version = "1.0" }, "version"},
		{"a colour by name", func(o *PackageOptions) { o.AccentColor = "blue" }, "accent_color"},
		{"eleven commands", func(o *PackageOptions) { o.Commands = commands(11, Command{Title: "a"}) }, "commands"},
		{"a command without title", func(o *PackageOptions) { o.Commands = commands(1, Command{}) }, "commands.title"},
		{"a long command", func(o *PackageOptions) { o.Commands = commands(1, Command{Title: long(33)}) }, "commands.title"},
		{"a command with a long text", func(o *PackageOptions) { o.Commands = commands(1, Command{"a", long(129)}) }, "commands.description"},
	} {
		t.Run(row.name, func(t *testing.T) {
			o := packageOptions()
			row.change(&o)
			_, err := AppPackage(o)
			var se *settings.Error
			if !errors.As(err, &se) || se.Field != row.option {
				t.Errorf("got %v, want an error of %s", err, row.option)
			}
		})
	}
	full := packageOptions()
	full.Name, full.Summary, full.Description, full.Developer = long(30), long(80), long(4000), long(32)
	full.Commands = commands(10, Command{long(32), long(128)})
	if _, err := AppPackage(full); err != nil {
		t.Errorf("options at their limits: %v", err)
	}
}

func TestTheAppFileIsThePackageOfThisChannel(t *testing.T) {
	for address, good := range map[string]bool{"https://bot.example/teams/main/webhook": true, "": false} {
		b := kit.Open(t)
		deps := kit.Deps(b, channeltest.LocalClient(time.Second))
		deps.CallbackURL = address
		file, err := Type{}.AppFile(b.Values, deps, strings.Repeat("총무봇", 20))
		if (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
		if good && (file.MIME != "application/zip" || !bytes.HasPrefix(file.Data, []byte("PK"))) {
			t.Errorf("got %s of %d bytes", file.MIME, len(file.Data))
		}
	}
}
