package slack

import (
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
)

func TestTheLimitsSayWhatSlackCanShow(t *testing.T) {
	l := Type{}.Limits()
	for typ, want := range map[message.Type]channels.Level{
		message.TypeText: channels.Full, message.TypeButtons: channels.Full, message.TypeImage: channels.Full,
		message.TypeVideo: channels.Full, message.TypeAudio: channels.Full, message.TypeFile: channels.Full,
		message.TypeNative: channels.Full, message.TypeCards: channels.Partial, message.TypeLocation: channels.Partial,
		message.TypeSticker: channels.Unsupported,
	} {
		if l.Level(typ) != want {
			t.Errorf("%s: %d, want %d", typ, l.Level(typ), want)
		}
	}
	if l.Cards != 10 || l.CardActions != 5 || l.CardTitle != 150 || l.CardText != 2000 {
		t.Errorf("cards: %+v", l)
	}
	if !l.Typing || !l.Streaming || !l.Edit || !l.Markdown {
		t.Errorf("abilities: %+v", l)
	}
	if l.ConversationRate != (channels.Rate{Calls: 1, Per: time.Second, Burst: 3}) || l.Rate != (channels.Rate{}) {
		t.Errorf("rates: %+v, %+v", l.ConversationRate, l.Rate)
	}
}

func TestTheAdapterHasTheAbilitiesThatTheLimitsPromise(t *testing.T) {
	var a any = &adapter{}
	for name, has := range map[string]bool{
		"MediaFetcher": is[channels.MediaFetcher](a), "Typist": is[channels.Typist](a), "Streamer": is[channels.Streamer](a),
		"Editor": is[channels.Editor](a), "Opener": is[channels.Opener](a), "Listen": is[socketListener](a), "Install": is[channels.Installer](Type{}),
	} {
		if !has {
			t.Errorf("%s is missing", name)
		}
	}
}

func is[T any](v any) bool { _, ok := v.(T); return ok }
