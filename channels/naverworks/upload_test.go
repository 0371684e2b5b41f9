package naverworks

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// sendFile sends one file message and returns the last call's body.
func sendFile(b *channeltest.Bench, m message.Message) (string, error) {
	out := toMember("")
	out.Messages = []message.Message{m}
	_, err := b.Adapter.Send(context.Background(), out)
	calls := b.Platform.Calls(channeltest.NaverWorksUsersPath)
	if len(calls) == 0 {
		return "", err
	}
	return string(calls[len(calls)-1].Body), err
}

func TestAFileIsUploadedOnlyIfThePlatformCannotFetchIt(t *testing.T) {
	const link = "https://static.example.com/a"
	long := link + strings.Repeat("a", 1000)
	for _, row := range []struct {
		name string
		m    message.Message
		want bool
	}{
		{"an image with a preview", message.Message{Type: message.TypeImage, URL: link + ".jpg", PreviewURL: link + ".png"}, false},
		{"a preview whose address shows no kind", message.Message{Type: message.TypeImage, URL: link, PreviewURL: link + "?kind=png"}, false},
		{"an image without a preview", message.Message{Type: message.TypeImage, URL: link + ".png"}, true},
		{"a preview that is no PNG", message.Message{Type: message.TypeImage, URL: link, PreviewURL: link + ".jpg"}, true},
		{"a preview over plain http", message.Message{Type: message.TypeImage, URL: link, PreviewURL: "http://static.example.com/a.png"}, true},
		{"a video with a preview", message.Message{Type: message.TypeVideo, URL: link + ".mp4", PreviewURL: link + ".png"}, false},
		{"a video without a preview", message.Message{Type: message.TypeVideo, URL: link + ".mp4"}, true},
		{"a sound", message.Message{Type: message.TypeAudio, URL: link}, false},
		{"a sound over plain http", message.Message{Type: message.TypeAudio, URL: "http://static.example.com/a.wav"}, true},
		{"a sound at a long address", message.Message{Type: message.TypeAudio, URL: long}, true},
		{"a document", message.Message{Type: message.TypeFile, URL: link + ".pdf"}, false},
		{"a document whose address shows no kind", message.Message{Type: message.TypeFile, URL: link}, true},
		{"a text", message.Text("hi"), false},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := needsUpload(row.m); got != row.want {
				t.Errorf("got %v", got)
			}
		})
	}
}

func TestAnUploadedFileHasAUsefulName(t *testing.T) {
	const base = "https://static.example.com"
	for _, row := range []struct{ name, given, url, kind, want string }{
		{"the given one", "휴가 신청서.pdf", base + "/x.docx", "application/pdf", "휴가 신청서.pdf"},
		{"the given one with an extension added", "휴가 신청서", base + "/x", "application/pdf", "휴가 신청서.pdf"},
		{"the address's", "", base + "/docs/%ED%9C%B4%EA%B0%80.pdf?v=2", "application/pdf", "휴가.pdf"},
		{"the address's with an extension added", "", base + "/docs/form", "image/jpeg; q=1", "form.jpg"},
		{"none", "", base + "/", "image/png", "file.png"},
		{"none of a kind that is not known", "", base, "application/x-odd", "file"},
		{"a path", `..\..\etc/passwd.txt`, base + "/x", "text/plain", "passwd.txt"},
		{"dots", "..", base + "/x.txt", "text/plain", "x.txt"},
		{"line breaks", "a\r\nb\x00.txt", base, "text/plain", "ab.txt"},
		{"far too long", strings.Repeat("가", 200) + ".pdf", base, "application/pdf", "file.pdf"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := message.Message{Type: message.TypeFile, URL: row.url, Name: row.given}
			if got := fileName(m, row.kind); got != row.want {
				t.Errorf("got %q", got)
			}
		})
	}
}

func TestTheStoragesFileIDCountsIfItNamesOne(t *testing.T) {
	for _, row := range []struct{ name, storedAs, want string }{
		{"the same", "", "kr1.1763692800123000000.1763779200.0.3001234.0.0.0"},
		{"another", "kr1.other", "kr1.other"},
		{"none", "-", "kr1.1763692800123000000.1763779200.0.3001234.0.0.0"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{StoredAs: row.storedAs}, nil)
			body, err := sendFile(b, message.Message{Type: message.TypeVideo, URL: shop(t) + "/map.png"})
			if want := `{"content":{"type":"video","fileId":"` + row.want + `"}}`; err != nil || strings.TrimSpace(body) != want {
				t.Errorf("got %s, %v", body, err)
			}
		})
	}
}

func TestTheKindOfAFileIsFoundOutIfItsServerDoesNotSay(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	if _, err := sendFile(b, message.Message{Type: message.TypeImage, URL: shop(t) + "/bare"}); err != nil {
		t.Fatal(err)
	}
	if form := string(b.Platform.Calls(channeltest.NaverWorksStoragePath)[0].Body); !strings.Contains(form, `filename="bare.png"`) || !strings.Contains(form, "Content-Type: image/png") {
		t.Errorf("got %q", form)
	}
}

