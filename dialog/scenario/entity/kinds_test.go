package entity

import (
	"encoding/json"
	"testing"

	"golang.org/x/text/unicode/norm"
)

func TestOnlyTheKindsAskedForAreFound(t *testing.T) {
	for _, c := range []struct {
		text  string
		kinds []Kind
		want  string
	}{
		{"내일 오후 3시", []Kind{KindDate}, "date\t내일\t2026-11-23\t\tday\t"},
		{"내일 오후 3시", []Kind{KindTime}, "time\t오후 3시\t15:00\t\thour\t"},
		{"내일 오후 3시", []Kind{KindDate, KindTime}, "date\t내일\t2026-11-23\t\tday\t\ntime\t오후 3시\t15:00\t\thour\t"},
		{"내일 오후 3시", []Kind{KindDateTime}, "datetime\t내일 오후 3시\t2026-11-23T15:00:00+09:00\t\thour\t"},
		{"내일 오후 3시", []Kind{KindNumber}, ""},
		{"내일", []Kind{KindDateTime}, "datetime\t내일\t2026-11-23T00:00:00+09:00\t\tday\t"},
		{"3시", []Kind{KindDateTime}, "datetime\t3시\t2026-11-22T15:00:00+09:00\t\thour\t?"},
		{"9시", []Kind{KindDateTime}, "datetime\t9시\t2026-11-23T09:00:00+09:00\t\thour\t?"},
		{"3시부터 5시까지", []Kind{KindDateTime}, "datetime\t3시부터 5시까지\t2026-11-22T15:00:00+09:00\t2026-11-22T17:00:00+09:00\thour\t?"},
		{"밤 10시부터 새벽 2시까지", []Kind{KindDateTime}, "datetime\t밤 10시부터 새벽 2시까지\t2026-11-22T22:00:00+09:00\t2026-11-23T02:00:00+09:00\thour\t"},
		{"25日から27日まで", []Kind{KindDateTime}, "datetime\t25日から27日まで\t2026-11-25T00:00:00+09:00\t2026-11-27T00:00:00+09:00\tday\t"},
		{"3일", []Kind{KindDuration}, "duration\t3일\tP3D\t\tday\t"},
		{"3일", []Kind{KindDate}, "date\t3일\t2026-12-03\t\tday\t"},
		{"3일 후", []Kind{KindDuration}, "duration\t3일\tP3D\t\tday\t"},
		{"2시간 뒤", []Kind{KindDate, KindTime}, ""},
		{"3분이요", []Kind{KindNumber}, "number\t3\t3\t\t\t"},
		{"1시간 30분", []Kind{KindDuration}, "duration\t1시간 30분\tPT1H30M\t\tminute\t"},
		{"3만원", []Kind{KindNumber}, "number\t3만\t30000\t\t\t"},
		{"오후 2시에 두 명", []Kind{KindNumber}, "number\t두 명\t2\t\t\t"},
		{"010-1234-5678", []Kind{KindNumber}, ""},
		{"11월 25일 오후 3시부터 5시까지", []Kind{KindDate}, "date\t11월 25일\t2026-11-25\t\tday\t"},
		{"네, 내일요", []Kind{KindYesNo}, "yesno\t네\tyes\t\t\t"},
		{"  아무 말이나 \n", []Kind{KindText}, "text\t아무 말이나\t아무 말이나\t\t\t"},
		{"내일", []Kind{KindText, KindDate}, "date\t내일\t2026-11-23\t\tday\t"},
		{"   ", []Kind{KindText}, ""},
		{"내일 3시에 두 명", []Kind{}, ""},
	} {
		if got := lines(Extract(c.text, Options{Now: reference, Kinds: c.kinds})); got != c.want {
			t.Errorf("%q as %v:\ngot  %q\nwant %q", c.text, c.kinds, got, c.want)
		}
	}
}

