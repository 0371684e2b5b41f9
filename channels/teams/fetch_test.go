package teams

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

const (
	pngBytes   = "\x89PNG\r\n\x1a\n" + "picture"
	pastedPath = "/v3/attachments/0-kr/views/original"
	driveFile  = "https://haetaetest-my.sharepoint.com/files/receipt.pdf?tempauth=SAMPLE.NOT.A.TOKEN"
)

var (
	pasted = message.Attachment{Kind: message.KindImage, Ref: publicURL[:len(publicURL)-1] + pastedPath}
	driven = message.Attachment{
		Kind: message.KindFile, Name: "receipt.pdf", Ref: driveFile,
		URL: "https://haetaetest-my.sharepoint.com/personal/receipt.pdf",
	}
)

func TestFilesOfPeopleAreFetched(t *testing.T) {
	for _, row := range []struct {
		name  string
		file  channeltest.TeamsFile
		att   message.Attachment
		mime  string
		size  int64
		hosts string
	}{
		{"a file of the drive, without a token", channeltest.TeamsFile{ContentType: "application/pdf", Body: []byte("%PDF")}, driven, "application/pdf", 4, "haetaetest-my.sharepoint.com"},
		{"a file of unknown length", channeltest.TeamsFile{ContentType: "application/pdf", Body: []byte("%PDF"), NoLength: true}, driven, "application/pdf", -1, "haetaetest-my.sharepoint.com"},
		{"a file that moved", channeltest.TeamsFile{Location: "https://eu.files.example.com/files/moved"}, driven, "text/plain", 5, "haetaetest-my.sharepoint.com eu.files.example.com"},
		{"a pasted picture, with the bot's token", channeltest.TeamsFile{ContentType: "image/jpeg", Body: []byte("jpeg")}, pasted, "image/jpeg", 4, "smba.trafficmanager.net"},
		{"a pasted picture that does not say what it is", channeltest.TeamsFile{ContentType: "application/octet-stream", Body: []byte(pngBytes)}, pasted, "image/png", int64(len(pngBytes)), "smba.trafficmanager.net"},
		{"a pasted picture that is anything", channeltest.TeamsFile{ContentType: "image/*", Body: []byte(pngBytes)}, pasted, "image/png", int64(len(pngBytes)), "smba.trafficmanager.net"},
		{"a pasted picture elsewhere, without the token", channeltest.TeamsFile{Location: "https://eu.files.example.com/files/moved"}, pasted, "text/plain; charset=utf-8", 5, "smba.trafficmanager.net eu.files.example.com"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, w, a := abroad(t)
			b.fake.Serve("/files/receipt.pdf", row.file)
			b.fake.Serve(pastedPath, row.file)
			b.fake.Serve("/files/moved", channeltest.TeamsFile{ContentType: "text/plain", Body: []byte("moved")})
			m, err := a.Fetch(context.Background(), row.att)
			if err != nil {
				t.Fatal(err)
			}
			defer m.Body.Close()
			body, err := io.ReadAll(m.Body)
			want := string(row.file.Body)
			if row.file.Location != "" {
				want = "moved"
			}
			if err != nil || string(body) != want || m.MIME != row.mime || m.Size != row.size || m.Name != row.att.Name {
				t.Errorf("got %q, %+v, %v", body, m, err)
			}
			var hosts []string
			for _, c := range w.out() {
				hosts = append(hosts, c.Host)
			}
			if got := strings.Join(hosts, " "); got != row.hosts {
				t.Errorf("asked %s", got)
			}
		})
	}
}

