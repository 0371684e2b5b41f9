package bench

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Placeholders of a template; the numbers have ten digits.
const (
	numberMark    = "NNNNNNNNNN" // of the message
	personMark    = "CCCCCCCCCC" // of the conversation
	stampMark     = "TTTTTTTTTT" // when it was signed, in Unix seconds
	signatureMark = "#"          // repeated as often as the signature is long
	digits        = 10
)

// textMark stands before the number of the message in every text, and nowhere else: by it an answer is
// matched with its callback, however the platform encodes texts.
const textMark = "zq"

// callbackText is what people say.
const callbackText = textMark + numberMark + " 배송 언제 와요?"

// firstNumber is the number of the first message: ten digits long, and a plausible time in seconds where
// a platform makes its ids of times.
const firstNumber = 1_795_000_000

// template is a whole HTTP request with the places to fill in, so that the next callback costs its
// signature and hardly anything else. A copy belongs to one sender.
type template struct {
	request            []byte
	body               int // where it begins
	numbers, persons   []int
	stamps             []int
	signature, signLen int
	sign               signer // nil: the request is signed once for all
}

// signer writes the signature of a callback. It keeps state and serves one sender.
type signer interface {
	sign(dst, stamp, body []byte)
}

// newTemplate finds the places. The header fields come one a line; those of every request are added.
func newTemplate(host, path string, header []string, body string) template {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n", path, host, len(body))
	for _, line := range header {
		b.WriteString(line + "\r\n")
	}
	b.WriteString("\r\n")
	t := template{body: b.Len()}
	b.WriteString(body)
	t.request = b.Bytes()
	t.numbers, t.persons = t.find(numberMark), t.find(personMark)
	t.stamps = t.find(stampMark)
	if head := t.request[:t.body]; bytes.Contains(head, []byte(signatureMark)) {
		t.signature = bytes.IndexByte(head, signatureMark[0])
		t.signLen = bytes.Count(head, []byte(signatureMark))
	}
	return t
}

func (t template) find(mark string) (at []int) {
	for from := 0; ; {
		i := bytes.Index(t.request[from:], []byte(mark))
		if i < 0 {
			return at
		}
		at = append(at, from+i)
		from += i + len(mark)
	}
}

// clone is a copy for another sender.
func (t template) clone(s signer) *template {
	t.request, t.sign = slices.Clone(t.request), s
	return &t
}

// fill makes the request of one message. It is valid until the next call.
func (t *template) fill(number, person uint64, unix int64) []byte {
	for _, at := range t.numbers {
		putDigits(t.request[at:], number)
	}
	for _, at := range t.persons {
		putDigits(t.request[at:], person)
	}
	var stamp []byte
	for _, at := range t.stamps {
		putDigits(t.request[at:], uint64(unix))
		stamp = t.request[at : at+digits]
	}
	if t.sign != nil {
		t.sign.sign(t.request[t.signature:t.signature+t.signLen], stamp, t.request[t.body:])
	}
	return t.request
}

// bodySize is how many bytes a callback has.
func (t template) bodySize() int { return len(t.request) - t.body }

func putDigits(b []byte, n uint64) {
	for i := digits - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}

// numberIn finds the number of the message that a body speaks of.
func numberIn(body []byte) (uint64, bool) {
	i := bytes.Index(body, []byte(textMark))
	if i < 0 || len(body) < i+len(textMark)+digits {
		return 0, false
	}
	n := uint64(0)
	for _, c := range body[i+len(textMark) : i+len(textMark)+digits] {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	return n, true
}

// personOf is the number in the ids of a conversation. The numbers of neighbours lie far apart, as real
// ids do: the factor has no divisor in common with ten.
func personOf(conversation int) uint64 {
	return uint64(conversation) * 6_180_339_887 % 10_000_000_000
}

// fixed repeats the signature's placeholder.
func fixed(n int) string { return strings.Repeat(signatureMark, n) }
