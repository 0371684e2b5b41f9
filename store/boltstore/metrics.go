package boltstore

import "github.com/prometheus/client_golang/prometheus"

// commitsMetric is how often the disk was waited for, shared by all who wrote meanwhile. A commit syncs
// the file twice: its pages, then the page that makes them valid.
var commitsMetric = prometheus.NewDesc("dari_store_commits_total", "Commits of the store; under load many changes share one.", nil, nil)

// Describe implements prometheus.Collector.
func (s *Store) Describe(out chan<- *prometheus.Desc) { out <- commitsMetric }

// Collect implements prometheus.Collector.
func (s *Store) Collect(out chan<- prometheus.Metric) {
	out <- prometheus.MustNewConstMetric(commitsMetric, prometheus.CounterValue, float64(s.Fsyncs()))
}