func TestValuesMarshalPlainly(t *testing.T) {
	for _, c := range []struct{ text, value, until string }{
		{"11월 25일", `"2026-11-25"`, `null`},
		{"오후 3시 30분", `"15:30"`, `null`},
		{"午後3時30分20秒", `"15:30:20"`, `null`},
		{"tomorrow at 3pm", `"2026-11-23T15:00:00+09:00"`, `null`},
		{"두 시간 반", `{"iso":"PT2H30M","seconds":9000}`, `null`},
		{"3만 5천원", `{"amount":35000,"currency":"KRW"}`, `null`},
		{"$19.99", `{"amount":19.99,"currency":"USD"}`, `null`},
		{"스물다섯 명", `25`, `null`},
		{"010-1234-5678", `"01012345678"`, `null`},
		{"Kim@Example.COM", `"Kim@example.com"`, `null`},
		{"아니요", `"no"`, `null`},
		{"25日から27日まで", `"2026-11-25"`, `"2026-11-27"`},
		{"2~3명", `2`, `3`},
		{"from 9 to 5", `"09:00"`, `"17:00"`},
	} {
		m := Extract(c.text, Options{Now: reference})
		if len(m) != 1 {
			t.Errorf("%q: %d matches", c.text, len(m))
			continue
		}
		value, err := json.Marshal(m[0].Value)
		until, err2 := json.Marshal(m[0].Until)
		if err != nil || err2 != nil || string(value) != c.value || string(until) != c.until {
			t.Errorf("%q: %s until %s (%v, %v), want %s until %s", c.text, value, until, err, err2, c.value, c.until)
		}
	}
}

func TestDatesAndTimesReadWhatTheyWrite(t *testing.T) {
	type both struct {
		D Date
		T Time
	}
	for _, v := range []both{{Date{2026, 11, 25}, Time{15, 30, 0}}, {Date{987, 1, 2}, Time{0, 0, 5}}} {
		b, err := json.Marshal(v)
		var back both
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || back != v {
			t.Errorf("%s came back as %v: %v", b, back, err)
		}
	}
	for _, bad := range []string{`{"D":"2026-13-01"}`, `{"D":"tomorrow"}`, `{"T":"25:00"}`, `{"T":"3pm"}`} {
		if err := json.Unmarshal([]byte(bad), &both{}); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

func TestSpansCountBytesOfTheOriginalText(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"１１月２５日に", "１１月２５日"},
		{norm.NFD.String("내일 오후 세 시에 봐요"), norm.NFD.String("내일 오후 세 시")},
		{"　明日　", "明日"},
		{"ｱﾝｹｰﾄは明日", "明日"},
		{"회의실㈜ 내일", "내일"},
		{"😀내일😀", "내일"},
		{"가격은 ￦５，０００입니다", "￦５，０００"},
	} {
		m := Extract(c.text, Options{Now: reference})
		if len(m) != 1 || m[0].Text != c.want || c.text[m[0].Start:m[0].End] != c.want {
			t.Errorf("%q: got %s, want the text %q", c.text, lines(m), c.want)
		}
	}
}

func TestTheGrammarThatReadAValueIsNamed(t *testing.T) {
	for _, c := range []struct{ text, locale, want string }{
		{"내일 3pm", "ko", "ko"},
		{"tomorrow", "ko", "en"},
		{"明日", "en", "ja"},
		{"2026-11-25", "ja", "ja"},
		{"15:30", "", "en"},
		{"010-1234-5678", "ko-KR", "ko"},
	} {
		m := Extract(c.text, Options{Now: reference, Locale: c.locale})
		if len(m) != 1 || m[0].Locale != c.want {
			t.Errorf("%q in %q: %+v, want locale %s", c.text, c.locale, m, c.want)
		}
	}
	for text, want := range map[string]string{"안녕 hello": "ko", "会議": "ja", "カタカナ": "ja", "hello": "en", "": "en", norm.NFD.String("안녕"): "ko", "日本 여행": "ko"} {
		if got := Detect(text); got != want {
			t.Errorf("Detect(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestOptionsAreFilledIn(t *testing.T) {
	m := Extract("오늘", Options{})
	if len(m) != 1 || m[0].Kind != KindDate {
		t.Fatalf("without options: %+v", m)
	}
}
