package naverworks

import (
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

var now = time.Date(2025, 11, 21, 9, 16, 0, 0, time.UTC)

func kit() channeltest.Kit {
	fault := func(t int, body string) channeltest.Fault {
		return channeltest.Fault{Status: t, Header: http.Header{"Content-Type": {"application/json;charset=UTF-8"}}, Body: body}
	}
	limited := fault(429, `{"code":"TOO_MANY_REQUESTS","description":"API rate limit exceeded"}`)
	limited.Header.Set("RateLimit-Reset", "23")
	return channeltest.Kit{
		Type:     Type{},
		Now:      now,
		Platform: channeltest.NaverWorks,
		Settings: channeltest.NaverWorksSettings,
		Sign: func(contentType string, body []byte, at time.Time) *channels.Request {
			r := channeltest.SignNaverWorks(channeltest.NaverWorksBotSecret, channeltest.NaverWorksBotID, body)
			r.ContentType, r.ReceivedAt = contentType, at
			return r
		},
		BreakSignature: func(r *channels.Request) {
			r.Header.Set("X-WORKS-Signature", "VD7QmRfgysaLVPNHI41SVj6Qpd7W+opR4/91pzc9F8o=")
		},
		Fixtures: func(t *testing.T, _ string) []channeltest.Fixture { return fixtures(t) },
		Text:     "in_text.json",
		Unknown:  "in_unknown_type.json",
		Send: channeltest.SendKit{
			Path:        channeltest.NaverWorksUsersPath,
			RateLimited: limited,
			Wait:        23 * time.Second,
			Expired:     fault(401, `{"code":"UNAUTHORIZED","description":"Authentication failed"}`),
			TokenPath:   channeltest.NaverWorksTokenPath,
			Rejected:    fault(400, `{"code":"INVALID_PARAMETER","description":"Request body cannot be parsed."}`),
			Blocked:     fault(403, `{"code":"ACCESS_DENIED","description":"Access is denied for bot."}`),
		},
	}
}

func fixtures(t *testing.T) []channeltest.Fixture {
	t.Helper()
	paths, err := filepath.Glob("testdata/in_*.json")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	var out []channeltest.Fixture
	for _, p := range paths {
		out = append(out, channeltest.Fixture{
			Name: filepath.Base(p), ContentType: "application/json; charset=UTF-8", Body: []byte(read(t, filepath.Base(p))),
		})
	}
	return out
}

func read(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// open makes a bench on a fake platform of one's choice; settings are replaced by change.
func open(t *testing.T, o channeltest.NaverWorksOptions, change map[string]string) *channeltest.Bench {
	t.Helper()
	k := kit()
	k.Platform = func() *channeltest.Platform { return channeltest.NaverWorksWith(o) }
	base := k.Settings
	k.Settings = func(url string) settings.Values {
		v := base(url)
		for key, value := range change {
			v[key] = value
		}
		return v
	}
	return k.Open(t)
}

// again is another adapter of the same channel, as after a restart or on another node.
func again(t *testing.T, b *channeltest.Bench) *adapter {
	t.Helper()
	a, err := Type{}.New(b.Values, kit().Deps(b, channeltest.LocalClient(2*time.Second)))
	if err != nil {
		t.Fatal(err)
	}
	return a.(*adapter)
}

func TestTheTypeKeepsTheChannelContract(t *testing.T) { channeltest.Run(t, kit()) }
