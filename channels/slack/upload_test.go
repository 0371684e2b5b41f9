package slack

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// serve is a file server that answers as told.
func serve(t *testing.T, answer http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	return s.URL
}

// bytesOf writes n bytes, and says before how many there are or not.
func bytesOf(n int, told bool) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if !told {
			w.(http.Flusher).Flush()
		}
		if _, err := io.CopyN(w, zeros{}, int64(n)); err != nil {
			panic(http.ErrAbortHandler)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { return len(p), nil }

func sendFile(t *testing.T, b *channeltest.Bench, url string) error {
	t.Helper()
	_, err := send(t, b, channels.Outgoing{Conversation: direct, Messages: []message.Message{{Type: message.TypeFile, URL: url, Name: "a.bin"}}})
	return err
}

func TestFilesOfUntoldSizeAreMeasured(t *testing.T) {
	for name, told := range map[string]bool{"told": true, "not told": false} {
		t.Run(name, func(t *testing.T) {
			b := kit(t).Open(t)
			if err := sendFile(t, b, serve(t, bytesOf(70000, told))); err != nil {
				t.Fatal(err)
			}
			call := b.Platform.Calls(channeltest.SlackUploadPath)[0]
			if len(call.Body) != 70000 || call.Header.Get("Authorization") != "" {
				t.Errorf("%d bytes, authorization %q", len(call.Body), call.Header.Get("Authorization"))
			}
		})
	}
}

func TestFilesThatCannotBeSent(t *testing.T) {
	ok := bytesOf(10, true)
	for _, row := range []struct {
		name   string
		file   http.HandlerFunc
		path   string
		fault  channeltest.Fault
		kind   channels.Kind
		says   string
		scope  string
		called int // calls of Slack
	}{
		{name: "an empty file", file: bytesOf(0, true), kind: channels.Rejected, says: "empty"},
		{name: "an empty file of untold size", file: bytesOf(0, false), kind: channels.Rejected, says: "empty"},
		{name: "a file that is too large", file: func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Content-Length", "52428801") }, kind: channels.Rejected, says: "50 MiB"},
		{name: "a file of untold size that is too large", file: bytesOf(50<<20+1, false), kind: channels.Rejected, says: "50 MiB"},
		{name: "a file that is not there", file: http.NotFound, kind: channels.Rejected, says: "404"},
		{name: "a server in trouble", file: func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(503) }, kind: channels.Temporary, says: "503"},
		{name: "a server that breaks off", file: func(w http.ResponseWriter, _ *http.Request) {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, kind: channels.Temporary, says: "broke off"},
		{name: "a bot that may not write files", file: ok, path: "/api/files.get", fault: channeltest.Fault{Status: 200, Body: `{"ok":false,"error":"missing_scope","needed":"files:write","provided":"chat:write"}`}, kind: channels.Auth, scope: "files:write", says: "OAuth & Permissions", called: 1},
		{name: "a bot that may not write files and is not told", file: ok, path: "/api/files.get", fault: channeltest.Fault{Status: 200, Body: `{"ok":false,"error":"missing_scope"}`}, kind: channels.Auth, scope: "files:write", called: 1},
		{name: "trouble before anything is shown", file: ok, path: "/api/files.get", fault: refused(t, "internal_error"), kind: channels.Temporary, called: 1},
		{name: "too many uploads", file: ok, path: "/api/files.get", fault: refused(t, "ratelimited_429"), kind: channels.RateLimited, called: 1},
		{name: "an address to upload to that is not Slack's", file: ok, path: "/api/files.get", fault: channeltest.Fault{Status: 200, Body: `{"ok":true,"file_id":"F1","upload_url":"https://files.slack.com.example.com/upload"}`}, kind: channels.Config, says: "api_base_url", called: 1},
		{name: "no address to upload to", file: ok, path: "/api/files.get", fault: channeltest.Fault{Status: 200, Body: `{"ok":true}`}, kind: channels.Temporary, called: 1},
		{name: "trouble during the upload", file: ok, path: channeltest.SlackUploadPath, fault: channeltest.Fault{Status: 502}, kind: channels.Temporary, says: "502", called: 2},
		{name: "an upload that is limited", file: ok, path: channeltest.SlackUploadPath, fault: channeltest.Fault{Status: 429}, kind: channels.RateLimited, called: 2},
		{name: "an upload that is refused", file: ok, path: channeltest.SlackUploadPath, fault: channeltest.Fault{Status: 400}, kind: channels.Rejected, called: 2},
		{name: "a bot that is not in the channel", file: ok, path: "/api/files.complete", fault: refused(t, "not_in_channel"), kind: channels.Blocked, called: 3},
		{name: "trouble when it is shown", file: ok, path: "/api/files.complete", fault: refused(t, "internal_error"), kind: channels.Uncertain, called: 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			if row.path != "" {
				b.Platform.FailNext(row.path, row.fault)
			}
			err := sendFile(t, b, serve(t, row.file))
			e := channels.AsSendError(err)
			if err == nil || e.Kind != row.kind || e.Scope != row.scope || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v (scope %q), want %s that says %q", err, e.Scope, row.kind, row.says)
			}
			if n := len(b.Platform.Calls("/")); n != row.called {
				t.Errorf("%d calls, want %d", n, row.called)
			}
		})
	}
}

