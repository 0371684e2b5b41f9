package entity

import "strings"

// contacts finds e-mail addresses, phone numbers, links and version numbers, and keeps the other grammars out of them.
func (s *scan) contacts() []piece {
	var found []piece
	for i := 0; i < len(s.r); i++ {
		if s.blocked[i] {
			continue
		}
		switch c := s.r[i]; {
		case c == '@':
			if p, ok := s.email(i); ok {
				found = append(found, p)
				s.block(p.start, p.end)
				i = p.end - 1
			}
		case c == 'h' || c == 'w':
			if end, ok := s.link(i); ok {
				s.block(i, end)
				i = end - 1
			}
		case digit(c) || c == '+' || c == '(':
			if p, ok := s.phone(i); ok {
				found = append(found, p)
				s.block(p.start, p.end)
				i = p.end - 1
			} else if end, ok := s.version(i); ok {
				s.block(i, end)
				i = end - 1
			}
		}
	}
	return found
}

// Bounds of the parts of an address: https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
const (
	maxLocalPart = 64
	maxDomain    = 255
)

// email reads the address around an @.
func (s *scan) email(at int) (piece, bool) {
	i := at
	for at-i < maxLocalPart && i > 0 && !s.blocked[i-1] && localRune(s.r[i-1]) {
		i--
	}
	for i < at && s.r[i] == '.' {
		i++
	}
	j := at + 1
	for j-at < maxDomain && j < len(s.r) && domainRune(s.r[j]) {
		j++
	}
	for j > at+1 && (s.r[j-1] == '.' || s.r[j-1] == '-') {
		j--
	}
	domain := string(s.r[at+1 : j])
	dot := strings.LastIndexByte(domain, '.')
	if i == at || dot <= 0 || len(domain)-dot-1 < 2 || strings.Contains(domain, "..") || strings.ContainsAny(domain[dot+1:], "0123456789-") {
		return piece{}, false
	}
	return piece{kind: KindEmail, start: i, end: j, value: string(s.kept[i:at]) + "@" + domain, locale: s.Locale}, true
}

func localRune(c rune) bool {
	return digit(c) || 'a' <= c && c <= 'z' || strings.ContainsRune(".!#$%&'*+/=?^_{|}~-", c)
}

func domainRune(c rune) bool { return digit(c) || 'a' <= c && c <= 'z' || c == '.' || c == '-' }

// link passes a URL.
func (s *scan) link(i int) (int, bool) {
	if latin(s.rune(i - 1)) {
		return i, false
	}
	for _, head := range []string{"https://", "http://", "www."} {
		end := i
		for _, c := range head {
			if s.rune(end) != c {
				end = -1
				break
			}
			end++
		}
		if end < 0 {
			continue
		}
		for end < len(s.r) && s.r[end] > ' ' && s.r[end] < 0x7f {
			end++
		}
		return end, true
	}
	return i, false
}

// version passes a version number or an IP address: v1.2.3, 192.168.0.1, "version 2.10".
func (s *scan) version(i int) (int, bool) {
	if digit(s.rune(i-1)) || !digit(s.r[i]) || s.is(i-1, '.') {
		return i, false
	}
	dots, p := 0, i
	for p-i < 40 && (digit(s.rune(p)) || s.is(p, '.') && digit(s.rune(p+1))) {
		if s.r[p] == '.' {
			dots++
		}
		p++
	}
	named := versionWords[s.wordBefore(i)] || s.koVersion(i)
	if dots >= 2 || dots == 1 && named || named && s.is(i-1, 'v') {
		if f := s.numericDate(i); f.end >= p && !named || i > 0 && s.eraDate(i-1).end >= p {
			return i, false
		}
		return p, true
	}
	return i, false
}

var versionWords = map[string]bool{"v": true, "ver": true, "version": true, "release": true, "go": true, "python": true}

// koVersion tells whether 버전 or バージョン stands before rune i.
func (s *scan) koVersion(i int) bool {
	p := i
	for k := 0; k < 2 && s.is(p-1, ' '); k++ {
		p--
	}
	return s.is(p-1, '전') && s.is(p-2, '버') || s.is(p-1, 'ン') && s.is(p-2, 'ョ') && s.is(p-3, 'ジ')
}
