package scenario

import (
	"fmt"
	"math"
	"regexp"
	"strings"
)

// plainNumber is a number without a counter: 50000, 5만, 3만5천, 三千, 삼, 셋.
var plainNumber = regexp.MustCompile(`^[+-]?(?:[0-9][0-9,.]*[십백천만억조十百千万億兆]*)+$|^[영공일이삼사오육칠팔구십백천만억조]+$|^[〇零一二三四五六七八九十百千万億兆]+$|^(?:열|스물|서른|마흔|쉰|예순|일흔|여든|아흔)?(?:하나|둘|셋|넷|다섯|여섯|일곱|여덟|아홉)?$|^[a-z][a-z -]*$|^[0-9.,]+k$`)

// numberTail is a polite ending that could be read as one more digit (이 is two, too).
var numberTail = regexp.MustCompile(`([0-9십백천만억])(?:이요|이에요|이예요|입니다|이여|이야)\s*[.!~]*$`)

// number is a sentence that says a number and nothing else.
func (r *run) number(text string) (float64, bool) {
	if len(text) > maxCommand {
		return 0, false
	}
	s := r.readAs("number", numberTail.ReplaceAllString(text, "$1"))
	list := s.values["number"]
	if len(list) != 1 || list[0].until != nil || !plainNumber.MatchString(squeeze(list[0].Text)) || !s.onlyWith(asking, opening, nearly) {
		return 0, false
	}
	n, ok := list[0].V.(float64)
	return n, ok
}

// bare tells whether a sentence is a number and nothing else.
func (r *run) bare(text string) bool {
	_, is := r.number(text)
	return is
}

// unitOf is how a bare number is said when the question gives its unit: the hour of a clock, the day of a
// month, minutes. Hours may be written 1530. Empty when it cannot be one.
func unitOf(kind string, n float64) string {
	whole := n == math.Trunc(n)
	switch {
	case kind == "duration" && n > 0:
		return fmt.Sprintf("%s분", printNumber(n))
	case kind == "date" && whole && n >= 1 && n <= 31:
		return fmt.Sprintf("%d일", int(n))
	case kind == "time" && whole && n >= 0 && n <= 24:
		return fmt.Sprintf("%d시", int(n))
	case kind == "time" && whole && n >= 100 && n < 2400 && math.Mod(n, 100) < 60:
		return fmt.Sprintf("%d:%02d", int(n)/100, int(n)%100)
	}
	return ""
}

// bareValue is a bare number as the answer to the open question.
func (r *run) bareValue(entity, text string) (value, bool) {
	kind := r.p.kindOf(entity)
	if kind != "money" && kind != "duration" && kind != "date" && kind != "time" {
		return value{}, false
	}
	n, ok := r.number(text)
	if !ok {
		return value{}, false
	}
	said := unitOf(kind, n)
	if kind == "money" {
		said = fmt.Sprintf(r.moneyForm(), printNumber(n))
	}
	if said == "" {
		return value{}, false
	}
	list := r.readAs(entity, said).values[entity]
	if len(list) != 1 {
		return value{}, false
	}
	v := list[0].single()
	v.Text = clip(text, 200)
	return v, true
}

// moneyForms are how amounts are written where a locale is spoken, by its region or else its language.
var moneyForms = map[string]string{"ko": "%s원", "kr": "%s원", "ja": "%s円", "jp": "%s円", "en": "$%s", "us": "$%s", "gb": "£%s", "ie": "€%s"}

// moneyForm gives a bare amount the currency that people of the turn's locale mean when they name none.
func (r *run) moneyForm() string {
	language, region, _ := strings.Cut(strings.ToLower(r.locale), "-")
	for _, key := range []string{region, language} {
		if form := moneyForms[key]; form != "" {
			return form
		}
	}
	return moneyForms["en"]
}
