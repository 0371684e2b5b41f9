package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"
)

//go:embed static
var staticFiles embed.FS

type asset struct {
	body []byte
	mime string
	etag string
}

// assets are the files of the pages, by name.
var assets = sync.OnceValue(func() map[string]asset {
	all := map[string]asset{}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		panic(err)
	}
	types := map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
	for _, e := range entries {
		body, err := staticFiles.ReadFile("static/" + e.Name())
		if err != nil {
			panic(err)
		}
		sum := sha256.Sum256(body)
		all[e.Name()] = asset{body, types[path.Ext(e.Name())], `"` + hex.EncodeToString(sum[:12]) + `"`}
	}
	return all
})

// asset serves a file. Browsers keep it but ask every time whether it has changed, so that no page
// meets a file of another version.
func (c *Console) asset(g *gin.Context) {
	a, ok := assets()[strings.TrimPrefix(g.Param("file"), "/")]
	if !ok {
		g.String(http.StatusNotFound, "404")
		return
	}
	g.Header("Cache-Control", "public, no-cache")
	g.Header("ETag", a.etag)
	if strings.Contains(g.GetHeader("If-None-Match"), a.etag) {
		g.Status(http.StatusNotModified)
		return
	}
	g.Data(http.StatusOK, a.mime, a.body)
}
