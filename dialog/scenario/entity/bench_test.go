package entity

import (
	"fmt"
	"strings"
	"testing"
)

// sentences are about 100 characters long.
var sentences = map[string]string{
	"ko": "네, 다음 주 화요일 오후 2시부터 4시까지 대회의실을 여섯 명이 쓸 수 있게 예약해 주시고 비용은 3만 5천원 이하로, 연락처는 010-1234-5678이고 끝나면 30분 뒤에 알려 주세요",
	"ja": "はい、来週の火曜日の午後2時から4時まで大会議室を六名で使えるように予約してください。費用は3万5千円以下で、連絡先は090-1234-5678です。終わったら30分後に教えてください",
	"en": "yes, please book the big room next Tuesday from 2 to 4pm for six people, my phone is 212-555-0123 ok?",
}

func BenchmarkExtract(b *testing.B) {
	for lang, text := range sentences {
		b.Run(lang, func(b *testing.B) {
			o := Options{Locale: lang, Now: reference}
			b.ReportAllocs()
			for b.Loop() {
				Extract(text, o)
			}
		})
	}
}

func BenchmarkExtractGrowsLinearly(b *testing.B) {
	for _, times := range []int{1, 10, 100} {
		b.Run(fmt.Sprintf("%d sentences", times), func(b *testing.B) {
			text := strings.Repeat(sentences["ko"]+" ", times)
			o := Options{Locale: "ko", Now: reference}
			for b.Loop() {
				Extract(text, o)
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*times), "µs/sentence")
		})
	}
}
