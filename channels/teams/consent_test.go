package teams

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// offered sends the golden file and returns the contexts of its card.
func (r rig) offered(t *testing.T, c message.Conversation) consent {
	t.Helper()
	if _, err := r.send(to(c, message.Message{Type: message.TypeFile, URL: reportURL})); err != nil {
		t.Fatal(err)
	}
	calls := r.Platform.Calls("/")
	var act struct {
		Attachments []struct {
			ContentType string
			Content     consent
		}
	}
	if err := json.Unmarshal(calls[len(calls)-1].Body, &act); err != nil || len(act.Attachments) != 1 || act.Attachments[0].ContentType != consentCard {
		t.Fatalf("%v: %s", err, calls[len(calls)-1].Body)
	}
	return act.Attachments[0].Content
}

// answer is the event of a person who accepted or declined.
func (r rig) answer(t *testing.T, choice string, card consent) message.Inbound {
	t.Helper()
	value := map[string]any{"type": "fileUpload", "action": choice, "context": card.DeclineContext}
	if choice == "accept" {
		value["context"] = card.AcceptContext
		value["uploadInfo"] = map[string]string{
			"contentUrl": "https://haetaetest-my.sharepoint.com/personal/Documents/report%201.pdf",
			"name":       "report 1.pdf", "uploadUrl": driveUpload, "uniqueId": "8E0A6C12", "fileType": "pdf",
		}
	}
	body := edit(t, load(t, publicURL[:len(publicURL)-1], "in_invoke_file_consent_accept.json"), "value", value)
	return parsed(t, r.Bench, body).Events[0]
}

func TestAFileOfferTellsThePersonNothingButTheName(t *testing.T) {
	b, _, _ := abroad(t)
	card := b.offered(t, chat)
	if card.Size != 15 || card.Description != "월간 보고서.pdf" {
		t.Errorf("got %+v", card)
	}
	shown := text(card)
	if strings.Contains(shown, "files.example.com") || strings.Contains(shown, "not-for-everybody") || len(shown) > 600 {
		t.Errorf("shown: %s", shown)
	}
}

func TestTheAnswerToAFileKeepsTheUploadAddressFromTheEngine(t *testing.T) {
	b, _, _ := abroad(t)
	in := b.answer(t, "accept", b.offered(t, chat))
	if in.Form.Values["action"] != "accept" || in.Form.Values["name"] != "월간 보고서.pdf" || strings.Contains(text(in.Form), "sharepoint") {
		t.Errorf("form %+v", in.Form)
	}
	if !strings.Contains(string(in.Address), driveUpload) {
		t.Errorf("address %s", in.Address)
	}
}

func TestADeclinedFileCallsNobody(t *testing.T) {
	b, w, a := abroad(t)
	in := b.answer(t, "decline", b.offered(t, chat))
	before := len(w.out())
	receipt, err := a.FileConsent(context.Background(), in)
	if err != nil || receipt.Route != "declined" || len(w.out()) != before {
		t.Errorf("got %+v, %v, %d calls", receipt, err, len(w.out())-before)
	}
}

func TestAnAcceptedFileThatCannotBeCarriedSaysWhy(t *testing.T) {
	for _, row := range []struct {
		name    string
		prepare func(*testing.T, rig, *message.Inbound)
		kind    channels.Kind
		code    string
		upload  bool // whether the drive was called
	}{
		{"another event", func(_ *testing.T, _ rig, in *message.Inbound) { in.Form = nil }, channels.Rejected, "event", false},
		{"an answer without address", func(_ *testing.T, _ rig, in *message.Inbound) { in.Address = nil }, channels.Rejected, "upload_info", false},
		{"an upload to a stranger", func(_ *testing.T, _ rig, in *message.Inbound) {
			in.Address = []byte(strings.ReplaceAll(string(in.Address), "haetaetest-my.sharepoint.com", "sharepoint.com.evil.example"))
		}, channels.Rejected, "upload_host", false},
		{"an offer that somebody made up", func(_ *testing.T, _ rig, in *message.Inbound) {
			in.Form.Data = `{"dari":{"file":"aHR0cDovLzE2OS4yNTQuMTY5LjI1NC9sYXRlc3QvbWV0YS1kYXRh"}}`
		}, channels.Rejected, "file_offer", false},
		{"an offer of an open address", func(_ *testing.T, _ rig, in *message.Inbound) {
			in.Form.Data = `{"dari":{"file":"http://169.254.169.254/"}}`
		}, channels.Rejected, "file_offer", false},
		{"somebody else's context", func(_ *testing.T, _ rig, in *message.Inbound) {
			in.Form.Data = `{"ticket":"rep-202602"}`
		}, channels.Rejected, "file_offer", false},
		{"an offer to another person", func(_ *testing.T, _ rig, in *message.Inbound) {
			in.Conversation.ID = "a:somebody-else"
		}, channels.Rejected, "file_offer", false},
		{"a conversation without reference", func(_ *testing.T, _ rig, in *message.Inbound) { in.Reference = nil }, channels.Rejected, "no_reference", false},
		{"a file that is gone", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.Platform.FailNext("/files/", channeltest.Fault{Status: http.StatusNotFound})
		}, channels.Rejected, "media_url", false},
		{"a file's server that is down", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.Platform.FailNext("/files/", channeltest.Fault{Status: http.StatusServiceUnavailable})
		}, channels.Temporary, "media_url", false},
		{"a file that has become empty", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.fake.Serve(reportPath, channeltest.TeamsFile{})
		}, channels.Rejected, "media_url", false},
		{"a file that has grown", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.fake.Serve(reportPath, channeltest.TeamsFile{Body: make([]byte, maxFile+1)})
		}, channels.Rejected, "media_size", false},
		{"a file that has grown in secret", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.fake.Serve(reportPath, channeltest.TeamsFile{Body: make([]byte, maxFile+1), NoLength: true})
		}, channels.Rejected, "media_size", false},
		{"a drive that is down", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.Platform.FailNext("/upload/", channeltest.Fault{Status: http.StatusServiceUnavailable})
		}, channels.Temporary, "upload", true},
		{"a drive that is busy", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.Platform.FailNext("/upload/", channeltest.Fault{Status: http.StatusTooManyRequests})
		}, channels.RateLimited, "upload", true},
		{"an upload address that was used before", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.Platform.FailNext("/upload/", channeltest.Fault{Status: http.StatusNotFound})
		}, channels.Rejected, "upload", true},
		{"a drive that wants more", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.Platform.FailNext("/upload/", channeltest.Fault{Status: http.StatusAccepted})
		}, channels.Rejected, "upload", true},
		{"a Connector that is down when all is done", func(_ *testing.T, b rig, _ *message.Inbound) {
			b.Platform.FailNext("/apac/", channeltest.Fault{Status: http.StatusServiceUnavailable})
		}, channels.Uncertain, "503", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, _, a := abroad(t)
			in := b.answer(t, "accept", b.offered(t, chat))
			row.prepare(t, b, &in)
			_, err := a.FileConsent(context.Background(), in)
			var se *channels.SendError
			if !errors.As(err, &se) || se.Kind != row.kind || se.Code != row.code {
				t.Fatalf("got %v", err)
			}
			if n := len(b.Platform.Calls("/upload/")); (n > 0) != row.upload {
				t.Errorf("%d uploads", n)
			}
			for _, private := range []string{"not-for-everybody", "session-1"} {
				if strings.Contains(err.Error(), private) {
					t.Errorf("the error shows an address: %v", err)
				}
			}
		})
	}
}

