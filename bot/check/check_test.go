package check

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestPairsBecomeParams(t *testing.T) {
	c := New("quota", Warn, "line.quota_low", "left", "2", "of", "130", "alone")
	if c.ID != "quota" || c.Status != Warn || c.Code != "line.quota_low" || len(c.Params) != 2 || c.Params["left"] != "2" || c.Params["of"] != "130" {
		t.Errorf("got %+v", c)
	}
	if New("a", Pass, "b.c").Params != nil {
		t.Error("params out of nothing")
	}
}

func TestOneFailureFailsAReport(t *testing.T) {
	for _, row := range []struct {
		name   string
		status []Status
		failed bool
	}{
		{"nothing", nil, false},
		{"passes and warnings", []Status{Pass, Warn}, false},
		{"a failure among passes", []Status{Pass, Fail, Pass}, true},
	} {
		var checks []Check
		for _, s := range row.status {
			checks = append(checks, New("x", s, "y.z"))
		}
		if Failed(checks) != row.failed {
			t.Errorf("%s: got %v", row.name, !row.failed)
		}
	}
}

func TestAnErrorCarriesItsCheck(t *testing.T) {
	err := fmt.Errorf("outside: %w", Explain(fmt.Errorf("inside: %w", io.EOF), New("key", Fail, "naverworks.key_public")))
	if c, ok := Explained(err); !ok || c.Code != "naverworks.key_public" {
		t.Errorf("got %+v, %v", c, ok)
	}
	if err.Error() != "outside: inside: EOF" || !errors.Is(err, io.EOF) {
		t.Errorf("the error became %v", err)
	}
	if c, ok := Explained(io.EOF); ok {
		t.Errorf("got %+v for a plain error", c)
	}
}
