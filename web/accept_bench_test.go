package web_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"go.etcd.io/bbolt"

	"dari/bot"
	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
	"dari/channels/line"
	"dari/channels/naverworks"
	"dari/dialog"
	"dari/dialog/echo"
	"dari/store"
	"dari/store/boltstore"
	"dari/web"
)

// The accept path is what a callback passes before it is acknowledged: verify, parse, durable. Nothing
// is answered in these benchmarks; the runtime is not started.

// lineCallback is a LINE text callback of the usual 490 bytes or so.
func lineCallback(n int64) *channels.Request {
	body := fmt.Appendf(nil, `{"destination":"U7be1d4f2a09c4e6f8d35b1c27a9e0f64","events":[{"type":"message",`+
		`"message":{"type":"text","id":"%d","quoteToken":"B6DPlgZ2PUVcy27FfzNalDziamtchxwONzMJ0wVL","text":"배송 언제 와요?"},`+
		`"webhookEventId":"01M5VJ59MY9FXBFGM%09d","deliveryContext":{"isRedelivery":false},"timestamp":%d,`+
		`"source":{"type":"user","userId":"U%032x"},"replyToken":"%032x","mode":"active"}]}`,
		618000000000000000+n, n, 1795312800000+n, n%1000, n)
	return channeltest.SignLINE(channeltest.LINESecret, body)
}

func naverWorksCallback(n int64) *channels.Request {
	body := channeltest.NaverWorksText(fmt.Sprintf("user-%04d", n%1000), "", "배송 언제 와요?", time.UnixMilli(1795312800000+n))
	return channeltest.SignNaverWorks(channeltest.NaverWorksBotSecret, channeltest.NaverWorksBotID, body)
}

type platform struct {
	name     string
	callback func(n int64) *channels.Request
	settings settings.Values
}

func platforms() []platform {
	return []platform{
		{"line", lineCallback, channeltest.LINESettings("http://127.0.0.1:1")},
		{"naverworks", naverWorksCallback, channeltest.NaverWorksSettings("http://127.0.0.1:1")},
	}
}

func newRuntime(b *testing.B, p platform) *bot.Runtime {
	b.Helper()
	log := slog.New(slog.DiscardHandler)
	st, err := boltstore.Open(b.TempDir(), log)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { st.Close() })
	sealer, _ := store.NewSealer(make([]byte, 32))
	types, _ := channels.NewRegistry(line.Type{}, naverworks.Type{})
	engines, _ := dialog.NewRegistry(echo.Type{})
	rt := bot.New(bot.Options{
		Store: st, Channels: types, Engines: engines, Sealer: sealer, Log: log,
		HTTP: http.DefaultClient, EngineHTTP: http.DefaultClient,
	})
	ctx := context.Background()
	if _, err := rt.CreateBot(ctx, bot.BotSpec{ID: "bot", Name: "Bot", Engine: bot.EngineSpec{Type: "echo"}}); err != nil {
		b.Fatal(err)
	}
	if _, err := rt.CreateChannel(ctx, "bot", bot.ChannelSpec{ID: "channel", Type: p.name, Name: p.name, Settings: p.settings}); err != nil {
		b.Fatal(err)
	}
	return rt
}

