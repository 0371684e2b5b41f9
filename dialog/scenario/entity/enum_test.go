package entity

import (
	"strings"
	"testing"
)

// rooms is the enum of the tests.
func rooms(f Fuzzy) Enum {
	return NewEnum("room", f,
		Choice{ID: "big", Label: map[string]string{"ko": "대회의실", "ja": "大会議室", "en": "Big room"}, Synonyms: []string{"큰방", "12층", "large room"}},
		Choice{ID: "small", Label: map[string]string{"ko": "소회의실", "ja": "小会議室", "en": "Small room"}, Synonyms: []string{"작은방", "7층"}},
		Choice{ID: "any", Label: map[string]string{"ko": "회의실", "ja": "カンファレンスルーム", "en": "conference room"}, Synonyms: []string{"방"}},
	)
}

func TestEnumsAreFoundByLabelSynonymAndSimilarity(t *testing.T) {
	for _, c := range []struct {
		name, text string
		fuzzy      Fuzzy
		want       string // id=text
	}{
		{"a label", "내일 대회의실 예약해 줘", FuzzyOff, "big=대회의실"},
		{"a label with a particle", "소회의실로 해 주세요", FuzzyOff, "small=소회의실"},
		{"the longest name wins", "대회의실", FuzzyOff, "big=대회의실"},
		{"a synonym", "큰방이요", FuzzyOff, "big=큰방"},
		{"a synonym typed with a blank", "큰 방 주세요", FuzzyOff, "big=큰 방"},
		{"a name typed without its blank is another", "bigroom", FuzzyOff, ""},
		{"the id", "small please", FuzzyOff, "small=small"},
		{"letters of any case", "the BIG ROOM please", FuzzyOff, "big=BIG ROOM"},
		{"Japanese inside a sentence", "明日大会議室を取りたい", FuzzyOff, "big=大会議室"},
		{"digits are not cut", "112층", FuzzyOff, ""},
		{"digits alone", "12층이요", FuzzyOff, "big=12층"},
		{"Latin words are not cut", "enlarge rooms", FuzzyOff, ""},
		{"one syllable as a word", "방 잡아줘", FuzzyOff, "any=방"},
		{"one syllable with a particle", "방을 잡아줘", FuzzyOff, "any=방"},
		{"one syllable inside a word is none", "방법이 뭐예요", FuzzyOff, ""},
		{"two values", "대회의실이나 소회의실", FuzzyOff, "big=대회의실 small=소회의실"},
		{"full width", "ＢＩＧ　ＲＯＯＭ", FuzzyOff, "big=ＢＩＧ　ＲＯＯＭ"},
		{"a typo without fuzzy", "회의싷 예약", FuzzyOff, ""},
		{"a wrong final consonant", "회의싷 예약", FuzzyJamo, "any=회의싷"},
		{"a typo with a particle", "대회의싷로 잡아줘", FuzzyJamo, "big=대회의싷"},
		{"a typo before a request", "소회이실 주세요", FuzzyJamo, "small=소회이실"},
		{"a request spelt in another way", "대회의실 줘", FuzzyJamo, "big=대회의실"},
		{"a wrong vowel", "회으실", FuzzyJamo, "any=회으실"},
		{"a typo of Latin letters", "confrence room please", FuzzyEdit, ""},
		{"a typo in one Latin word", "smal", FuzzyEdit, "small=smal"},
		{"a typo in katakana", "カンファレンスルウム", FuzzyEdit, "any=カンファレンスルウム"},
		{"a voiced mark left out", "カンフアレンスルーム", FuzzyJamo, "any=カンフアレンスルーム"},
		{"a short word is never fuzzy", "반", FuzzyJamo, ""},
		{"a short name is never fuzzy", "큰밥", FuzzyJamo, ""},
		{"another word that is near", "회의 일정", FuzzyJamo, ""},
		{"another word that is near, joined", "회의일정 알려줘", FuzzyJamo, ""},
		{"exact names keep the fuzzy ones away", "대회의실 말고 회의싷", FuzzyJamo, "big=대회의실"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range Extract(c.text, Options{Now: reference, Kinds: []Kind{KindEnum}, Enums: []Enum{rooms(c.fuzzy)}}) {
				if m.Name != "room" || m.Kind != KindEnum {
					t.Errorf("kind %s, name %s", m.Kind, m.Name)
				}
				got = append(got, m.Value.(EnumValue).ID+"="+m.Text)
			}
			if g := strings.Join(got, " "); g != c.want {
				t.Errorf("%q: got %q, want %q", c.text, g, c.want)
			}
		})
	}
}

