package driver

import (
	"bytes"
	"encoding/binary"
	"errors"
	"time"
)

// AppendText writes a text with its length before it.
func AppendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// AppendTime writes nanoseconds of Unix time, 0 for the zero time.
func AppendTime(b []byte, t time.Time) []byte {
	if t.IsZero() {
		return append(b, 0)
	}
	return binary.AppendVarint(b, t.UnixNano())
}

// Errors of records that cannot be read.
var (
	ErrVersion = errors.New("unknown record version")
	ErrShort   = errors.New("record is cut short")
)

// Reader takes a record apart. Once something is missing, Err says so and all that follows is empty.
type Reader struct {
	b     []byte
	short bool
}

// Open begins to read a record of that version.
func Open(b []byte, version byte) (*Reader, error) {
	if len(b) == 0 || b[0] != version {
		return nil, ErrVersion
	}
	return &Reader{b: b[1:]}, nil
}

// Varint reads a signed number.
func (r *Reader) Varint() int64 {
	v, n := binary.Varint(r.b)
	r.skip(n)
	return v
}

// Count reads an unsigned number.
func (r *Reader) Count() uint64 {
	v, n := binary.Uvarint(r.b)
	r.skip(n)
	return v
}

// Text reads a text.
func (r *Reader) Text() string { return string(r.Bytes()) }

// Bytes is Text without a copy.
func (r *Reader) Bytes() []byte {
	n := r.Count()
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

// Time reads a time in UTC, the zero time for 0.
func (r *Reader) Time() time.Time {
	n := r.Varint()
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}

// Byte reads one byte.
func (r *Reader) Byte() byte {
	if len(r.b) == 0 {
		r.short = true
		return 0
	}
	b := r.b[0]
	r.b = r.b[1:]
	return b
}

// Blob is a copy of Bytes, nil for none.
func (r *Reader) Blob() []byte {
	if b := r.Bytes(); len(b) > 0 {
		return bytes.Clone(b)
	}
	return nil
}

// Remaining is all that follows, without a copy.
func (r *Reader) Remaining() []byte { return r.b }

// Rest is a copy of all that follows, nil for nothing.
func (r *Reader) Rest() []byte {
	if len(r.b) == 0 {
		return nil
	}
	return bytes.Clone(r.b)
}

// Err is ErrShort once something was missing.
func (r *Reader) Err() error {
	if r.short {
		return ErrShort
	}
	return nil
}

// More tells whether anything follows.
func (r *Reader) More() bool { return len(r.b) > 0 }

func (r *Reader) skip(n int) {
	if n <= 0 {
		r.short, r.b = true, nil
		return
	}
	r.b = r.b[n:]
}
