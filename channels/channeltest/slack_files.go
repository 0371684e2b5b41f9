package channeltest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// Paths of the fake Slack's files.
const (
	SlackUploadPath = "/upload/v1/"
	SlackFilesPath  = "/files-pri/"
	// SlackFile is the content of every file below SlackFilesPath, SlackFileID one that files.info knows.
	SlackFile   = "\x89PNG\r\n\x1a\n…"
	SlackFileID = "F07CONNECT1"
)

// uploadURL announces a file: https://docs.slack.dev/reference/methods/files.getUploadURLExternal
func (f *slackFake) uploadURL(args slackArgs) slackAnswer {
	size, err := strconv.ParseInt(args["length"], 10, 64)
	if args["filename"] == "" || err != nil || size <= 0 {
		return slackError("invalid_arguments")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	id := fmt.Sprintf("F07UPLD%04d", len(f.uploads)+1)
	f.uploads[id] = size
	return slackAnswer{"ok": true, "upload_url": f.url() + SlackUploadPath + id, "file_id": id}
}

// upload takes the bytes, raw, and checks that they are as many as announced.
func (f *slackFake) upload(w http.ResponseWriter, r *http.Request) {
	n, err := io.Copy(io.Discard, r.Body)
	f.mu.Lock()
	defer f.mu.Unlock()
	id := path.Base(r.URL.Path)
	if err != nil || f.uploads[id] != n {
		http.Error(w, "not the file that was announced", http.StatusBadRequest)
		return
	}
	f.uploads[id] = 0
	_, _ = fmt.Fprintf(w, "OK - %d", n)
}

// completeUpload shows a file, once: https://docs.slack.dev/reference/methods/files.completeUploadExternal
func (f *slackFake) completeUpload(args slackArgs) slackAnswer {
	var files []struct{ ID, Title string }
	if json.Unmarshal([]byte(args["files"]), &files) != nil || len(files) != 1 {
		return slackError("invalid_arguments")
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	left, known := f.uploads[files[0].ID]
	switch {
	case !known || left != 0:
		return slackError("file_not_found")
	case args["channel_id"] == "" || !strings.ContainsAny(args["channel_id"][:1], "CDG"):
		return slackError("channel_not_found")
	case slackBlockFault(args["blocks"]) != "":
		return slackError("invalid_blocks")
	}
	delete(f.uploads, files[0].ID)
	return slackAnswer{"ok": true, "files": []any{map[string]any{"id": files[0].ID, "title": files[0].Title}}}
}

func (f *slackFake) fileInfo(args slackArgs) slackAnswer {
	if args["file"] != SlackFileID {
		return slackError("file_not_found")
	}
	return slackAnswer{"ok": true, "file": map[string]any{
		"id": SlackFileID, "name": "영수증.png", "mimetype": "image/png", "size": len(SlackFile), "mode": "hosted",
		"url_private_download": f.url() + SlackFilesPath + "T06H2K9QZ4A-" + SlackFileID + "/download/receipt.png",
	}}
}

// download gives a file to whoever shows the token in the header, and sends everybody else to the login
// page, as Slack does.
func (f *slackFake) download(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+SlackBotToken {
		http.Redirect(w, r, "/?redir="+r.URL.Path, http.StatusFound)
		return
	}
	w.Header().Set("Content-Type", "image/png")
	_, _ = io.WriteString(w, SlackFile)
}
