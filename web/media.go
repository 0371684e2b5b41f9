package web

import (
	"bufio"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"dari/bot"
	"dari/channels"
	"dari/store"
)

// media hands out the files that people sent, to whoever holds an address that Dari has signed.
type media struct {
	runtime interface {
		Media(ctx context.Context, token string) (channels.Media, error)
	}
}

// maxMedia is the largest file that is passed on, in bytes: what LINE lets people send.
const maxMedia = 300 << 20

func (h media) serve(c *gin.Context) error {
	m, err := h.runtime.Media(c.Request.Context(), c.Param("token"))
	if err != nil {
		return mediaError(err)
	}
	defer m.Body.Close()
	if m.Size > maxMedia {
		return &problem{Status: http.StatusRequestEntityTooLarge, Code: "too_large", Detail: "the file is larger than 300 MiB"}
	}
	_ = http.NewResponseController(c.Writer).SetWriteDeadline(time.Time{}) // a file may take its time; the client's own patience bounds it
	body := bufio.NewReaderSize(io.LimitReader(m.Body, maxMedia), 4096)
	head, _ := body.Peek(512)
	// What the platform says is passed on only if the bytes do not say otherwise, and never as
	// something that a browser would run.
	header := c.Writer.Header()
	header.Set("Content-Type", sniff(m.MIME, head))
	header.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": m.Name}))
	header.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	header.Set("Cache-Control", "private, no-store")
	if m.Size >= 0 {
		header.Set("Content-Length", strconv.FormatInt(m.Size, 10))
	}
	c.Status(http.StatusOK)
	if _, err := io.Copy(c.Writer, body); err != nil {
		c.Abort() // the client sees a body that breaks off
	}
	return nil
}

// sniff prefers what the bytes say over what the platform says, as far as the bytes say anything.
func sniff(said string, head []byte) string {
	seen := http.DetectContentType(head)
	if seen == "application/octet-stream" || seen == "text/plain; charset=utf-8" {
		if media, _, err := mime.ParseMediaType(said); err == nil && media != "text/html" {
			return said
		}
	}
	return seen
}

func mediaError(err error) error {
	if errors.Is(err, bot.ErrMediaToken) || errors.Is(err, store.ErrNotFound) {
		return &problem{Status: http.StatusNotFound}
	}
	se := channels.AsSendError(err)
	switch se.Kind {
	case channels.Temporary, channels.RateLimited, channels.Uncertain:
		return comeBack(&problem{Status: http.StatusServiceUnavailable, Code: se.Code, Detail: "the file is not ready yet"}, max(se.RetryAfter, time.Second))
	case channels.Rejected, channels.Blocked:
		return &problem{Status: http.StatusGone, Code: se.Code, Detail: "the platform no longer has the file"}
	}
	return &problem{Status: http.StatusBadGateway, Code: se.Code, Detail: "the platform did not give the file; the channel's connection test says why"}
}