func TestALostAnswerIsUncertainOnlyWhereTheFileIsShown(t *testing.T) {
	for path, kind := range map[string]channels.Kind{
		"/api/files.get": channels.Temporary, channeltest.SlackUploadPath: channels.Temporary, "/api/files.complete": channels.Uncertain,
	} {
		t.Run(path, func(t *testing.T) {
			k := kit(t)
			b := k.Open(t)
			b.Platform.FailNext(path, channeltest.Fault{Hang: true})
			url := serve(t, bytesOf(10, true))
			ctx, cancel := context.WithCancel(context.Background())
			go func() {
				b.Platform.Wait(path, 1)
				cancel()
			}()
			_, err := b.Adapter.Send(ctx, channels.Outgoing{Conversation: direct, Messages: []message.Message{{Type: message.TypeFile, URL: url}}})
			if err == nil || channels.AsSendError(err).Kind != kind {
				t.Errorf("got %v, want %s", err, kind)
			}
		})
	}
}

func TestAFileForAPersonGoesToTheDirectChat(t *testing.T) {
	b := kit(t).Open(t)
	_, err := send(t, b, channels.Outgoing{User: "U06MINA81PQ", Messages: []message.Message{{Type: message.TypeFile, URL: serve(t, bytesOf(10, true))}}})
	if err != nil {
		t.Fatal(err)
	}
	if got := sent(t, b.Platform, "/api/files.complete"); got["channel_id"] != channeltest.SlackDirect || got["thread_ts"] != nil {
		t.Errorf("got %v", got)
	}
}

func TestFilesHaveANameWithAnEnding(t *testing.T) {
	for _, row := range []struct{ name, given, url, contentType, want string }{
		{"the given one", "보고서.pdf", "https://a.example/x.bin", "", "보고서.pdf"},
		{"the one of the address", "", "https://a.example/media/%EB%B0%A9.mp4?sig=1", "", "방.mp4"},
		{"one with the ending of its type", "", "https://a.example/media/17", "video/mp4; codecs=x", "17.mp4"},
		{"one of a type that is not known", "", "https://a.example/media/17", "x/y", "17"},
		{"no address to speak of", "", "https://a.example/", "audio/mpeg", "video.mp3"},
		{"one that is too long", strings.Repeat("가", 300), "", "", strings.Repeat("가", 255)},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := message.Message{Type: message.TypeVideo, Name: row.given, URL: row.url}
			if got := fileName(m, row.contentType); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestOnlySlacksHostsGetATokenOrAFile(t *testing.T) {
	base, err := baseURL("https://proxy.example/api/")
	if err != nil {
		t.Fatal(err)
	}
	for raw, want := range map[string]bool{
		"https://files.slack.com/files-pri/T1-F1/a.png": true,
		"https://slack.com/x":                           true,
		"https://FILES.SLACK-GOV.COM/x":                 true,
		"https://proxy.example/x":                       true,
		"http://files.slack.com/x":                      false,
		"https://files.slack.com:8443/x":                false,
		"https://files.slack.com@evil.example/x":        false,
		"https://user@files.slack.com/x":                false,
		"https://evilslack.com/x":                       false,
		"https://slack.com.evil.example/x":              false,
		"https://proxy.example:444/x":                   false,
		"http://proxy.example/x":                        false,
		"/x":                                            false,
		"":                                              false,
	} {
		if got := (config{base: base}).ours(raw); got != want {
			t.Errorf("%q: got %v", raw, got)
		}
	}
}
