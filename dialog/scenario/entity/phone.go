package entity

import (
	"regexp"
	"strings"
)

// phoneShapes are the digits of phone numbers with a dash where people write one. A dash is optional where they often
// leave it out. Korea: mobile 01X, Seoul 02, regions 031–064, 050X, 070, 080, and 15XX/16XX/18XX. Japan: mobile 0[789]0,
// 050, free calls 0120 and 0800, areas of one to four digits. United States: area, exchange and line.
var phoneShapes = []*regexp.Regexp{
	regexp.MustCompile(`^01[016789]-?\d{3,4}-?\d{4}$`),
	regexp.MustCompile(`^02-?\d{3,4}-?\d{4}$`),
	regexp.MustCompile(`^0(?:3[1-3]|4[1-4]|5[1-5]|6[1-4]|70|80|50\d)-?\d{3,4}-?\d{4}$`),
	regexp.MustCompile(`^1[568]\d\d-\d{4}$`),
	regexp.MustCompile(`^0[5789]0-?\d{4}-?\d{4}$`),
	regexp.MustCompile(`^(?:0120|0570|0990)-?\d{3}-?\d{3}$`),
	regexp.MustCompile(`^0800-?\d{3}-?\d{4}$`),
	regexp.MustCompile(`^0(?:\d-\d{4}|\d{2}-\d{3,4}|\d{3}-\d{2,3}|\d{4}-\d)-\d{4}$`),
	regexp.MustCompile(`^0[1-9]\d{8}$`),
	regexp.MustCompile(`^(?:1-)?[2-9]\d{2}-[2-9]\d{2}-\d{4}$`),
	regexp.MustCompile(`^\+\d{1,3}-?\d{1,4}-?\d{2,4}-?\d{2,4}(?:-?\d{2,4})?$`),
}

// plainShape is a phone number of the United States without any mark.
var plainShape = regexp.MustCompile(`^1?[2-9]\d{2}[2-9]\d{6}$`)

// maxPhone is the most runes a phone number takes with blanks and brackets.
const maxPhone = 24

// phone reads a phone number; its value is its digits, with + when the country was given.
func (s *scan) phone(i int) (piece, bool) {
	if letter(s.rune(i-1)) && !hangul(s.rune(i-1)) && !han(s.rune(i-1)) && !kana(s.rune(i-1)) || s.is(i-1, '-', '.', '/', '+', '$') {
		return piece{}, false
	}
	shape, end := s.phoneShape(i)
	for len(shape) > 0 {
		if s.isPhone(shape) && !digit(s.rune(end)) && !latin(s.rune(end)) {
			return piece{kind: KindPhone, start: i, end: end, value: strings.ReplaceAll(shape, "-", ""), locale: s.Locale}, true
		}
		cut := strings.LastIndexByte(shape, '-') // the last group may be another number
		if cut < 0 {
			break
		}
		for k := len(shape) - cut - 1; k > 0; k-- {
			end--
		}
		for end > i && !digit(s.r[end-1]) {
			end--
		}
		shape = shape[:cut]
	}
	return piece{}, false
}

// phoneShape writes the digits with one dash for whatever stands between the groups.
func (s *scan) phoneShape(i int) (string, int) {
	var b strings.Builder
	p, end := i, i
	for p < len(s.r) && p-i < maxPhone {
		c := s.r[p]
		switch {
		case digit(c):
			b.WriteRune(c)
			p++
			end = p
			continue
		case c == '+' && p == i:
			b.WriteByte('+')
		case c == '(' && (p == i || s.rune(i) == '+' || p == end || s.is(p-1, ' ')):
			if b.Len() > 1 && !strings.HasSuffix(b.String(), "-") {
				b.WriteByte('-')
			}
		case (c == '-' || c == '.' || c == ' ' || c == ')' || c == 'ー') && b.Len() > 0:
			if !strings.HasSuffix(b.String(), "-") && !strings.HasSuffix(b.String(), "+") {
				b.WriteByte('-')
			}
			if c != ')' && c != ' ' && !digit(s.rune(p+1)) && !s.is(p+1, ' ', '(') {
				return strings.TrimRight(b.String(), "-"), end
			}
		default:
			return strings.TrimRight(b.String(), "-"), end
		}
		p++
	}
	return strings.TrimRight(b.String(), "-"), end
}

func (s *scan) isPhone(shape string) bool {
	if n := len(shape) - strings.Count(shape, "-"); n < 8 || n > 16 {
		return false
	}
	if s.Locale == "en" && len(s.Kinds) == 1 && plainShape.MatchString(shape) {
		return true // 4155552671 is an order or an account unless a phone number was asked for
	}
	for _, re := range phoneShapes {
		if re.MatchString(shape) {
			return true
		}
	}
	return false
}
