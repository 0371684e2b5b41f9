package scenario

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

func greeting(words string) string {
	return "bot: {id: b, default_locale: en}\nintents: {hi: {examples: [hello there bot, good morning bot, hi bot]}, book: {examples: [book a room, reserve a room, I need a room]}}\n" +
		"flows:\n  hi: {on: {intent: hi}, steps: [{say: " + words + "}]}\n" +
		"  book: {on: {intent: book}, steps: [{ask: {slot: n, entity: number, prompt: COUNT " + words + "?}}, {say: 'DONE " + words + " {{.slots.n}}'}]}\n"
}

// inDirectory starts a conversation with a bot whose files lie in a directory.
func inDirectory(t *testing.T, files string) (c *talk, write func(string), log *dialogtest.LogBuffer) {
	t.Helper()
	dir := t.TempDir()
	stamp := noon
	write = func(s string) {
		stamp = stamp.Add(time.Minute) // a file system may not see a change within the same tick
		path := filepath.Join(dir, "bot.yaml")
		if err := errors.Join(os.WriteFile(path, []byte(s), 0o600), os.Chtimes(path, stamp, stamp)); err != nil {
			t.Fatal(err)
		}
	}
	write(files)
	c = &talk{t: t, now: noon, locale: "en", context: context.Background()}
	log = &dialogtest.LogBuffer{}
	d := dialogtest.Deps(log)
	d.Now = func() time.Time { return c.now }
	e, err := Type{}.New(map[string]any{"path": dir}, d)
	if err != nil {
		t.Fatal(err)
	}
	c.e = e.(*engine)
	return c, write, log
}

func TestFilesAreReadAgainWhenTheyChange(t *testing.T) {
	c, write, _ := inDirectory(t, greeting("one"))
	c.say("hi bot").says("one")
	write(greeting("two"))
	c.say("hi bot").says("one") // looked at a moment ago
	c.later(2 * time.Second).say("hi bot").says("two")
}

func TestABrokenEditNeverReplacesAWorkingOne(t *testing.T) {
	c, write, log := inDirectory(t, greeting("one"))
	c.say("hi bot").says("one")
	write("bot: {id: b\n")
	c.later(2 * time.Second).say("hi bot").says("one").warned("newest files are not used")
	if !strings.Contains(log.String(), "working ones stay in use") {
		t.Errorf("log: %s", log)
	}
	write(greeting("three"))
	c.later(2 * time.Second).say("hi bot").says("three")
}

