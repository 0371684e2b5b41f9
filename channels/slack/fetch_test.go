package slack

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

const picturePath = channeltest.SlackFilesPath + "T06H2K9QZ4A-F07PICTURE1/download/a.png"

func fetch(t *testing.T, b *channeltest.Bench, at message.Attachment) (channels.Media, error) {
	t.Helper()
	media, err := b.Adapter.(channels.MediaFetcher).Fetch(context.Background(), at)
	if err != nil {
		b.NoSecret(t, kit(t), "the error", err.Error())
		return media, err
	}
	t.Cleanup(func() { media.Body.Close() })
	return media, nil
}

func TestFilesThatPeopleSendAreFetched(t *testing.T) {
	for _, row := range []struct {
		name string
		at   func(platform string) message.Attachment
		file string
	}{
		{"by their address", func(p string) message.Attachment {
			return message.Attachment{Ref: "F07PICTURE1", URL: p + picturePath, Name: "a.png", MIME: "image/png"}
		}, "a.png"},
		{"by their id where Slack told no address", func(string) message.Attachment {
			return message.Attachment{Kind: message.KindFile, Ref: channeltest.SlackFileID}
		}, "영수증.png"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			media, err := fetch(t, b, row.at(b.Platform.URL))
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(media.Body)
			if err != nil || string(body) != channeltest.SlackFile || media.MIME != "image/png" || media.Name != row.file || media.Size != int64(len(body)) {
				t.Errorf("got %+v %q, %v", media, body, err)
			}
		})
	}
}

// The fixture of a channel shared with another organisation holds a file without an address.
func TestAFileOfAnotherOrganisationIsLookedUpFirst(t *testing.T) {
	b := kit(t).Open(t)
	at := event1(t, "in_message_file_share_connect.json").Attachments[0]
	at.Ref = channeltest.SlackFileID
	if _, err := fetch(t, b, at); err != nil {
		t.Fatal(err)
	}
	if n := len(b.Platform.Calls("/api/files.info")); n != 1 {
		t.Errorf("%d look-ups", n)
	}
}

func TestFilesThatCannotBeFetched(t *testing.T) {
	page := http.Header{"Content-Type": {"text/html; charset=utf-8"}}
	login := http.Header{"Location": {"https://example-shop.slack.com/?redir=%2Ffiles-pri%2Fx"}}
	info := channeltest.Fault{Status: 200, Header: jsonHeader}
	withBody := func(body string) channeltest.Fault { f := info; f.Body = body; return f }
	for _, row := range []struct {
		name  string
		ref   bool // without an address
		path  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
		scope string
		wait  time.Duration
	}{
		{name: "the way to the login page", path: "/files-pri/", fault: channeltest.Fault{Status: 302, Header: login}, kind: channels.Auth, code: "missing_scope", scope: "files:read"},
		{name: "the login page", path: "/files-pri/", fault: channeltest.Fault{Status: 200, Header: page, Body: "<html>"}, kind: channels.Auth, code: "missing_scope", scope: "files:read"},
		{name: "no permission", path: "/files-pri/", fault: channeltest.Fault{Status: 403}, kind: channels.Auth, code: "missing_scope", scope: "files:read"},
		{name: "a file that is gone", path: "/files-pri/", fault: channeltest.Fault{Status: 404}, kind: channels.Rejected, code: "http_404"},
		{name: "too many files", path: "/files-pri/", fault: channeltest.Fault{Status: 429, Header: http.Header{"Retry-After": {"7"}}}, kind: channels.RateLimited, code: "http_429", wait: 7 * time.Second},
		{name: "Slack in trouble", path: "/files-pri/", fault: channeltest.Fault{Status: 500}, kind: channels.Temporary, code: "http_500"},
		{name: "an id that is not known", ref: true, path: "/api/files.info", fault: withBody(`{"ok":false,"error":"file_not_found"}`), kind: channels.Rejected, code: "file_not_found"},
		{name: "an id that may not be looked up", ref: true, path: "/api/files.info", fault: withBody(`{"ok":false,"error":"missing_scope"}`), kind: channels.Auth, code: "missing_scope", scope: "files:read"},
		{name: "a look-up in trouble", ref: true, path: "/api/files.info", fault: refused(t, "internal_error"), kind: channels.Temporary, code: "internal_error"},
		{name: "a file that was deleted", ref: true, path: "/api/files.info", fault: withBody(`{"ok":true,"file":{"id":"F1","mode":"tombstone","url_private":"https://files.slack.com/x"}}`), kind: channels.Rejected, code: "file_not_found"},
		{name: "a file that stays hidden", ref: true, path: "/api/files.info", fault: withBody(`{"ok":true,"file":{"id":"F1","mode":"file_access","file_access":"check_file_info"}}`), kind: channels.Rejected, code: "file_not_found"},
		{name: "a file of another service", ref: true, path: "/api/files.info", fault: withBody(`{"ok":true,"file":{"id":"F1","mode":"external","url_private":"https://drive.example.com/x"}}`), kind: channels.Rejected, code: "media_host"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			b.Platform.FailNext(row.path, row.fault)
			at := message.Attachment{Ref: "F1", Name: "a.png", MIME: "image/png"}
			if !row.ref {
				at.URL = b.Platform.URL + picturePath
			}
			_, err := fetch(t, b, at)
			e := channels.AsSendError(err)
			if err == nil || e.Kind != row.kind || e.Code != row.code || e.Scope != row.scope || e.RetryAfter != row.wait {
				t.Errorf("got %v (scope %q, wait %s)", err, e.Scope, e.RetryAfter)
			}
		})
	}
}

func TestTheTokenGoesToNoOtherHost(t *testing.T) {
	asked := false
	other := serve(t, func(http.ResponseWriter, *http.Request) { asked = true })
	b := kit(t).Open(t)
	_, err := fetch(t, b, message.Attachment{Ref: "F1", URL: other + "/a.png"})
	if e := channels.AsSendError(err); err == nil || e.Kind != channels.Rejected || e.Code != "media_host" || asked {
		t.Errorf("got %v, asked %v", err, asked)
	}
}

func TestAPageThatSomebodySentIsNoLoginPage(t *testing.T) {
	for name, at := range map[string]message.Attachment{
		"by its type": {MIME: "text/html"},
		"by its name": {MIME: "text/plain", Name: "index.HTML"},
	} {
		t.Run(name, func(t *testing.T) {
			b := kit(t).Open(t)
			b.Platform.FailNext("/files-pri/", channeltest.Fault{Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<p>안녕"})
			at.URL = b.Platform.URL + picturePath
			media, err := fetch(t, b, at)
			if err != nil {
				t.Fatal(err)
			}
			if body, _ := io.ReadAll(media.Body); !strings.Contains(string(body), "안녕") {
				t.Errorf("got %q", body)
			}
		})
	}
}

func TestAnAttachmentWithoutAnythingIsRejected(t *testing.T) {
	b := kit(t).Open(t)
	if _, err := fetch(t, b, message.Attachment{}); channels.AsSendError(err).Kind != channels.Rejected {
		t.Errorf("got %v", err)
	}
}