func TestAFailedUploadNeverSendsAndIsNeverUncertain(t *testing.T) {
	const slot, store = channeltest.NaverWorksAttachmentsPath, channeltest.NaverWorksStoragePath
	answer := func(body string) channeltest.Fault { return channeltest.Fault{Status: 200, Body: body} }
	for _, row := range []struct {
		name  string
		file  string
		path  string
		fault channeltest.Fault
		kind  channels.Kind
		code  string
		says  string
	}{
		{name: "the file is not there", file: "/nowhere", kind: channels.Rejected, code: "media_url", says: "404"},
		{name: "the file's server is busy", file: "/busy", kind: channels.Temporary, code: "media_url", says: "503"},
		{name: "the file is larger than told", file: "/endless", kind: channels.Rejected, code: "url", says: "more than 10 MiB"},
		{name: "the file is told to be too large", file: "/large", kind: channels.Rejected, code: "url", says: "preview_url"},
		{name: "the file is empty", file: "/empty", kind: channels.Rejected, code: "url", says: "empty"},
		{name: "the file breaks off", file: "/broken", kind: channels.Temporary, code: "media_url", says: "broke off"},
		{name: "no place is given", path: slot, fault: channeltest.Fault{Status: 500, Body: read(t, "error_500.json")}, kind: channels.Temporary, code: "INTERNAL_SERVER_ERROR"},
		{name: "the limit is reached", path: slot, fault: channeltest.Fault{Status: 429, Header: http.Header{"Ratelimit-Reset": {"23"}}, Body: read(t, "error_429.json")}, kind: channels.RateLimited, code: "TOO_MANY_REQUESTS"},
		{name: "the bot is not known", path: slot, fault: channeltest.Fault{Status: 404, Body: read(t, "error_404.json")}, kind: channels.Rejected, code: "NOT_FOUND", says: "bot_id"},
		{name: "the app may not", path: slot, fault: channeltest.Fault{Status: 403, Header: http.Header{"Www-Authenticate": {`Bearer error="insufficient_scope"`}}, Body: read(t, "error_403_access_denied.json")}, kind: channels.Auth, code: "ACCESS_DENIED", says: "OAuth Scopes"},
		{name: "the platform hangs", path: slot, fault: channeltest.Fault{Hang: true}, kind: channels.Temporary, code: "timeout", says: "did not answer"},
		{name: "the place is no address", path: slot, fault: answer(`{"fileId":"f","uploadUrl":"://"}`), kind: channels.Config, code: "storage_host"},
		{name: "no address is given", path: slot, fault: answer(`{"fileId":"f"}`), kind: channels.Config, code: "storage_host"},
		{name: "the place is somewhere else", path: slot, fault: answer(`{"fileId":"f","uploadUrl":"https://storage.worksmobile.com.example.com/x"}`), kind: channels.Config, code: "storage_host", says: "not the platform's"},
		{name: "the answer is a web page", path: slot, fault: answer("<html>"), kind: channels.Temporary, code: "attachment_answer"},
		{name: "the storage fails", path: store, fault: channeltest.Fault{Status: 502, Body: "<html>"}, kind: channels.Temporary, code: "http_502"},
		{name: "the storage refuses", path: store, fault: channeltest.Fault{Status: 400, Body: read(t, "error_400_invalid_parameter.json")}, kind: channels.Rejected, code: "INVALID_PARAMETER"},
		{name: "the storage sends elsewhere", path: store, fault: channeltest.Fault{Status: 307, Header: http.Header{"Location": {"https://example.com/"}}}, kind: channels.Config, code: "http_307"},
		{name: "the storage hangs", path: store, fault: channeltest.Fault{Hang: true}, kind: channels.Temporary, code: "timeout"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			a := again(t, b)
			a.http.timeout, a.files.timeout = 200*time.Millisecond, 200*time.Millisecond
			b.Adapter = a
			if row.path != "" {
				b.Platform.FailNext(row.path, row.fault)
			}
			file := row.file
			if file == "" {
				file = "/map.png"
			}
			sent, err := sendFile(b, message.Message{Type: message.TypeImage, URL: shop(t) + file})
			if err == nil || sent != "" {
				t.Fatalf("got %v after sending %s", err, sent)
			}
			if se := channels.AsSendError(err); se.Kind != row.kind || se.Code != row.code || !strings.Contains(err.Error(), row.says) {
				t.Errorf("got %v", err)
			}
			if text := err.Error(); strings.Contains(text, "127.0.0.1") || strings.Contains(text, "example.com") {
				t.Errorf("the error shows an address: %v", err)
			}
			b.NoSecret(t, kit(), "the error", err.Error())
		})
	}
}

func TestAFileThatIsRefusedByTheGuardKeepsItsAddressSecret(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	_, err := sendFile(b, message.Message{Type: message.TypeImage, URL: "https://static.example.com/a.png?signature=hush"})
	if err == nil || channels.AsSendError(err).Kind != channels.Config || strings.Contains(err.Error(), "hush") {
		t.Errorf("got %v", err)
	}
}