func TestAnEnumWrittenWithoutNewEnumWorks(t *testing.T) {
	e := Enum{Name: "size", Choices: []Choice{{ID: "l", Label: map[string]string{"en": "Large"}}}}
	m := Extract("a large one", Options{Now: reference, Enums: []Enum{e}})
	if len(m) != 1 || m[0].Value.(EnumValue).Label["en"] != "Large" || m[0].Ambiguous {
		t.Errorf("got %+v", m)
	}
}

func TestFuzzyMatchesAreAmbiguous(t *testing.T) {
	m := Extract("회의싷", Options{Now: reference, Enums: []Enum{rooms(FuzzyJamo)}})
	if len(m) != 1 || !m[0].Ambiguous {
		t.Errorf("got %+v", m)
	}
}

func TestEnumsBeatNumbersOnTheSameText(t *testing.T) {
	m := Extract("12층이요", Options{Now: reference, Enums: []Enum{rooms(FuzzyOff)}})
	if len(m) != 1 || m[0].Kind != KindEnum {
		t.Errorf("got %s", lines(m))
	}
}

func TestToleranceGrowsWithTheWord(t *testing.T) {
	for _, c := range []struct {
		parts int
		fuzzy Fuzzy
		want  int
	}{{3, FuzzyEdit, 0}, {4, FuzzyEdit, 1}, {7, FuzzyEdit, 1}, {8, FuzzyEdit, 2}, {6, FuzzyJamo, 0}, {7, FuzzyJamo, 1}, {11, FuzzyJamo, 1}, {12, FuzzyJamo, 2}, {40, FuzzyJamo, 2}} {
		if got := tolerance(c.parts, c.fuzzy); got != c.want {
			t.Errorf("tolerance(%d, %s) = %d, want %d", c.parts, c.fuzzy, got, c.want)
		}
	}
	for _, c := range []struct {
		a, b string
		most int
		want int
	}{{"room", "room", 1, 0}, {"room", "rom", 1, 1}, {"room", "rooms", 1, 1}, {"room", "orom", 1, 1}, {"room", "beam", 1, 2}, {"abc", "abcdef", 2, 3}, {"", "", 0, 0}} {
		if got := editDistance([]rune(c.a), []rune(c.b), c.most); got != c.want {
			t.Errorf("editDistance(%q, %q, %d) = %d, want %d", c.a, c.b, c.most, got, c.want)
		}
	}
}

func TestPatternsAreMatchedOnNormalText(t *testing.T) {
	for _, c := range []struct{ expr, text, want string }{
		{`(?i)^E\d{5}$`, "e12345", "e12345"},
		{`(?i)^E\d{5}$`, "  Ｅ１２３４５ ", "E12345"},
		{`(?i)^E\d{5}$`, "제 사번은 e12345", ""},
		{`E\d{5}`, "사번은 E12345이고 E54321도 있어요", "E12345 E54321"},
		{`\d*`, "없음", ""},
	} {
		p, err := NewPattern("employee_no", c.expr)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, m := range Extract(c.text, Options{Now: reference, Kinds: []Kind{KindPattern}, Patterns: []Pattern{p}}) {
			got = append(got, m.Value.(string))
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%s in %q: got %q, want %q", c.expr, c.text, g, c.want)
		}
	}
	if _, err := NewPattern("employee_no", "("); err == nil || !strings.Contains(err.Error(), "employee_no") {
		t.Errorf("a broken pattern gives %v", err)
	}
	if got := Extract("x", Options{Kinds: []Kind{KindPattern}, Patterns: []Pattern{{Name: "none"}}}); got == nil || len(got) != 0 {
		t.Errorf("a pattern without expression gives %v", got)
	}
}
