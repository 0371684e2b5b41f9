package bench

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheTableShowsTheMiddleRoundAndTheMiddleRatio(t *testing.T) {
	result := func(system string, stored, round int, rate float64, p99 time.Duration) Result {
		return Result{
			Platform: "line", System: system, Senders: 64, Stored: stored, Round: round, Callbacks: 1, RepliesPerSecond: rate, AckP99: p99,
			CallbackBytes: 500, DiskPerMessage: 1500,
		}
	}
	r := Report{Results: []Result{
		result(systemFloor, 0, 1, 1000, 10), result(systemDari, 0, 1, 900, 20), result(systemDari, 1_000_000, 1, 450, 20),
		result(systemFloor, 0, 2, 4000, 10), result(systemDari, 0, 2, 2000, 30), result(systemDari, 1_000_000, 2, 1900, 30),
		result(systemFloor, 0, 3, 2000, 10), result(systemDari, 0, 3, 1200, 10), result(systemDari, 1_000_000, 3, 1080, 10),
	}}
	var out bytes.Buffer
	r.WriteTable(&out)
	var got []string
	for line := range strings.Lines(out.String()) {
		if strings.HasPrefix(line, "| line") {
			cells := strings.Split(line, " | ")
			got = append(got, strings.Join(slices.Concat(cells[2:5], cells[7:8], cells[12:13]), "; "))
		}
	}
	want := []string{
		"floor; 2,000; ; ; 1500 (3.0×)",
		"Dari; 1,200; 60 %; 2.0×; 1500 (3.0×)",
		"Dari, 1,000,000 stored; 1,080; 90 %; 1.0×; 1500 (3.0×)",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q\n%s", got, want, &out)
	}
}

func TestOnlyARunInWhichEveryCallbackWasAnsweredOnceIsGood(t *testing.T) {
	good := Result{Callbacks: 5}
	for name, row := range map[string]struct {
		results []Result
		want    bool
	}{
		"all answered":        {[]Result{good, good}, true},
		"nothing measured":    {nil, false},
		"nothing sent":        {[]Result{good, {}}, false},
		"a callback refused":  {[]Result{{Callbacks: 5, Failed: 1}, good}, false},
		"an answer missing":   {[]Result{{Callbacks: 5, Lost: 1}}, false},
		"an answer too many":  {[]Result{{Callbacks: 5, Doubled: 1}}, false},
		"a sender that ended": {[]Result{{Callbacks: 5, Failure: "no answer"}}, false},
	} {
		r := Report{Results: row.results}
		if r.Good() != row.want {
			t.Errorf("%s: %v", name, r.Good())
		}
		var out bytes.Buffer
		r.WriteTable(&out)
		if faults := len(row.results) > 0 && row.results[0] != good; strings.Contains(out.String(), "**line") != faults && name != "nothing sent" && strings.Contains(out.String(), "callbacks failed") != faults {
			t.Errorf("%s: %s", name, &out)
		}
	}
}

func TestQuantilesAreTakenFromSortedTimes(t *testing.T) {
	var hundred []time.Duration
	for i := range 100 {
		hundred = append(hundred, time.Duration(i+1))
	}
	for _, row := range []struct {
		times []time.Duration
		q     float64
		want  time.Duration
	}{
		{hundred, 0.5, 51},
		{hundred, 0.99, 100},
		{hundred[:1], 0.99, 1},
		{nil, 0.5, 0},
	} {
		if got := quantile(row.times, row.q); got != row.want {
			t.Errorf("%v of %d: %d, want %d", row.q, len(row.times), got, row.want)
		}
	}
}
