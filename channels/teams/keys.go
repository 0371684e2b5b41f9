package teams

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"dari/channels"
)

// When the published keys are fetched anew.
// https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
const (
	keysLife     = 24 * time.Hour   // every instance has to refresh at least this often
	keysProbe    = time.Hour        // an unknown key id makes for one fetch in this time
	keysBackOff  = 30 * time.Second // after a failed fetch
	keysTimeout  = 10 * time.Second
	keysMaxBytes = 1 << 20
)

// keySet holds the keys that the Bot service publishes. One fetch runs at a time; a failed one keeps
// the old keys.
type keySet struct {
	url  string // of the OpenID metadata
	http *http.Client
	now  func() time.Time
	log  *slog.Logger

	mu      sync.Mutex
	keys    map[string]signingKey
	fetched time.Time // last success
	probed  time.Time // last success that an unknown key id caused
	failed  time.Time // last failure, zero after a success
	err     error
	flight  chan struct{} // closed when the running fetch is over; nil when none runs
}

// find returns the key of that id. It waits for a fetch when the key is not there or when it is the
// one that starts it; everybody else goes on with the keys at hand.
func (s *keySet) find(ctx context.Context, id string) (signingKey, error) {
	s.mu.Lock()
	key, known := s.keys[id]
	due := s.flight == nil && s.due(known)
	if due {
		s.start(ctx, !known && s.keys != nil)
	}
	flight := s.flight
	s.mu.Unlock()
	if flight == nil || known && !due {
		return s.answer(key, known)
	}
	select {
	case <-flight:
	case <-ctx.Done():
		return signingKey{}, noKeys(ctx.Err())
	}
	s.mu.Lock()
	key, known = s.keys[id]
	s.mu.Unlock()
	return s.answer(key, known)
}

func (s *keySet) answer(key signingKey, known bool) (signingKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case known:
		return key, nil
	case s.keys == nil: // asking again later may help, so the platform is told to
		return signingKey{}, noKeys(s.err)
	case s.err != nil:
		return signingKey{}, channels.Unauthorized("key", "the token is signed with a key that is not among the known ones, and fetching the newest failed: %v", s.err)
	}
	return signingKey{}, channels.Unauthorized("key", "the token is signed with a key that the Bot service does not publish")
}

func noKeys(err error) error {
	return &channels.Refusal{
		Status: http.StatusServiceUnavailable, Code: "keys",
		Detail: fmt.Sprintf("the Bot service's signing keys could not be fetched: %v", err),
	}
}

// due tells whether a fetch is called for. The lock is held.
func (s *keySet) due(known bool) bool {
	now := s.now()
	past := func(t time.Time, d time.Duration) bool { return t.IsZero() || !now.Before(t.Add(d)) }
	switch {
	case !past(s.failed, keysBackOff):
		return false
	case s.keys == nil || past(s.fetched, keysLife):
		return true
	}
	return !known && past(s.probed, keysProbe)
}

// start begins a fetch, which outlives the callback that started it because others wait for it too;
// its time-out ends it. The lock is held.
func (s *keySet) start(ctx context.Context, probe bool) {
	flight := make(chan struct{})
	s.flight = flight
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keysTimeout)
	go func() {
		defer cancel()
		keys, err := s.fetch(ctx)
		s.keep(keys, err, probe)
		close(flight)
	}()
}

func (s *keySet) keep(keys map[string]signingKey, err error, probe bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.flight, s.err = nil, err
	if err != nil {
		s.failed = s.now()
		s.log.Warn("teams: signing keys not refreshed", "error", err.Error())
		return
	}
	s.keys, s.fetched, s.failed = keys, s.now(), time.Time{}
	if probe {
		s.probed = s.fetched
	}
}

// renew fetches now, whatever the rules above say, for a connection test.
func (s *keySet) renew(ctx context.Context) (map[string]signingKey, error) {
	keys, err := s.fetch(ctx)
	if err == nil {
		s.mu.Lock()
		s.keys, s.fetched, s.failed, s.err = keys, s.now(), time.Time{}, nil
		s.mu.Unlock()
	}
	return keys, err
}

func (s *keySet) fetch(ctx context.Context) (map[string]signingKey, error) {
	var metadata struct {
		KeysURL string `json:"jwks_uri"`
	}
	if err := s.get(ctx, s.url, &metadata); err != nil {
		return nil, fmt.Errorf("openid metadata: %w", err)
	}
	if !sameOrigin(s.url, metadata.KeysURL) {
		return nil, errors.New("openid metadata: jwks_uri is on another host than openid_metadata_url")
	}
	var list struct {
		Keys []publishedKey `json:"keys"`
	}
	if err := s.get(ctx, metadata.KeysURL, &list); err != nil {
		return nil, fmt.Errorf("key list: %w", err)
	}
	keys := map[string]signingKey{}
	for _, p := range list.Keys {
		if public, ok := p.public(); ok {
			keys[p.ID] = signingKey{public, p.Endorsements}
		}
	}
	if len(keys) == 0 {
		return nil, errors.New("key list: holds no usable RSA key")
	}
	return keys, nil
}

func (s *keySet) get(ctx context.Context, address string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return errors.New("not a usable address")
	}
	resp, err := s.http.Do(req)
	if err != nil {
		return cause(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("answered with status %d", resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, keysMaxBytes+1))
	switch {
	case err != nil:
		return cause(err)
	case len(body) > keysMaxBytes:
		return errors.New("answer of more than 1 MiB")
	case json.Unmarshal(body, into) != nil:
		return errors.New("answer is not the expected JSON")
	}
	return nil
}

func sameOrigin(a, b string) bool {
	ua, errA := url.Parse(a)
	ub, errB := url.Parse(b)
	return errA == nil && errB == nil && ua.Scheme == ub.Scheme && strings.EqualFold(ua.Host, ub.Host)
}
