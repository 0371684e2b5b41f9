package importers

import (
	"regexp"
	"slices"
	"strings"
)

// The head lines of a FAQ table, in the three languages.
var (
	faqQuestion   = regexp.MustCompile(`(?i)^(q|questions?|질문|문의|質問)( *\(.*\))?$`)
	faqAnswer     = regexp.MustCompile(`(?i)^(a|answers?|답변?|응답|回答|答え)( *\(.*\))?$`)
	faqParaphrase = regexp.MustCompile(`(?i)^(paraphrases?|similar( questions?)?|variants?|유사 ?(질문|문장)|言い換え|類似質問)[ _-]*\d*( *\(.*\))?$`)
	faqLocale     = regexp.MustCompile(`(?i)^(locale|lang(uage)?|언어|言語)$`)
	faqID         = regexp.MustCompile(`(?i)^(id|번호|no\.?)( *\(.*\))?$`)
)

// faqHead says which columns hold what; -1 when there is none.
type faqHead struct {
	question, answer, locale, id int
	paraphrases                  []int
}

func readFAQs(b *bot, files []File) {
	for _, f := range files {
		rows := b.sheet(f)
		first := slices.IndexFunc(rows, func(r row) bool { return !r.empty() })
		if first < 0 {
			b.fail(place{f.Name, 1}, "the table is empty")
		}
		h := b.faqHead(rows[first])
		answers := map[string]*question{}
		for _, r := range rows[first+1:] {
			b.faqRow(r, h, answers)
		}
	}
}

func (b *bot) faqHead(r row) faqHead {
	h := faqHead{-1, -1, -1, -1, nil}
	for i := range r.cells {
		name := oneLine(r.cell(i))
		switch {
		case name == "":
		case h.question < 0 && faqQuestion.MatchString(name):
			h.question = i
		case h.answer < 0 && faqAnswer.MatchString(name):
			h.answer = i
		case faqParaphrase.MatchString(name):
			h.paraphrases = append(h.paraphrases, i)
		case h.locale < 0 && faqLocale.MatchString(name):
			h.locale = i
		case h.id < 0 && faqID.MatchString(name):
			h.id = i
		default:
			b.note(r.place, "the column %q was left out", clip(name, 60))
		}
	}
	if h.question < 0 || h.answer < 0 {
		b.fail(r.place, "the first line must name the columns question and answer (질문, 답변; 質問, 回答), and may name paraphrases, locale and id")
	}
	return h
}

// faqRow adds one row. Rows with the same answer are ways to ask the same.
func (b *bot) faqRow(r row, h faqHead, answers map[string]*question) {
	if r.empty() {
		return
	}
	asked, answer := r.cell(h.question), r.cell(h.answer)
	if asked == "" || answer == "" {
		b.note(r.place, "the row has no %s and was left out", map[bool]string{true: "question", false: "answer"}[asked == ""])
		return
	}
	locale := localeOf(r.cell(h.locale))
	if locale == "" && r.cell(h.locale) != "" {
		b.note(r.place, "%q is no language such as ko, ja or en", clip(r.cell(h.locale), 20))
	}
	q := answers[locale+"\x00"+answer]
	if q == nil {
		q = &question{place: r.place, id: r.cell(h.id), answer: texts{}}
		q.answer.add(locale, escape(answer))
		b.questions = append(b.questions, q)
		answers[locale+"\x00"+answer] = q
	}
	b.ask(q, r.place, locale, asked)
	for _, i := range h.paraphrases {
		for _, s := range strings.FieldsFunc(r.cell(i), func(c rune) bool { return strings.ContainsRune("|\n;", c) }) {
			if s = oneLine(s); s != "" {
				b.ask(q, r.place, locale, s)
			}
		}
	}
}

func (b *bot) ask(q *question, p place, locale, s string) {
	b.count(p)
	q.asked = append(q.asked, example{place: p, locale: locale, parts: []part{{text: s}}})
}
