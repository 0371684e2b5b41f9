package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

func TestCallbacksAreTimedByTypeAndAnswer(t *testing.T) {
	m, doors, registry := newMetrics(), newAdmission(), prometheus.NewRegistry()
	m.register(registry, doors)
	e := gin.New()
	e.POST("/:status", m.timed("line"), func(c *gin.Context) {
		c.Status(map[string]int{"ok": 200, "forged": 401, "full": 503, "odd": 101}[c.Param("status")])
	})
	for _, path := range []string{"/ok", "/ok", "/forged", "/full", "/odd"} {
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, path, nil))
	}
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]uint64{}
	for _, f := range families {
		if f.GetName() != "dari_callback_seconds" {
			continue
		}
		for _, s := range f.GetMetric() {
			for _, l := range s.GetLabel() {
				if l.GetName() == "status" {
					got[l.GetValue()] = s.GetHistogram().GetSampleCount()
				}
			}
		}
	}
	for class, want := range map[string]uint64{"2xx": 2, "3xx": 0, "4xx": 1, "5xx": 2} { // an answer of no class is our fault
		if n, ok := got[class]; !ok || n != want {
			t.Errorf("%s: %d, want %d", class, n, want)
		}
	}
}

func TestCallbacksThatWaitForAPlaceAreCounted(t *testing.T) {
	doors := newAdmission()
	doors.small = newPlaces(1)
	leave := doors.enter(t.Context(), 1, true, time.Minute)
	if leave == nil || doors.waiting() != 0 {
		t.Fatalf("%d wait", doors.waiting())
	}
	let := make(chan func())
	for _, urgent := range []bool{true, false} {
		go func() { let <- doors.enter(t.Context(), 1, urgent, time.Minute) }()
	}
	for doors.waiting() < 2 { // they get there in a moment
		select {
		case <-t.Context().Done():
			t.Fatal("nobody waits")
		case <-time.After(time.Millisecond):
		}
	}
	leave()
	(<-let)()
	(<-let)()
	if doors.waiting() != 0 {
		t.Errorf("%d wait", doors.waiting())
	}
}
