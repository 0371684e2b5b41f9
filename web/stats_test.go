package web

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"
)

func TestSeriesAreAnsweredFromWhatHappened(t *testing.T) {
	b := newBench(t)
	b.say("U1", "hello")
	b.say("U2", "undeliverable")
	b.drain()
	from := url.QueryEscape(b.clock.Now().Add(-time.Hour).Format(time.RFC3339))
	to := url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339)) // deliveries go by the runtime's own clock
	got := b.read("/stats?bot=desk&step=week&time_zone=Asia/Seoul&from=" + from + "&to=" + to)
	sums := map[string]float64{}
	for _, p := range got["total"].([]any) {
		for key, v := range p.(map[string]any) {
			if n, ok := v.(float64); ok {
				sums[key] += n
			}
		}
	}
	if sums["received"] != 2 || sums["delivered"] != 1 || sums["undelivered"] != 1 || sums["people"] != 2 {
		t.Errorf("got %v", sums)
	}
	if got["time_zone"] != "Asia/Seoul" || len(got["errors"].([]any)) != 1 {
		t.Errorf("got %v, %v", got["time_zone"], got["errors"])
	}
	if n := len(b.read("/stats?channel=none")["channels"].([]any)); n != 0 {
		t.Errorf("%d channels", n)
	}
}

func TestWrongQuestionsForSeriesNameTheParameter(t *testing.T) {
	b := newBench(t)
	for query, field := range map[string]string{
		"step=month": "step", "time_zone=Nowhere/None": "time_zone", "from=yesterday": "from", "bots=desk": "bots",
		"from=2020-01-01T00:00:00Z&step=hour": "step", "step=day&step=day": "step",
	} {
		rec := b.api("GET", "/stats?"+query, "")
		var body map[string]any
		must(t, json.Unmarshal(rec.Body.Bytes(), &body))
		if rec.Code != 400 || body["field"] != field {
			t.Errorf("%s: %d %s", query, rec.Code, rec.Body)
		}
	}
}
