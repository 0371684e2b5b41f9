package e2e

import (
	"bufio"
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/channels/channeltest"
)

func TestNodesShareConfigurationTokensAndTheLiveFeed(t *testing.T) {
	c := newCluster(t, 2)
	here, there := c.nodes[0], c.nodes[1]
	t.Run("one token serves both", func(t *testing.T) {
		nw := c.all[0]
		var busy sync.WaitGroup
		for n := range 20 {
			busy.Go(func() { nw.say(c.nodes[n%2], n, n+1, numbered(n, n+1)) })
		}
		busy.Wait()
		here.settled()
		if got := len(nw.platform.Calls(channeltest.NaverWorksTokenPath)); got != 1 {
			t.Errorf("%d tokens were issued", got)
		}
	})
	t.Run("who watches one node sees what happens on the other", func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
		defer stop()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, here.url+"/api/v1/stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+adminKey)
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		over := make(chan struct{})
		var talking sync.WaitGroup
		talking.Go(func() { // the other node has to learn first that somebody watches
			for n := 1000; ; n++ {
				select {
				case <-over:
					return
				case <-time.After(50 * time.Millisecond):
					c.all[1].say(there, 1, n, numbered(1, n))
				}
			}
		})
		lines := bufio.NewScanner(resp.Body)
		seen := false
		for !seen && lines.Scan() { // nothing of this is taken in here
			seen = strings.Contains(lines.Text(), "ch-line") && strings.Contains(lines.Text(), `"accepted"`)
		}
		close(over)
		talking.Wait()
		if !seen {
			t.Errorf("nothing came: %v", lines.Err())
		}
	})
	t.Run("a channel that is disabled on one node is so on the other within a second", func(t *testing.T) {
		slack := c.all[2]
		slack.say(there, 1, 5000, "the other node knows the channel")
		for _, row := range []struct {
			change string
			status int
		}{{"disable", http.StatusNotFound}, {"enable", http.StatusOK}} {
			here.api(http.MethodPost, "/channels/ch-slack/"+row.change, nil, http.StatusOK, nil)
			begin := time.Now()
			for n := 5001; ; n++ {
				if slack.call(there, slack.text(1, n, "hello")) == row.status {
					break
				}
				if time.Since(begin) > time.Second {
					t.Errorf("it is not %sd after %v", row.change, time.Since(begin))
					break
				}
			}
		}
	})
	here.settled()
}