func TestATokenThatDiesDuringAnUploadIsReplaced(t *testing.T) {
	expired := channeltest.Fault{Status: 401, Body: `{"code":"UNAUTHORIZED","description":"Authentication failed"}`}
	for _, path := range []string{channeltest.NaverWorksAttachmentsPath, channeltest.NaverWorksStoragePath} {
		t.Run(path, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			current(t, b)
			b.Clock.Advance(time.Minute)
			b.Platform.FailNext(path, expired)
			if _, err := sendFile(b, message.Message{Type: message.TypeImage, URL: shop(t) + "/map.png"}); err != nil {
				t.Fatal(err)
			}
			if got := grants(t, b); got != "jwt-bearer jwt-bearer" {
				t.Errorf("grants %q", got)
			}
		})
	}
	t.Run("but once only", func(t *testing.T) {
		b := open(t, channeltest.NaverWorksOptions{}, nil)
		b.Platform.FailNext(channeltest.NaverWorksStoragePath, expired, expired, expired)
		_, err := sendFile(b, message.Message{Type: message.TypeImage, URL: shop(t) + "/map.png"})
		if err == nil || channels.AsSendError(err).Kind != channels.Auth || grants(t, b) != "jwt-bearer jwt-bearer" {
			t.Errorf("got %v after %q", err, grants(t, b))
		}
	})
}

func TestTheTokenGoesToThePlatformsHostsAlone(t *testing.T) {
	for _, row := range []struct {
		name, api, address string
		ok                 bool
	}{
		{"the Korean storage", defaultAPIURL, "https://apis-storage.worksmobile.com/k/emsg/r/kr1/x", true},
		{"the Japanese storage", defaultAPIURL, "https://storage.worksmobile.com/k/emsg/r/jp1/x", true},
		{"upper case and a port", defaultAPIURL, "https://Storage.WORKSMOBILE.com:443/x", true},
		{"the public sector's", "https://gov.worksapis.com/v1.0", "https://storage.gov-naverworks.com/x", true},
		{"in the domain that the settings name", "https://api.example.co.kr/v1.0", "https://files.example.co.kr/x", true},
		{"in another domain of that country", "https://api.example.co.kr/v1.0", "https://files.example2.co.kr/x", false},
		{"the API's own host", defaultAPIURL, "https://www.worksapis.com/files/x", true},
		{"a path on the API's host", defaultAPIURL, "/files/x", true},
		{"a fake", "http://127.0.0.1:8000/v1.0", "http://127.0.0.1:8000/x", true},
		{"a fake's other port", "http://127.0.0.1:8000/v1.0", "http://127.0.0.1:8001/x", false},
		{"a similar name", defaultAPIURL, "https://evilworksmobile.com/x", false},
		{"the bare domain", defaultAPIURL, "https://worksmobile.com/x", false},
		{"the name in front of another", defaultAPIURL, "https://storage.worksmobile.com.example.com/x", false},
		{"the name as a user", defaultAPIURL, "https://storage.worksmobile.com@example.com/x", false},
		{"a user at the platform", defaultAPIURL, "https://kim@storage.worksmobile.com/x", false},
		{"the name in the path", defaultAPIURL, "https://example.com/.worksmobile.com", false},
		{"a backslash", defaultAPIURL, `https://example.com\.worksmobile.com/x`, false},
		{"plain http", defaultAPIURL, "http://storage.worksmobile.com/x", false},
		{"plain http on the API's host", defaultAPIURL, "http://www.worksapis.com/x", false},
		{"another port", defaultAPIURL, "https://storage.worksmobile.com:8443/x", false},
		{"another host without a scheme", defaultAPIURL, "//example.com/x", false},
		{"no address", defaultAPIURL, "", false},
		{"a file", defaultAPIURL, "file:///etc/passwd", false},
	} {
		t.Run(row.name, func(t *testing.T) {
			a := &adapter{config: config{apiURL: row.api}}
			got, refused := a.storage(row.address)
			if (refused == nil) != row.ok || (got != "") != row.ok {
				t.Errorf("got %q, %v", got, refused)
			}
		})
	}
}

// stranger is a server that must not see the token.
func stranger(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		t.Errorf("%s %s reached a strange host with %q", r.Method, r.URL, r.Header.Get("Authorization"))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

func TestAStrangeStorageGetsNothing(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{Storage: stranger(t), Files: map[string][]byte{fileID: []byte("x")}}, nil)
	_, err := sendFile(b, message.Message{Type: message.TypeImage, URL: shop(t) + "/map.png"})
	if err == nil || channels.AsSendError(err).Code != "storage_host" {
		t.Errorf("upload: got %v", err)
	}
	_, err = fetch(b, fileID)
	if err == nil || channels.AsSendError(err).Code != "storage_host" {
		t.Errorf("download: got %v", err)
	}
}
