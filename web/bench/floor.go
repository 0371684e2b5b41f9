package bench

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// floorOrder is what the floor's process is told to be.
type floorOrder struct {
	Platform string
	Base     string // of the fake platform
	Dir      string
	Delay    time.Duration // what an engine would take
	Key      []byte        // public, of Teams
}

// floor is the least that a durable bridge can be: it checks the signature, appends the callback to a
// file whose fsyncs are shared, acknowledges, and answers with one call. It keeps no order, forgets what
// it did, and after a crash answers nothing.
type floor struct {
	floorOrder
	platform platform
	file     *groupFile
	client   *http.Client
	slots    chan struct{} // bounds the calls at once
	replies  sync.WaitGroup
}

// floorFile is what the floor appends to.
const floorFile = "floor.log"

// floorCalls is how many calls run at once, and how many connections stay open for them.
const floorCalls = 1024

// runFloor is the floor's process. It prints its address like the real server.
func runFloor(ctx context.Context, raw string, stdout io.Writer) error {
	var order floorOrder
	if err := json.Unmarshal([]byte(raw), &order); err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	p, err := order.platform()
	if err != nil {
		return err
	}
	file, err := openGroupFile(filepath.Join(order.Dir, floorFile))
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	f := &floor{
		floorOrder: order, platform: p, file: file, slots: make(chan struct{}, floorCalls),
		client: &http.Client{Timeout: callTimeout, Transport: &http.Transport{MaxIdleConns: floorCalls, MaxIdleConnsPerHost: floorCalls}},
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	server := &http.Server{Handler: f.handler(), ReadHeaderTimeout: callTimeout, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelDebug)}
	fmt.Fprintf(stdout, "%s http://%s\n", addressMark, l.Addr())
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	select {
	case err := <-failed:
		return fmt.Errorf("floor: %w", err)
	case <-ctx.Done():
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTimeout)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil { // somebody still appends
		return fmt.Errorf("floor: %w", err)
	}
	f.replies.Wait()
	file.close()
	return nil
}

func (o floorOrder) platform() (platform, error) {
	switch o.Platform {
	case line{}.name():
		return line{}, nil
	case slack{}.name():
		return slack{}, nil
	case naverWorks{}.name():
		return naverWorks{}, nil
	}
	key, err := x509.ParsePKCS1PublicKey(o.Key)
	if err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	return teams{public: key, known: &sync.Map{}}, nil
}

func (f *floor) handler() http.Handler {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/readyz", func(c *gin.Context) { c.Status(http.StatusOK) })
	r.GET("/metrics", func(c *gin.Context) { c.String(http.StatusOK, "%s %d\n", commitsMetric, f.file.syncs.Load()) })
	r.POST("/:type/:channel/webhook", f.callback)
	return r
}

// maxBody is what a callback may have.
const maxBody = 1 << 20

func (f *floor) callback(c *gin.Context) {
	body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, maxBody))
	switch {
	case err != nil:
		c.Status(http.StatusBadRequest)
		return
	case !f.platform.genuine(c.Request.Header, body):
		c.Status(http.StatusUnauthorized)
		return
	}
	if err := f.file.append(body); err != nil {
		c.Status(http.StatusServiceUnavailable)
		return
	}
	c.Status(http.StatusOK)
	f.replies.Go(func() { f.answer(body) })
}

// answer makes the one call.
func (f *floor) answer(body []byte) {
	f.slots <- struct{}{}
	defer func() { <-f.slots }()
	if f.Delay > 0 {
		time.Sleep(f.Delay)
	}
	r := f.platform.reply(f.Base, body)
	req, err := http.NewRequest(http.MethodPost, r.url, bytes.NewReader(r.body))
	if err == nil {
		req.Header.Set("Content-Type", r.contentType)
		req.Header.Set("Authorization", "Bearer "+r.token)
		var resp *http.Response
		if resp, err = f.client.Do(req); err == nil {
			_, err = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "floor: reply:", err) // the missing answer is counted by the load
	}
}
