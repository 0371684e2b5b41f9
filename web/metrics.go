package web

import (
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

// metrics are those of the callbacks as platforms see them.
type metrics struct{ seconds *prometheus.HistogramVec }

// answers are the classes of status that a callback is answered with.
var answers = [...]string{2: "2xx", 3: "3xx", 4: "4xx", 5: "5xx"}

func newMetrics() *metrics {
	return &metrics{prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "dari_callback_seconds", Help: "From the head of a callback to its answer, by the class of the answer's status.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 1.5, 2, 3, 5, 10, 15},
	}, []string{"type", "status"})}
}

func (m *metrics) register(reg prometheus.Registerer, a *admission) {
	if reg == nil {
		return
	}
	reg.MustRegister(m.seconds, prometheus.NewGaugeFunc(prometheus.GaugeOpts{
		Name: "dari_callbacks_waiting", Help: "Callbacks that wait for a place because the disk does not keep up.",
	}, func() float64 { return float64(a.waiting()) }))
}

// timed measures the callbacks of one channel type.
func (m *metrics) timed(typ string) gin.HandlerFunc {
	var by [len(answers)]prometheus.Observer
	for class, name := range answers {
		if name != "" {
			by[class] = m.seconds.WithLabelValues(typ, name)
		}
	}
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		class := c.Writer.Status() / 100
		if class >= len(by) || by[class] == nil {
			class = 5
		}
		by[class].Observe(time.Since(start).Seconds())
	}
}
