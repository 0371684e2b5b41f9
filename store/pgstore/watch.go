package pgstore

import (
	"context"
	"slices"

	"dari/store"
)

type watcher struct {
	topics []string
	in     chan store.Change
	missed chan struct{}
}

func (n *news) pass(c store.Change) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for w := range n.watchers {
		if !slices.Contains(w.topics, c.Topic) {
			continue
		}
		select {
		case w.in <- c:
		default:
			token(w.missed)
		}
	}
}

func (n *news) passMissed() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for w := range n.watchers {
		token(w.missed)
	}
}

// wanted lists the topics that somebody here watches.
func (n *news) wanted() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	list := []string{}
	for w := range n.watchers {
		list = append(list, w.topics...)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// Watch implements store.Watcher.
func (s *Store) Watch(ctx context.Context, topics []string, hear func(store.Change)) {
	w := &watcher{topics: topics, in: make(chan store.Change, 1024), missed: make(chan struct{}, 1)}
	n := s.news
	n.mu.Lock()
	n.watchers[w] = struct{}{}
	n.mu.Unlock()
	s.lease.soon() // the others learn that somebody watches
	defer func() {
		n.mu.Lock()
		defer n.mu.Unlock()
		delete(n.watchers, w)
	}()
	for {
		select {
		case c := <-w.in:
			hear(c)
		case <-w.missed:
			for _, topic := range topics {
				hear(store.Change{Topic: topic, Missed: true})
			}
		case <-ctx.Done():
			return
		case <-s.ctx.Done():
			return
		}
	}
}

// Tell implements store.Watcher.
func (s *Store) Tell(topic, text string) {
	s.lease.mu.Lock()
	wanted := s.lease.topics[topic]
	s.lease.mu.Unlock()
	if wanted && len(text) <= maxTold {
		s.news.put(item{Kind: itemChange, Key: topic, Text: text})
	}
}

// changed tells the others that a record is not what it was.
func (s *Store) changed(topic, id string) {
	s.news.put(item{Kind: itemChange, Key: topic, Text: id})
}

var (
	_ store.Watcher = (*Store)(nil)
	_ store.Leaver  = (*Store)(nil)
	_ store.Holder  = (*Store)(nil)
	_ store.Pacer   = (*Store)(nil)
)
