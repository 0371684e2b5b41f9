package teams

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

// lone is an adapter that reaches the given platform, for tests without a bench.
func lone(t testing.TB, platformURL string) channels.Adapter {
	t.Helper()
	v, err := settings.Clean(Type{}.Setup().Fields, channeltest.TeamsSettings(platformURL), nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Type{}.New(v, channels.Deps{
		HTTP: channeltest.LocalClient(time.Minute), Tokens: &channeltest.Tokens{},
		Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func FuzzParse(f *testing.F) {
	files, err := filepath.Glob("testdata/in_*.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Add([]byte(`{"type":"invoke","name":"signin/tokenExchange","value":"{\"token\":1}","Value":null}`))
	f.Add([]byte(`{"type":"messageReaction","reactionsAdded":[{},{}],"ReactionsAdded":[{}]}`))
	f.Add([]byte("{\"type\":\"message\",\"value\":{\"a\":\"\\ud800\",\"b\":[\"\xff\"]}}"))
	a := lone(f, "http://127.0.0.1:1")
	f.Fuzz(func(t *testing.T, body []byte) {
		cb, err := a.Parse(&channels.Request{Body: body, ReceivedAt: now})
		if err != nil {
			var ref *channels.Refusal
			if !errors.As(err, &ref) || ref.Status != http.StatusBadRequest {
				t.Fatalf("got %v", err)
			}
			return
		}
		for _, in := range cb.Events {
			first, err := json.Marshal(in)
			if err != nil {
				t.Fatalf("no JSON form: %v", err)
			}
			var back message.Inbound
			if err := json.Unmarshal(first, &back); err != nil {
				t.Fatal(err)
			}
			if second, err := json.Marshal(back); err != nil || !bytes.Equal(first, second) {
				t.Fatalf("does not survive JSON:\n%s\n%s", first, second)
			}
			again, err := a.Parse(&channels.Request{Body: in.Raw, ReceivedAt: now})
			if err != nil || len(again.Events) != 1 {
				t.Fatalf("raw payload: %d events, %v\n%s", len(again.Events), err, in.Raw)
			}
			if second, err := json.Marshal(again.Events[0]); err != nil || !bytes.Equal(first, second) {
				t.Fatalf("parsed again differs:\n%s\n%s", first, second)
			}
			if in.Keys[0] == "" || !slices.Contains(message.Kinds, in.Kind) {
				t.Fatalf("not well formed: %s", first)
			}
		}
	})
}

func FuzzVerify(f *testing.F) {
	platform := channeltest.Teams()
	f.Cleanup(platform.Close)
	a := lone(f, platform.URL)
	body := load(f, platform.URL, "in_message_personal.json")
	good := channeltest.TeamsToken(channeltest.TeamsKeyID, goodClaims(platform.URL+"/"))
	if err := a.Verify(context.Background(), channeltest.TeamsRequest(good, body, now)); err != nil {
		f.Fatal(err)
	}
	head, rest, _ := strings.Cut(good, ".")
	f.Add("Bearer x")
	f.Add("Bearer a.b.c")
	f.Add("Bearer " + head + "." + rest[:len(rest)-3])
	f.Add("Bearer eyJhbGciOiJub25lIn0.e30.")
	f.Add("Bearer eyJhbGciOiJSUzI1NiIsImtpZCI6ImZha2Uta2V5LXRlYW1zIn0.e30.AAAA")
	f.Fuzz(func(t *testing.T, header string) {
		r := channeltest.TeamsRequest("", body, now)
		r.Header.Set("Authorization", header)
		err := a.Verify(context.Background(), r)
		var ref *channels.Refusal
		if err == nil {
			t.Fatalf("passed: %q", header)
		}
		if !errors.As(err, &ref) || ref.Status != http.StatusUnauthorized {
			t.Fatalf("got %v", err)
		}
	})
}

func FuzzServiceURL(f *testing.F) {
	hs, err := newHosts([]string{"127.0.0.1:8099", "connector.example.com:8443"})
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		"https://smba.trafficmanager.net/teams/", "https://smba.trafficmanager.net@evil.com/",
		"http://127.0.0.1:8099/", "https://evil.com\\@smba.trafficmanager.net", "https://connector.example.com:8443",
	} {
		f.Add(seed)
	}
	allowed := append(slices.Clone(serviceHosts), "127.0.0.1", "connector.example.com")
	f.Fuzz(func(t *testing.T, raw string) {
		if hs.check(raw) != nil {
			return
		}
		// What a call would really reach is what counts.
		target := sendURL(raw, "a:1")
		u, err := url.Parse(target)
		if err != nil || u.User != nil || !slices.Contains(allowed, strings.ToLower(u.Hostname())) {
			t.Fatalf("%q is allowed and leads to %q (%v)", raw, target, err)
		}
		if u.Scheme != "https" && u.Hostname() != "127.0.0.1" {
			t.Fatalf("%q is allowed without TLS", raw)
		}
		if hs.check(target) != nil {
			t.Fatalf("%q is allowed, the address made of it is not", raw)
		}
	})
}