func TestADirectoryThatCannotBeReadIsAnError(t *testing.T) {
	e, err := Type{}.New(map[string]any{"path": filepath.Join(t.TempDir(), "private", "missing")}, dialogtest.Deps(&dialogtest.LogBuffer{}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = e.Turn(context.Background(), dialogtest.TextTurn("c", "x"), nil)
	var de *dialog.Error
	if !errors.As(err, &de) || strings.Contains(err.Error(), "private") {
		t.Errorf("got %v", err)
	}
}

// Semantic 9.
func TestAConversationStaysOnItsRevisionUntilItsFlowEnds(t *testing.T) {
	c, write, _ := inDirectory(t, greeting("one"))
	c.say("book a room").says("COUNT one?")
	write(greeting("two"))
	c.later(2 * time.Second).say("3").says("DONE one 3")
	c.say("hi bot").says("two")
}

// shelf holds published revisions.
type shelf struct {
	current string
	files   map[string]map[string][]byte
	err     error
}

func (s *shelf) Current(context.Context) (string, error) { return s.current, s.err }

func (s *shelf) Files(_ context.Context, id string) (map[string][]byte, error) {
	if f := s.files[id]; f != nil {
		return f, nil
	}
	return nil, os.ErrNotExist
}

func (s *shelf) publish(id, yaml string) {
	if s.files == nil {
		s.files = map[string]map[string][]byte{}
	}
	s.current, s.files[id] = id, map[string][]byte{"bot.yaml": []byte(yaml)}
}

func onShelf(t *testing.T, s *shelf) *talk {
	t.Helper()
	return talkWith(t, map[string][]byte{"bot.yaml": []byte(greeting("x"))}, "en", nil, func(d *dialog.Deps) { d.Revisions = s })
}

func TestPublishedRevisions(t *testing.T) {
	t.Run("nothing published is the demo", func(t *testing.T) {
		onShelf(t, &shelf{}).say("hello").says("I help around the office")
	})
	t.Run("publish and rollback", func(t *testing.T) {
		s := &shelf{}
		s.publish("r1", greeting("one"))
		c := onShelf(t, s)
		c.say("hi bot").says("one")
		s.publish("r2", greeting("two"))
		c.say("hi bot").says("two")
		s.current = "r1"
		c.say("hi bot").says("one")
	})
	t.Run("a flow ends on the revision it began with, even after a restart", func(t *testing.T) {
		s := &shelf{}
		s.publish("r1", greeting("one"))
		c := onShelf(t, s)
		c.say("book a room").says("COUNT one?")
		s.publish("r2", greeting("two"))
		c.e.src.forget()
		c.say("3").says("DONE one 3")
		c.say("hi bot").says("two")
	})
	t.Run("a revision that is gone hands the open question to the next one", func(t *testing.T) {
		s := &shelf{}
		s.publish("r1", greeting("one"))
		c := onShelf(t, s)
		c.say("book a room")
		s.publish("r2", greeting("two"))
		delete(s.files, "r1")
		c.e.src.forget()
		c.say("3").says("DONE two 3").warned("is gone; the flow goes on")
	})
	t.Run("a question that the next revision does not have is given up, and that is noted", func(t *testing.T) {
		s := &shelf{}
		s.publish("r1", greeting("one"))
		c := onShelf(t, s)
		c.say("book a room")
		s.publish("r2", strings.ReplaceAll(greeting("two"), "slot: n", "slot: m"))
		s.files["r2"]["bot.yaml"] = []byte(strings.ReplaceAll(string(s.files["r2"]["bot.yaml"]), ".slots.n", ".slots.m"))
		s.files["r2"]["bot.yaml"] = []byte(strings.ReplaceAll(string(s.files["r2"]["bot.yaml"]), "  book: {on", "  other: {on"))
		delete(s.files, "r1")
		c.e.src.forget()
		c.say("hi bot").says("two").warned("given up")
	})
	t.Run("a broken revision leaves the working one", func(t *testing.T) {
		s := &shelf{}
		s.publish("r1", greeting("one"))
		c := onShelf(t, s)
		c.say("hi bot").says("one")
		s.publish("r2", "nonsense: [")
		c.say("hi bot").says("one").warned("newest files are not used")
		c.say("hi bot").says("one").warned("newest files are not used")
	})
	t.Run("a store that fails leaves the working one", func(t *testing.T) {
		s := &shelf{}
		s.publish("r1", greeting("one"))
		c := onShelf(t, s)
		c.say("hi bot").says("one")
		s.err = errors.New("disk")
		c.say("hi bot").says("one")
	})
}

func TestAForeignOrDamagedStateStartsAnew(t *testing.T) {
	for name, token := range map[string]string{
		"not JSON": "xxx", "another engine's": `["a"]`, "a place that is not there": `{"r":"REV","s":[{"f":"book","p":99,"w":true}]}`,
		"a flow that is not there": `{"r":"REV","s":[{"f":"gone","w":true}]}`, "a negative place": `{"r":"REV","s":[{"f":"book","p":-1}]}`,
		"a caller that is not there": `{"r":"REV","s":[{"f":"book","c":5}]}`, "an empty frame": `{"r":"REV","s":[null]}`,
		"an unknown revision": `{"r":"other","s":[{"f":"book","w":true}]}`, "a question that is none": `{"r":"REV","s":[{"f":"hi","w":true}]}`,
		"answers that are not there": `{"r":"REV","s":[{"f":"book","w":true,"a":[77]}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			c := talkTo(t, greeting("one"), "en")
			rev := Revision(map[string][]byte{"bot.yaml": []byte(greeting("one"))})
			c.state.Token = strings.ReplaceAll(token, "REV", rev)
			c.say("hi bot").says("one")
		})
	}
}

func TestAStateThatWouldBeTooLargeIsAnErrorThatNamesTheReason(t *testing.T) {
	c := talkTo(t, `
bot: {id: b, default_locale: en}
entities: {note: {type: text, max_length: 4000}}
intents: {go: {examples: [start the machine, go now please, run it now]}}
flows: {go: {on: {intent: go}, steps: [{ask: {slot: a, entity: note, prompt: "A?"}}, {ask: {slot: b, entity: note, prompt: "B?"}}, {ask: {slot: c, entity: note, prompt: "C?"}}]}}
`, "en")
	long := strings.Repeat("가나다라 ", 790)
	c.say("start the machine").say(long)
	before := c.state
	c.say(long)
	var e *dialog.Error
	if !errors.As(c.err, &e) || e.Code != "state_too_large" || !strings.Contains(e.Error(), "slot") || c.state != before {
		t.Fatalf("got %v", c.err)
	}
	c.say("short").says("C?")
}

func TestDiff(t *testing.T) {
	before := map[string][]byte{"a.yaml": []byte(greeting("one")), "b.yaml": []byte("faq: [{q: [where, wo], a: here}]\n"), "t.csv": []byte("a\n1\n")}
	after := map[string][]byte{
		"other.yaml": []byte("# only a comment\n" + strings.ReplaceAll(greeting("one"), "hi bot", "hey bot")), "t.csv": []byte("a\n2\n"),
		"b.yaml": []byte("faq:\n  - q: [where, wo]\n    a: there\nmessages: {new: x}\n"),
	}
	var got []string
	for _, c := range Diff(before, after) {
		got = append(got, c.What+" "+c.Kind+" "+c.Name)
	}
	want := "changed faq wo, changed file t.csv, changed intent hi, added message new"
	if s := strings.Join(got, ", "); s != want {
		t.Errorf("got  %s\nwant %s", s, want)
	}
	if d := Diff(before, before); len(d) != 0 {
		t.Errorf("no change gives %v", d)
	}
	if Revision(before) == Revision(after) || Revision(before) != Revision(maps.Clone(before)) || len(Revision(before)) != 24 {
		t.Error("revision")
	}
}

func TestNothingAnswersWhatNobodySaid(t *testing.T) {
	c := talkTo(t, greeting("one"), "en")
	for _, kind := range []message.Kind{message.KindReaction, message.KindEdit, message.KindDelete, message.KindUnfollow, message.KindMembersLeft, message.KindUnknown} {
		if c.turn(message.Inbound{Kind: kind, Text: "hi bot"}); len(c.out) != 0 {
			t.Errorf("%s: %q", kind, c.text())
		}
	}
}

// slowShelf holds one revision back until its gate opens.
type slowShelf struct {
	shelf
	slow string
	gate chan struct{}
}

func (s *slowShelf) Files(ctx context.Context, id string) (map[string][]byte, error) {
	if id == s.slow {
		select {
		case <-s.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	return s.shelf.Files(ctx, id)
}

func TestTurnsGoOnWhileANewRevisionIsPrepared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowShelf{slow: "r2", gate: make(chan struct{})}
		s.publish("r1", greeting("one"))
		c := talkWith(t, map[string][]byte{"bot.yaml": []byte(greeting("x"))}, "en", nil, func(d *dialog.Deps) { d.Revisions = s })
		c.say("hi bot").says("one")
		s.publish("r2", greeting("two"))
		c.say("hi bot").says("one").warned("being prepared")
		close(s.gate)
		synctest.Wait()
		c.say("hi bot").says("two")
		if err := c.e.Close(); err != nil {
			t.Error(err)
		}
	})
}

func TestClosingEndsWhatIsBeingPrepared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &slowShelf{slow: "r1", gate: make(chan struct{})}
		s.publish("r1", greeting("one"))
		c := talkWith(t, map[string][]byte{"bot.yaml": []byte(greeting("x"))}, "en", nil, func(d *dialog.Deps) { d.Revisions = s })
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c.context = ctx
		c.say("hi bot")
		if e := dialog.AsError(c.err); e.Code != "timeout" {
			t.Errorf("got %v", c.err)
		}
		if err := c.e.Close(); err != nil {
			t.Error(err)
		}
	})
}
