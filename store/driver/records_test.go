package driver_test

import (
	"encoding/binary"
	"errors"
	"testing"
	"time"

	"dari/store/driver"
)

func TestARecordReadsBackAndACutOneSaysSo(t *testing.T) {
	at := time.Unix(1795312800, 123456789).UTC()
	b := []byte{3, 7}
	b = binary.AppendVarint(b, -5)
	b = binary.AppendUvarint(b, 300)
	b = driver.AppendTime(b, at)
	b = driver.AppendTime(b, time.Time{})
	b = driver.AppendText(b, "다리")
	whole := driver.AppendText(b, "")

	read := func(b []byte) (r *driver.Reader, right bool) {
		r, err := driver.Open(b, 3)
		if err != nil {
			t.Fatal(err)
		}
		right = r.Byte() == 7 && r.Varint() == -5 && r.Count() == 300 && r.Time().Equal(at) && r.Time().IsZero() &&
			r.Text() == "다리" && r.Blob() == nil
		return r, right
	}
	if r, right := read(whole); !right || r.Err() != nil || r.More() || r.Rest() != nil {
		t.Errorf("the whole record: right %v, %v, more %v", right, r.Err(), r.More())
	}
	if r, right := read(append(whole, "rest"...)); !right || !r.More() || string(r.Rest()) != "rest" {
		t.Errorf("what follows is lost")
	}
	for n := 1; n < len(whole); n++ {
		r, _ := driver.Open(whole[:n:n], 3)
		r.Byte()
		r.Varint()
		r.Count()
		r.Time()
		r.Time()
		r.Text()
		r.Blob()
		if !errors.Is(r.Err(), driver.ErrShort) || r.More() {
			t.Errorf("cut after %d bytes: %v", n, r.Err())
		}
	}
	for _, b := range [][]byte{nil, {}, {2, 7}} {
		if _, err := driver.Open(b, 3); !errors.Is(err, driver.ErrVersion) {
			t.Errorf("% x was opened: %v", b, err)
		}
	}
}
