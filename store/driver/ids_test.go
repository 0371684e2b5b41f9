package driver_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"dari/store"
	"dari/store/driver"
)

func TestIDsReadBackAndNothingElseDoes(t *testing.T) {
	for _, n := range []uint64{0, 1, 1 << 62, math.MaxInt64} {
		if got, err := driver.Number(driver.Events, driver.ID(driver.Events, n)); err != nil || got != n {
			t.Errorf("%d: %d, %v", n, got, err)
		}
	}
	id := driver.ID(driver.Events, 12345)
	for _, bad := range []string{
		"", "ev_", id[3:], strings.ToUpper(id), id + "a", id[:len(id)-1], "dl_" + id[3:], id[:len(id)-1] + "v",
		driver.ID(driver.Events, math.MaxInt64+1),
	} {
		if _, err := driver.Number(driver.Events, bad); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestIDsSortByTheirTime(t *testing.T) {
	at := time.UnixMilli(1795312800123)
	if n := driver.At(at); !driver.TimeOf(n).Equal(at) || !driver.TimeOf(n+1<<driver.CountBits-1).Equal(at) {
		t.Errorf("%v comes back as %v", at, driver.TimeOf(n))
	}
	if a, b := driver.ID(driver.Events, driver.At(at)), driver.ID(driver.Events, driver.At(at.Add(time.Millisecond))); a >= b {
		t.Errorf("%s, and a millisecond later %s", a, b)
	}
}
