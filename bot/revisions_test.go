package bot

import (
	"context"
	"errors"
	"testing"

	"dari/store"
)

func TestOnlyFilesWithoutMistakesArePublishedAndAnEarlierOneComesBack(t *testing.T) {
	bubble(t, func(t *testing.T, h *house) {
		ctx := context.Background()
		save := func(text string) int {
			problems, err := h.rt.SaveDraft(ctx, "bot", map[string][]byte{"bot.yaml": []byte(text)}, "hana")
			if err != nil {
				t.Fatal(err)
			}
			return len(problems)
		}
		current := func() string {
			id, err := h.engine.deps.Revisions.Current(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
		if _, err := h.rt.bot(ctx, "bot"); err != nil || current() != "" {
			t.Errorf("%v, %q", err, current())
		}
		save("one")
		first, err := h.rt.Publish(ctx, "bot", "the first", "hana")
		if err != nil || current() != first.ID {
			t.Fatalf("%+v, %v, current %q", first, err, current())
		}
		if n := save("wrong"); n != 1 {
			t.Errorf("%d mistakes", n)
		}
		var fe *FilesError
		if _, err := h.rt.Publish(ctx, "bot", "", "hana"); !errors.As(err, &fe) || len(fe.Problems) != 1 || current() != first.ID {
			t.Errorf("%v, current %q", err, current())
		}
		save("two")
		second, err := h.rt.Publish(ctx, "bot", "", "hana")
		if err != nil || second.ID == first.ID || current() != second.ID {
			t.Fatalf("%+v, %v", second, err)
		}
		if draft, _, err := h.rt.Draft(ctx, "bot"); err != nil || string(draft.Files["bot.yaml"]) != "two" {
			t.Errorf("%+v, %v", draft, err)
		}
		if _, err := h.rt.Rollback(ctx, "bot", first.ID); err != nil || current() != first.ID {
			t.Errorf("%v, current %q", err, current())
		}
		files, err := h.engine.deps.Revisions.Files(ctx, first.ID)
		if err != nil || string(files["bot.yaml"]) != "one" {
			t.Errorf("%q, %v", files, err)
		}
		if list, err := h.rt.Revisions(ctx, "bot"); err != nil || len(list) != 2 || list[0].Files != nil {
			t.Errorf("%+v, %v", list, err)
		}
		for _, id := range []string{"draft", "none"} {
			if _, err := h.rt.Rollback(ctx, "bot", id); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: %v", id, err)
			}
		}
		var ie *InputError
		for _, name := range []string{"", "/etc/passwd", "a/../b"} {
			if _, err := h.rt.SaveDraft(ctx, "bot", map[string][]byte{name: nil}, ""); !errors.As(err, &ie) || ie.Field != "files" {
				t.Errorf("%q: %v", name, err)
			}
		}
	})
}
