package bot

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/store"
)

func TestAFileThatAPersonSentIsFetchedByASignedAddress(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		h.say("ch", said{Conv: "u1", Key: "1", Kind: string(message.KindFile), Text: "report.pdf"})
		h.settle()
		url := h.engine.turns[0].Inbound.Attachments[0].URL
		token, ok := strings.CutPrefix(url, "https://dari.example"+MediaPath)
		if !ok {
			t.Fatalf("address %q", url)
		}
		m, err := h.rt.Media(context.Background(), token)
		if err != nil {
			t.Fatal(err)
		}
		b, _ := io.ReadAll(m.Body)
		if string(b) != "bytes of report.pdf" || m.Name != "report.pdf" {
			t.Errorf("got %q, %q", b, m.Name)
		}
		for i := range len(token) {
			other := token[:i] + string(token[i]^1) + token[i+1:]
			if _, err := h.rt.Media(context.Background(), other); !errors.Is(err, ErrMediaToken) {
				t.Errorf("a changed token passes: %v", err)
			}
		}
		time.Sleep(mediaLife + time.Second)
		if _, err := h.rt.Media(context.Background(), token); !errors.Is(err, ErrMediaToken) {
			t.Errorf("an old token passes: %v", err)
		}
	})
}

// Fetch implements channels.MediaFetcher.
func (c *scriptedChannel) Fetch(_ context.Context, a message.Attachment) (channels.Media, error) {
	return channels.Media{Body: io.NopCloser(strings.NewReader("bytes of " + a.Ref)), Name: a.Name, Size: -1}, nil
}

func TestAnAcceptedFileIsBroughtWithoutAskingTheEngine(t *testing.T) {
	cases := map[string]struct {
		errs  []error
		state string
		tries int
	}{
		"at once":                   {nil, "handled", 1},
		"after a moment":            {[]error{channels.Failf(channels.Temporary, "", "later")}, "handled", 2},
		"not when it may have come": {[]error{channels.Failf(channels.Uncertain, "", "perhaps")}, "failed", 1},
		"not for ever": {[]error{
			channels.Failf(channels.Temporary, "", "1"), channels.Failf(channels.Temporary, "", "2"), channels.Failf(channels.Temporary, "", "3"),
		}, "failed", 3},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, h *house) {
				h.channel.consents = c.errs
				h.say("ch", said{Conv: "u1", Key: "1", Kind: string(message.KindForm), Text: "consent"})
				time.Sleep(time.Minute)
				if e := h.only(store.Query{}); string(e.State) != c.state || h.channel.consentTries != c.tries {
					t.Errorf("%s after %d tries: %s", e.State, h.channel.consentTries, e.Reason)
				}
				if len(h.engine.turns) != 0 {
					t.Error("the engine was asked")
				}
			})
		})
	}
}
