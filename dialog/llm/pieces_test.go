package llm

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"dari/dialog"
)

// gather adds JSON values as pieces and returns the text and what was handed over of it.
func gather(t *testing.T, values ...string) (string, string) {
	t.Helper()
	var said strings.Builder
	text := NewText(func(s string) error {
		if !utf8.ValidString(s) {
			t.Errorf("%q is not UTF-8", s)
		}
		said.WriteString(s)
		return nil
	})
	for _, v := range values {
		var p Piece
		if err := json.Unmarshal([]byte(v), &p); err != nil {
			t.Fatalf("%s: %v", v, err)
		}
		if err := text.Add(p); err != nil {
			t.Fatal(err)
		}
	}
	whole, err := text.End()
	if err != nil {
		t.Fatal(err)
	}
	return whole, said.String()
}

func TestATextIsWholeHoweverItsPiecesAreCut(t *testing.T) {
	for _, row := range []struct {
		name   string
		pieces []string
		want   string
	}{
		{"plain pieces", []string{`"내일 "`, `"도착해요."`}, "내일 도착해요."},
		{"a syllable in three bytes", []string{"\"\xec\"", "\"\x95\"", "\"\x88녕\""}, "안녕"},
		{"a syllable between texts", []string{"\"a\xec\x95\"", "\"\x88b\""}, "a안b"},
		{"an emoji in two halves", []string{`"\ud83d"`, `"\ude00!"`}, "😀!"},
		{"an emoji in one piece", []string{`"\ud83d\ude00"`}, "😀"},
		{"half an emoji before Hangul", []string{`"\ud83d"`, `"한"`}, "\ufffd한"},
		{"half an emoji at the end", []string{`"a\ud83d"`}, "a\ufffd"},
		{"the wrong half first", []string{`"\ude00"`, `"\ud83d"`}, "\ufffd\ufffd"},
		{"bytes that never become a letter", []string{"\"a\xff\"", `"b"`}, "a\ufffdb"},
		{"escapes", []string{`"\"\\\/\b\f\n\r\t\u0041\uac00\u0000"`}, "\"\\/\b\f\n\r\tA가\x00"},
		{"null", []string{`null`, `"a"`, `null`}, "a"},
		{"a list of parts", []string{`[{"type":"text","text":"a"},{"type":"thinking","text":"hm"},{"type":"text","text":"b"}]`}, "ab"},
		{"thoughts before the words", []string{`"<thi"`, `"nk>\nLet me"`, `" see.</thin"`, `"k>\n\n안녕"`, `"하세요"`}, "안녕하세요"},
		{"space behind a thought", []string{`"<think>a</think>"`, `"\n"`, `" b"`}, "b"},
		{"two thoughts", []string{`"\n<think>a</think>\n<think></think>b"`}, "b"},
		{"a thought without end", []string{`"<think>and so on"`}, ""},
		{"what only looks like one", []string{`"  <th"`, `"ing>"`}, "  <thing>"},
		{"its beginning and no more", []string{`"<thin"`}, "<thin"},
		{"a thought in the middle is a text", []string{`"a <think>b</think>"`}, "a <think>b</think>"},
	} {
		t.Run(row.name, func(t *testing.T) {
			whole, said := gather(t, row.pieces...)
			if whole != row.want || said != row.want {
				t.Errorf("got %q, handed over %q, want %q", whole, said, row.want)
			}
		})
	}
}

func TestAPieceIsATextOrAListOfTexts(t *testing.T) {
	for _, v := range []string{`1`, `true`, `{"a":1}`, `[1]`} {
		var p Piece
		if err := json.Unmarshal([]byte(v), &p); err == nil {
			t.Errorf("%s was taken as %q", v, p)
		}
	}
}

func TestAReplacedTextIsTheWholeOne(t *testing.T) {
	for _, row := range []struct{ name, first, second, whole, said string }{
		{"another text", "나쁜 말", "삭제되었습니다", "삭제되었습니다", "나쁜 말"},
		{"the same", "안녕", "안녕", "안녕", "안녕"},
		{"a longer one", "안녕", "안녕하세요", "안녕하세요", "안녕하세요"},
		{"nothing before", "", "안녕", "안녕", "안녕"},
		{"with thoughts", "안녕", "<think>x</think>안녕", "안녕", "안녕"},
	} {
		t.Run(row.name, func(t *testing.T) {
			said := ""
			text := NewText(func(s string) error { said += s; return nil })
			if err := errors.Join(text.Add(Piece(row.first)), text.Replace(Piece(row.second))); err != nil {
				t.Fatal(err)
			}
			whole, err := text.End()
			if err != nil || whole != row.whole || said != row.said {
				t.Errorf("%q, handed over %q, %v", whole, said, err)
			}
		})
	}
}

func TestAnEndlessTextIsRefused(t *testing.T) {
	text := NewText(func(string) error { return nil })
	var err error
	for range 1000 {
		if err = text.Add(Piece(strings.Repeat("가", 1000))); err != nil {
			break
		}
	}
	if err == nil || dialog.AsError(err).Code != "bad_answer" {
		t.Errorf("got %v", err)
	}
	if err := text.Replace(Piece(strings.Repeat("나", maxText))); err == nil {
		t.Error("a replacement may be of any size")
	}
}

func FuzzPieces(f *testing.F) {
	f.Add([]byte(`"a\ud83d\ude00\uac00"`), 3)
	f.Add([]byte("\"<think>\xec\x95\x88</think>b\xed\xa0\xbd\""), 1)
	f.Fuzz(func(t *testing.T, raw []byte, cut int) {
		var p Piece
		if json.Unmarshal(raw, &p) != nil {
			return
		}
		read := func(pieces ...Piece) string {
			said := ""
			text := NewText(func(s string) error { said += s; return nil })
			for _, piece := range pieces {
				if text.Add(piece) != nil {
					return "too long"
				}
			}
			whole, err := text.End()
			if err == nil && (whole != said || !utf8.ValidString(whole)) {
				t.Errorf("%q, handed over %q", whole, said)
			}
			return whole
		}
		at := 0
		if len(p) > 0 {
			at = (cut%len(p) + len(p)) % len(p)
		}
		if whole, cut := read(p), read(p[:at], p[at:]); whole != cut {
			t.Errorf("%q in one piece, %q in two", whole, cut)
		}
		if raw[0] == '"' && utf8.Valid(raw) && !strings.Contains(string(raw), "think") {
			var s string
			if json.Unmarshal(raw, &s) == nil && read(p) != s {
				t.Errorf("%q, encoding/json reads %q", read(p), s)
			}
		}
	})
}
