package channeltest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Pictures starts a server of pictures for menus and returns its address. "/1200x405.png" and
// "/1200x405.jpg" have that size; "/a.gif" is of another format, "/large" has more than a megabyte,
// "/broken" breaks off, "/busy" is answered 503 and everything else 404. A request with a token fails the test.
func Pictures(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("the pictures' server got the token")
		}
		var width, height int
		if _, err := fmt.Sscanf(r.URL.Path[1:], "%dx%d", &width, &height); err == nil {
			_, format, _ := strings.Cut(r.URL.Path, ".")
			_, _ = w.Write(picture(format, width, height))
			return
		}
		switch r.URL.Path {
		case "/a.gif":
			_ = gif.Encode(w, image.NewGray(image.Rect(0, 0, 1, 1)), nil)
		case "/large":
			_, _ = w.Write(make([]byte, 1<<20+1))
		case "/broken":
			w.Header().Set("Content-Length", "99")
			_, _ = io.WriteString(w, "half")
		case "/busy":
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// picture is one of a single dot whose head tells another size: platforms and adapters look at no more,
// and millions of dots would take seconds under the race detector.
func picture(format string, width, height int) []byte {
	dot := image.NewGray(image.Rect(0, 0, 1, 1))
	var b bytes.Buffer
	if format == "jpg" {
		_ = jpeg.Encode(&b, dot, nil)
		frame := bytes.Index(b.Bytes(), []byte{0xff, 0xc0}) // marker, length, precision, height, width
		binary.BigEndian.PutUint16(b.Bytes()[frame+5:], uint16(height))
		binary.BigEndian.PutUint16(b.Bytes()[frame+7:], uint16(width))
		return b.Bytes()
	}
	_ = png.Encode(&b, dot)
	head := b.Bytes()[12:] // after the signature and the length of the first chunk: its name, width, height
	binary.BigEndian.PutUint32(head[4:], uint32(width))
	binary.BigEndian.PutUint32(head[8:], uint32(height))
	binary.BigEndian.PutUint32(head[17:], crc32.ChecksumIEEE(head[:17]))
	return b.Bytes()
}
