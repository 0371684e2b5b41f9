package channeltest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
)

// worksUpload is a file on its way to the storage.
type worksUpload struct {
	name string
	done bool
	data []byte
}

// announce names an address for an upload, which works once.
func (w *naverWorks) announce(rw http.ResponseWriter, r *http.Request) {
	var body struct{ FileName string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil || body.FileName == "" {
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", "Request body cannot be parsed.")
		return
	}
	w.mu.Lock()
	id := fmt.Sprintf("kr1.1763692800123000000.1763779200.0.%s.0.0.%d", NaverWorksBotID, len(w.uploads))
	w.uploads[id] = worksUpload{name: body.FileName}
	w.mu.Unlock()
	worksJSON(rw, http.StatusOK, map[string]string{"fileId": id, "uploadUrl": w.storage(r) + id + "/upload"})
}

func (w *naverWorks) storage(r *http.Request) string {
	return cmp.Or(w.Storage, "http://"+r.Host) + NaverWorksStoragePath
}

// store takes an upload: https://developers.worksmobile.com/en/docs/file-upload
func (w *naverWorks) store(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := r.PathValue("file")
	up, known := w.uploads[id]
	if !known || up.done {
		worksError(rw, http.StatusNotFound, "NOT_FOUND", "The address is not known or was used.")
		return
	}
	if err := r.ParseMultipartForm(32 << 20); err != nil {
		worksError(rw, http.StatusBadRequest, "BAD_REQUEST", err.Error())
		return
	}
	file, head, err := r.FormFile("Filedata")
	if err != nil || head.Filename != up.name || r.FormValue("resourceName") != up.name || head.Header.Get("Content-Type") == "" {
		worksError(rw, http.StatusBadRequest, "BAD_REQUEST", "Filedata or resourceName is missing or has another name.")
		return
	}
	defer file.Close()
	up.data, _ = io.ReadAll(file)
	up.done = true
	w.uploads[id] = up
	if w.StoredAs == "-" {
		rw.WriteHeader(http.StatusCreated)
		return
	}
	stored := cmp.Or(w.StoredAs, id)
	w.uploads[stored] = up
	worksJSON(rw, http.StatusCreated, map[string]any{"fileId": stored, "fileName": up.name, "fileSize": len(up.data)})
}

// uploaded tells whether a message may be sent with the file id.
func (w *naverWorks) uploaded(id string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.uploads[id].done
}

// locate answers with the storage's address of what a member sent.
func (w *naverWorks) locate(rw http.ResponseWriter, r *http.Request) {
	id := r.PathValue("file")
	if _, known := w.Files[id]; !known {
		worksError(rw, http.StatusNotFound, "NOT_FOUND", "The file does not exist.")
		return
	}
	rw.Header().Set("Location", w.storage(r)+url.PathEscape(id)+"/file")
	rw.WriteHeader(http.StatusFound)
}

func (w *naverWorks) serve(rw http.ResponseWriter, r *http.Request) {
	content, known := w.Files[r.PathValue("file")]
	if !known {
		worksError(rw, http.StatusNotFound, "NOT_FOUND", "The file does not exist.")
		return
	}
	rw.Header().Set("Content-Type", http.DetectContentType(content))
	rw.Header().Set("Content-Disposition", `attachment; filename*=UTF-8''%ED%9C%B4%EA%B0%80.pdf`)
	rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
	io.Copy(rw, bytes.NewReader(content))
}

func (w *naverWorks) listDomains(rw http.ResponseWriter, _ *http.Request) {
	worksJSON(rw, http.StatusOK, map[string]any{"domains": w.Domains, "responseMetaData": map[string]any{"nextCursor": nil}})
}

// patchBot changes the callback; the properties that the body leaves out stay.
func (w *naverWorks) patchBot(rw http.ResponseWriter, r *http.Request) {
	var patch map[string]any
	if err := json.NewDecoder(r.Body).Decode(&patch); err != nil {
		worksError(rw, http.StatusBadRequest, "INVALID_PARAMETER", "Request body cannot be parsed.")
		return
	}
	w.mu.Lock()
	bot := map[string]any{} // not w.Bot itself, which is the test's
	maps.Copy(bot, w.Bot)
	maps.Copy(bot, patch)
	w.Bot = bot
	w.mu.Unlock()
	w.getBot(rw, r)
}