func TestFilesThatCannotBeFetchedSayWhy(t *testing.T) {
	fault := func(status int) *channeltest.Fault {
		return &channeltest.Fault{Status: status, Header: http.Header{"Retry-After": {"4"}}}
	}
	at := func(ref, url string) message.Attachment {
		return message.Attachment{Kind: message.KindImage, Ref: ref, URL: url}
	}
	for _, row := range []struct {
		name  string
		att   message.Attachment
		fault *channeltest.Fault
		kind  channels.Kind
		code  string
		calls int
	}{
		{"a file that is gone", driven, fault(404), channels.Rejected, "media_gone", 1},
		{"an address that has expired", driven, fault(403), channels.Rejected, "media_expired", 1},
		{"a drive that is down", driven, fault(503), channels.Temporary, "media_url", 1},
		{"a drive that is busy", driven, fault(429), channels.RateLimited, "429", 1},
		{"an odd answer", driven, fault(418), channels.Rejected, "media_url", 1},
		{"a picture that is gone", pasted, fault(404), channels.Rejected, "media_gone", 1},
		{"a stranger's host", at("https://evil.example.com/a.png", ""), nil, channels.Rejected, "media_host", 0},
		{"a stranger's host beside a good one", at("https://evil.example.com/a.png", publicURL), nil, channels.Rejected, "media_host", 0},
		{"a host that only looks right", at("https://evilsharepoint.com/a.png", ""), nil, channels.Rejected, "media_host", 0},
		{"no TLS", at("http://haetaetest-my.sharepoint.com/a.png", ""), nil, channels.Rejected, "media_host", 0},
		{"another port", at("https://haetaetest-my.sharepoint.com:8443/a.png", ""), nil, channels.Rejected, "media_host", 0},
		{"a user in the address", at("https://a@haetaetest-my.sharepoint.com/a.png", ""), nil, channels.Rejected, "media_host", 0},
		{"no address", at("", ""), nil, channels.Rejected, "media_host", 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, w, a := abroad(t)
			if row.fault != nil {
				b.Platform.FailNext("/files/", *row.fault)
				b.Platform.FailNext("/apac/", *row.fault)
			}
			_, err := a.Fetch(context.Background(), row.att)
			var se *channels.SendError
			if !errors.As(err, &se) || se.Kind != row.kind || se.Code != row.code {
				t.Fatalf("got %v", err)
			}
			if n := len(w.out()); n != row.calls {
				t.Errorf("%d calls", n)
			}
			if strings.Contains(err.Error(), "tempauth") {
				t.Errorf("the error shows the address: %v", err)
			}
			b.NoSecret(t, kit, "the error", err.Error())
		})
	}
}

func TestAPastedPictureIsFetchedWithANewTokenWhenTheOldOneIsRefused(t *testing.T) {
	b, _, a := abroad(t)
	b.fake.Serve(pastedPath, channeltest.TeamsFile{ContentType: "image/png", Body: []byte(pngBytes)})
	refused := channeltest.Fault{Status: http.StatusUnauthorized}
	b.Platform.FailNext("/apac/", refused)
	m, err := a.Fetch(context.Background(), pasted)
	if err != nil {
		t.Fatal(err)
	}
	m.Body.Close()
	b.Clock.Advance(1)
	b.Platform.FailNext("/apac/", refused, refused)
	if _, err := a.Fetch(context.Background(), pasted); channels.AsSendError(err).Kind != channels.Auth {
		t.Errorf("got %v", err)
	}
}

func TestRedirectsOfFilesAreFollowedWithCare(t *testing.T) {
	for location, code := range map[string]string{
		driveFile:                      "media_redirect", // to itself, over and over
		"http://files.example.com/a":   "media_url",
		"https://a@files.example.com/": "media_url",
	} {
		b, w, a := abroad(t)
		b.fake.Serve("/files/receipt.pdf", channeltest.TeamsFile{Location: location})
		_, err := a.Fetch(context.Background(), driven)
		if se := channels.AsSendError(err); se.Kind != channels.Rejected || se.Code != code || len(w.out()) > maxHops+1 {
			t.Errorf("%s: got %v after %d calls", location, err, len(w.out()))
		}
	}
}

func TestAddressesStayOutOfErrors(t *testing.T) {
	inner := errors.New("timeout")
	private := &url.Error{Op: "Get", URL: driveFile, Err: inner}
	for _, err := range []error{
		inner, private,
		&channels.SendError{Kind: channels.Temporary, Err: private},
		&url.Error{Op: "Put", URL: driveUpload, Err: &channels.SendError{Kind: channels.Uncertain, Err: private}},
	} {
		if got := cause(err); !errors.Is(got, inner) || got.Error() != "timeout" {
			t.Errorf("%T: got %v", err, got)
		}
	}
	bare := &channels.SendError{Kind: channels.Temporary, Code: "dns"}
	if got := cause(&url.Error{URL: driveFile, Err: bare}); got.Error() != "temporary (dns)" {
		t.Errorf("got %v", got)
	}
}
