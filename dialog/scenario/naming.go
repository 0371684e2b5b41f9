package scenario

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// names prepares the words by which people call each flow and what it asks for.
func (s *script) names() {
	for _, f := range s.flows {
		s.nameAsks(f)
		f.called = phrases{}
		labels := append(f.label.spellings(), f.name)
		for _, w := range f.intents {
			labels = append(labels, w.v)
			if in := s.intents[w.v]; in != nil {
				labels = append(labels, in.label.spellings()...)
			}
		}
		for _, l := range labels {
			f.called.add(wordsIn(l)...)
		}
	}
}

// kindNouns are what people call a value of a kind.
var kindNouns = map[string][]string{
	"date":     {"날짜", "날", "일자", "일정", "예약일", "日付", "日", "日にち", "日程", "date", "day"},
	"time":     {"시간", "시각", "時間", "時刻", "time", "hour"},
	"datetime": {"일시", "날짜", "시간", "日時", "日付", "時間", "date", "time"},
	"duration": {"기간", "시간", "期間", "時間", "duration", "length"},
	"number":   {"수량", "개수", "갯수", "인원", "인원수", "숫자", "명수", "사람", "人数", "個数", "数量", "数", "number", "quantity", "amount", "count", "people", "persons", "person", "guests", "pieces", "cups", "items", "seats", "tickets", "nights"},
	"money":    {"금액", "가격", "예산", "金額", "値段", "予算", "amount", "price", "budget"},
	"phone":    {"번호", "전화번호", "연락처", "電話番号", "番号", "連絡先", "phone", "number", "phone number"},
	"email":    {"이메일", "메일", "주소", "メール", "メールアドレス", "アドレス", "email", "mail", "address"},
}

// fillIns are the parts of a text that are filled in.
var fillIns = regexp.MustCompile(`\{\{.*?\}\}`)

// nameAsks prepares the words of each question: those it may be answered with without saying more, and those
// that only it has among the questions for the same entity.
func (s *script) nameAsks(f *flow) {
	own := make([][]string, len(f.asks))
	for i, a := range f.asks {
		own[i] = wordsIn(a.slot.v)
		for _, prompt := range a.prompt.spellings() {
			own[i] = append(own[i], wordsIn(fillIns.ReplaceAllString(prompt, " "))...)
		}
	}
	for i, a := range f.asks {
		a.about = newPhrases(own[i], kindNouns[s.kindOf(a.entity.v)])
		shared := map[string]bool{}
		for k, b := range f.asks {
			for _, w := range own[k] {
				shared[w] = shared[w] || b.slot.v != a.slot.v && b.entity.v == a.entity.v
			}
		}
		a.called = phrases{}
		for _, w := range own[i] {
			if !shared[w] && !anyHas(w, asking, opening, changing, deciding, between) {
				a.called.add(w)
			}
		}
	}
}

// wordsIn are the words of a label or a question: between blanks and signs, without the particle behind a
// Korean word, and in Japanese wherever the script changes.
func wordsIn(s string) (out []string) {
	for _, w := range strings.FieldsFunc(normalize(s), func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsMark(c) }) {
		out = append(out, w)
		for _, tail := range []string{"을", "를", "이", "가", "은", "는", "으로", "로", "에", "의"} {
			if stem, ok := strings.CutSuffix(w, tail); ok && len([]rune(stem)) >= 2 {
				out = append(out, stem)
			}
		}
		for _, part := range strings.FieldsFunc(w, func(c rune) bool { return unicode.Is(unicode.Hiragana, c) || unicode.Is(unicode.Hangul, c) }) {
			if part != w {
				out = append(out, part)
			}
		}
	}
	return slices.Compact(out)
}
