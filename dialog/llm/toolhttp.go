package llm

import (
	"context"
	"io"
	"net/http"
)

// toolClient sends the token along, bounds what a server may answer, and cuts requests off when the
// engine is closed.
func toolClient(life context.Context, c *http.Client, token string) *http.Client {
	if c == nil {
		c = http.DefaultClient
	}
	own := WithoutRedirects(c)
	base := own.Transport
	if base == nil {
		base = http.DefaultTransport
	}
	own.Transport = bounded{base, token, life}
	return own
}

type bounded struct {
	base  http.RoundTripper
	token string
	life  context.Context
}

func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(req.Context())
	free := cancel
	if req.Method == http.MethodDelete { // ends a session, as the last of all requests
		cancel()
		ctx, free = context.WithTimeout(req.Context(), farewell)
	} else {
		stop := context.AfterFunc(b.life, cancel)
		free = func() { stop(); cancel() }
	}
	req = req.Clone(ctx)
	req.Header.Set("User-Agent", "Dari")
	if b.token != "" {
		req.Header.Set("Authorization", "Bearer "+b.token)
	}
	resp, err := b.base.RoundTrip(req)
	if err != nil {
		free()
		return nil, err
	}
	resp.Body = &body{io.LimitReader(resp.Body, maxMessage), resp.Body, free}
	return resp, nil
}

type body struct {
	io.Reader
	closer io.Closer
	free   func()
}

func (b *body) Close() error {
	defer b.free()
	return b.closer.Close()
}
