package boltstore

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"
)

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// appendTime writes nanoseconds of Unix time, 0 for the zero time.
func appendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	return binary.AppendVarint(b, t.UnixNano())
}

var (
	errVersion = errors.New("unknown record version")
	errShort   = errors.New("record is cut short")
)

// reader takes a record apart. Once something is missing, short is set and all that follows is empty.
type reader struct {
	b     []byte
	short bool
}

func (r *reader) varint() int64 {
	v, n := binary.Varint(r.b)
	r.skip(n)
	return v
}

func (r *reader) count() uint64 {
	v, n := binary.Uvarint(r.b)
	r.skip(n)
	return v
}

func (r *reader) text() string { return string(r.bytes()) }

// bytes is text without a copy.
func (r *reader) bytes() []byte {
	n := r.count()
	if n > uint64(len(r.b)) {
		r.short, r.b = true, nil
	}
	if r.short {
		return nil
	}
	s := r.b[:n]
	r.b = r.b[n:]
	return s
}

func (r *reader) skip(n int) {
	if n <= 0 {
		r.short, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}

// recordOf begins to read a record of that version.
func recordOf(b []byte, version byte) (*reader, error) {
	if len(b) == 0 || b[0] != version {
		return nil, errVersion
	}
	return &reader{b: b[1:]}, nil
}

func (r *reader) time() time.Time {
	n := r.varint()
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

func (r *reader) byte() byte {
	if len(r.b) == 0 {
		r.short = true
		return 0
	}
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

// blob is a copy of bytes, nil for none.
func (r *reader) blob() []byte {
	if b := r.bytes(); len(b) > 0 {
		return bytes.Clone(b)
	}
	return nil
}

// rest is a copy of all that follows, nil for nothing.
func (r *reader) rest() []byte {
	if len(r.b) == 0 {
		return nil
	}
	return bytes.Clone(r.b)
}

func (r *reader) err() error {
	if r.short {
		return errShort
	}
	return nil
}