// spread runs b.N calls over that many senders at once. What is sent is made beforehand, in a form that
// costs the garbage collector nothing.
func spread(b *testing.B, senders int, callback func(n int64) *channels.Request, send func(*channels.Request) error) {
	requests := prepare(b.N, callback)
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range senders {
		wg.Go(func() {
			for n := next.Add(1); n <= int64(b.N); n = next.Add(1) {
				if err := send(requests.at(int(n - 1))); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "callbacks/s")
}

// prepared holds signed callbacks: all bodies in one piece, and all signatures in another.
type prepared struct {
	bodies, signatures []byte
	ends               []int // of the bodies
	header             http.Header
	signature          string // the name of the header that differs
	size               int    // of a signature
}

func prepare(n int, callback func(int64) *channels.Request) prepared {
	first := callback(0)
	p := prepared{header: first.Header}
	for name := range first.Header {
		if strings.HasSuffix(name, "Signature") {
			p.signature, p.size = name, len(first.Header.Get(name))
		}
	}
	for i := range n {
		r := callback(int64(i))
		p.bodies = append(p.bodies, r.Body...)
		p.ends = append(p.ends, len(p.bodies))
		p.signatures = append(p.signatures, r.Header.Get(p.signature)...)
	}
	return p
}

func (p prepared) at(i int) *channels.Request {
	start := 0
	if i > 0 {
		start = p.ends[i-1]
	}
	h := http.Header{"Content-Type": {"application/json"}}
	for name, v := range p.header {
		h[name] = v
	}
	h[p.signature] = []string{string(p.signatures[i*p.size : (i+1)*p.size])}
	return &channels.Request{Header: h, ContentType: "application/json", Body: p.bodies[start:p.ends[i]:p.ends[i]], ReceivedAt: time.Now().UTC()}
}

// BenchmarkAccept is the accept path alone: the adapter's checks, its parser, and the store. 256
// senders must reach at least 20 times the rate of one, by sharing fsyncs.
func BenchmarkAccept(b *testing.B) {
	for _, p := range platforms() {
		for _, senders := range []int{1, 64, 256} {
			b.Run(fmt.Sprintf("%s/senders=%d", p.name, senders), func(b *testing.B) {
				rt := newRuntime(b, p)
				ch, err := rt.Channel(context.Background(), "channel")
				if err != nil {
					b.Fatal(err)
				}
				spread(b, senders, p.callback, func(r *channels.Request) error {
					if err := ch.Adapter.Verify(context.Background(), r); err != nil {
						return err
					}
					cb, err := ch.Adapter.Parse(r)
					if err != nil {
						return err
					}
					return rt.Accept(context.Background(), ch, r, cb.Events)
				})
			})
		}
	}
}

// BenchmarkCallback compares Dari with a bare gin handler that only checks the HMAC and makes the same
// grouped write, both behind a real server on loopback. Dari must reach at least 60 % of it.
func BenchmarkCallback(b *testing.B) {
	for _, senders := range []int{64, 256} {
		b.Run(fmt.Sprintf("bare/senders=%d", senders), func(b *testing.B) {
			overHTTP(b, bareHandler(b), "/line/channel/webhook", senders, lineCallback)
		})
		for _, p := range platforms() {
			b.Run(fmt.Sprintf("dari-%s/senders=%d", p.name, senders), func(b *testing.B) {
				rt := newRuntime(b, p)
				handler := web.New(web.Options{Runtime: rt, Channels: rt.ChannelTypes(), Engines: rt.EngineTypes(), Log: slog.New(slog.DiscardHandler)}).All()
				overHTTP(b, handler, "/"+p.name+"/channel/webhook", senders, p.callback)
			})
		}
	}
}

func overHTTP(b *testing.B, h http.Handler, path string, senders int, callback func(n int64) *channels.Request) {
	server := httptest.NewServer(h)
	defer server.Close()
	transport := &http.Transport{MaxIdleConnsPerHost: senders}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	spread(b, senders, callback, func(r *channels.Request) error {
		req, err := http.NewRequest(http.MethodPost, server.URL+path, bytes.NewReader(r.Body))
		if err != nil {
			return err
		}
		req.Header = r.Header
		resp, err := client.Do(req)
		if err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return fmt.Errorf("status %d", resp.StatusCode)
		}
		return err
	})
}

// bareHandler is the least that a durable callback can be.
func bareHandler(b *testing.B) http.Handler {
	db, err := bbolt.Open(filepath.Join(b.TempDir(), "bare.db"), 0o600, &bbolt.Options{FreelistType: bbolt.FreelistMapType, NoFreelistSync: true})
	if err != nil {
		b.Fatal(err)
	}
	if err := db.Update(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("log")); return err }); err != nil {
		b.Fatal(err)
	}
	type write struct {
		body []byte
		done chan error
	}
	writes := make(chan write, 2048)
	b.Cleanup(func() { close(writes); db.Close() })
	go func() {
		seq := uint64(0)
		for first := range writes {
			batch := []write{first}
			for len(writes) > 0 && len(batch) < 2048 {
				batch = append(batch, <-writes)
			}
			err := db.Update(func(tx *bbolt.Tx) error {
				bucket := tx.Bucket([]byte("log"))
				bucket.FillPercent = 0.95
				for _, w := range batch {
					seq++
					if err := bucket.Put(binary.BigEndian.AppendUint64(nil, seq), w.body); err != nil {
						return err
					}
				}
				return nil
			})
			for _, w := range batch {
				w.done <- err
			}
		}
	}()
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.POST("/line/:channel/webhook", func(c *gin.Context) {
		body, err := io.ReadAll(http.MaxBytesReader(c.Writer, c.Request.Body, 1<<20))
		if err != nil {
			c.Status(http.StatusBadRequest)
			return
		}
		mac := hmac.New(sha256.New, []byte(channeltest.LINESecret))
		mac.Write(body)
		sent, _ := base64.StdEncoding.DecodeString(c.GetHeader("X-Line-Signature"))
		if !hmac.Equal(mac.Sum(nil), sent) {
			c.Status(http.StatusUnauthorized)
			return
		}
		w := write{body, make(chan error, 1)}
		writes <- w
		if <-w.done != nil {
			c.Status(http.StatusServiceUnavailable)
			return
		}
		c.Status(http.StatusOK)
	})
	return engine
}