func TestAFileOfUnknownLengthIsStillCarriedWhenAccepted(t *testing.T) {
	b, _, a := abroad(t)
	in := b.answer(t, "accept", b.offered(t, chat))
	b.fake.Serve(reportPath, channeltest.TeamsFile{Body: []byte("streamed"), NoLength: true})
	if _, err := a.FileConsent(context.Background(), in); err != nil {
		t.Fatal(err)
	}
	if got, _ := b.fake.Uploaded("/upload/session-1"); string(got) != "streamed" {
		t.Errorf("uploaded %q", got)
	}
}

func TestAFileThatCannotBeOfferedIsALink(t *testing.T) {
	link := `"buttons":[{"type":"openUrl","title":"📎 월간 보고서.pdf","value":"https://files.example.com/files/`
	for _, row := range []struct {
		name  string
		to    message.Conversation
		file  channeltest.TeamsFile
		fault int
	}{
		{"in a group", group, channeltest.TeamsFile{Body: []byte("x")}, 0},
		{"of unknown length", chat, channeltest.TeamsFile{Body: []byte("x"), NoLength: true}, 0},
		{"that is empty", chat, channeltest.TeamsFile{}, 0},
		{"that is too large", chat, channeltest.TeamsFile{Body: make([]byte, maxFile+1)}, 0},
		{"that only the person may open", chat, channeltest.TeamsFile{}, http.StatusForbidden},
		{"that lies behind a redirect", chat, channeltest.TeamsFile{Location: "https://elsewhere.example.com/"}, 0},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, w, _ := abroad(t)
			b.fake.Serve(reportPath, row.file)
			if row.fault != 0 {
				b.Platform.FailNext("/files/", channeltest.Fault{Status: row.fault})
			}
			if _, err := b.send(to(row.to, message.Message{Type: message.TypeFile, URL: reportURL})); err != nil {
				t.Fatal(err)
			}
			calls := w.out()
			if body := string(calls[len(calls)-1].Body); !strings.Contains(body, link) {
				t.Errorf("sent %s", body)
			}
		})
	}
}

func TestAFileOnAServerThatDariMayNotCallIsALink(t *testing.T) {
	b := open(t, nil) // its client refuses to leave the machine
	out := to(chat, message.Message{Type: message.TypeFile, URL: "https://intranet.example.com/a.pdf"})
	out.Reference = []byte(`{"service_url":"` + b.Platform.URL + `/"}`)
	if act := b.shows(t, out); !strings.Contains(text(act), `"value":"https://intranet.example.com/a.pdf"`) {
		t.Errorf("sent %s", text(act))
	}
}

func TestAFileThatIsNotThereIsNoMessage(t *testing.T) {
	for status, kind := range map[int]channels.Kind{404: channels.Rejected, 410: channels.Rejected, 500: channels.Temporary, 429: channels.Temporary} {
		b, _, _ := abroad(t)
		b.Platform.FailNext("/files/", channeltest.Fault{Status: status})
		_, err := b.send(to(chat, message.Message{Type: message.TypeFile, URL: reportURL}))
		if se := channels.AsSendError(err); se.Kind != kind || se.Code != "media_url" || strings.Contains(err.Error(), "not-for") {
			t.Errorf("%d: got %v", status, err)
		}
		if n := len(b.Platform.Calls("/apac/")); n != 0 {
			t.Errorf("%d: %d calls", status, n)
		}
	}
}

func TestAFileKeepsANameThatADriveTakes(t *testing.T) {
	for name, want := range map[string]string{
		"보고서 1.pdf": "보고서 1.pdf", `a/b\c:d*?.txt`: "a_b_c_d__.txt", " .hidden. ": "hidden", "\x00": "_", "...": "file",
	} {
		if got := driveName(name); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}
