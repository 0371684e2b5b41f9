package boltstore

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"dari/store"
)

func benchEvent(n int64) store.Event {
	return store.Event{
		BotID: "bot", ChannelID: "channel", ConversationID: fmt.Sprintf("channel:U%032x", n%1000),
		Keys: []string{fmt.Sprintf("01M5VJ59MY9FXBFGM%09d", n)}, Kind: "text", Name: "message.text",
		State: store.Waiting, ReceivedAt: time.Now(), ContentType: "application/json",
		Raw: []byte(strings.Repeat("x", 490)),
	}
}

// BenchmarkAccept shows that writers share fsyncs: the rate rises with their number.
func BenchmarkAccept(b *testing.B) {
	for _, writers := range []int{1, 64, 256} {
		b.Run(fmt.Sprintf("writers=%d", writers), func(b *testing.B) {
			s := open(b, b.TempDir())
			defer s.Close()
			var n atomic.Int64
			before := s.Fsyncs()
			b.SetParallelism(max(writers/2, 1)) // times GOMAXPROCS
			if writers == 1 {
				b.ResetTimer()
				for range b.N {
					if _, err := s.Accept(context.Background(), []store.Event{benchEvent(n.Add(1))}); err != nil {
						b.Fatal(err)
					}
				}
			} else {
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if _, err := s.Accept(context.Background(), []store.Event{benchEvent(n.Add(1))}); err != nil {
							b.Error(err)
						}
					}
				})
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "events/s")
			b.ReportMetric(float64(b.N)/float64(s.Fsyncs()-before), "events/fsync")
		})
	}
}

// BenchmarkOneConversation lists one conversation's events among 100,000 of a thousand.
func BenchmarkOneConversation(b *testing.B) {
	s := open(b, b.TempDir())
	defer s.Close()
	const batch = 1000
	for i := range 100 {
		events := make([]store.Event, batch)
		for j := range events {
			events[j] = benchEvent(int64(i*batch + j))
		}
		if _, err := s.Accept(context.Background(), events); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		page, err := s.Events(context.Background(), store.Query{ConversationID: benchEvent(7).ConversationID})
		if err != nil || len(page.Items) != 50 {
			b.Fatalf("%d events, %v", len(page.Items), err)
		}
	}
}
