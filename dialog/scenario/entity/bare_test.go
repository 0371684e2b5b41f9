package entity

import "testing"

func TestAValueThatOnlyItsQuestionExplainsIsReadWhereNothingElseIsSaidOrAsked(t *testing.T) {
	for _, c := range []struct {
		text  string
		kinds []Kind
		want  string
	}{
		{"11.30", []Kind{KindDate}, "date\t11.30\t2026-11-30\t\tday\t?"},
		{"12.25", []Kind{KindDate}, "date\t12.25\t2026-12-25\t\tday\t?"},
		{"12.25이요", []Kind{KindDate}, "date\t12.25\t2026-12-25\t\tday\t?"},
		{"2.30", []Kind{KindDate}, ""},
		{"25th", []Kind{KindDate}, "date\t25th\t2026-11-25\t\tday\t"},
		{"the 25th", []Kind{KindDate}, "date\tthe 25th\t2026-11-25\t\tday\t"},
		{"삼일", []Kind{KindDate}, "date\t삼일\t2026-12-03\t\tday\t?"},
		{"삼일이요", []Kind{KindDate}, "date\t삼일\t2026-12-03\t\tday\t?"},
		{"ついたち", []Kind{KindDate}, "date\tついたち\t2026-12-01\t\tday\t"},
		{"ふつか", []Kind{KindDate}, "date\tふつか\t2026-12-02\t\tday\t?"},
		{"はつか", []Kind{KindDate}, "date\tはつか\t2026-12-20\t\tday\t?"},
		{"はつかでお願いします", []Kind{KindDate}, "date\tはつか\t2026-12-20\t\tday\t?"},
		{"지금", []Kind{KindTime}, "time\t지금\t10:00\t\tminute\t"},
		{"지금요", []Kind{KindTime}, "time\t지금\t10:00\t\tminute\t"},
		{"now", []Kind{KindTime}, "time\tnow\t10:00\t\tminute\t"},
		{"今", []Kind{KindTime}, "time\t今\t10:00\t\tminute\t"},
		{"今です", []Kind{KindTime}, "time\t今\t10:00\t\tminute\t"},
		{"1시간 뒤", []Kind{KindTime}, "time\t1시간 뒤\t11:00\t\tminute\t"},
		{"in an hour", []Kind{KindTime}, "time\tin an hour\t11:00\t\tminute\t"},
		{"1時間後", []Kind{KindTime}, "time\t1時間後\t11:00\t\tminute\t"},
		{"330pm", []Kind{KindTime}, "time\t330pm\t15:30\t\tminute\t"},
		{"3ish", []Kind{KindTime}, "time\t3ish\t15:00\t\thour\t?"},
		{"3:30ish", []Kind{KindTime}, "time\t3:30\t15:30\t\tminute\t?"},
		{"2 til 4", []Kind{KindTime}, "time\t2 til 4\t14:00\t16:00\thour\t?"},
		{"2 to 4", []Kind{KindTime}, "time\t2 to 4\t14:00\t16:00\thour\t?"},
		{"9 to 5", []Kind{KindTime}, "time\t9 to 5\t09:00\t17:00\thour\t?"},
		{"15.30", []Kind{KindTime}, "time\t15.30\t15:30\t\tminute\t"},
		{"2pm to 4", []Kind{KindTime}, "time\t2pm to 4\t14:00\t16:00\thour\t"},
		{"2-4", []Kind{KindTime}, "time\t2-4\t14:00\t16:00\thour\t?"},
		{"20 to 4", []Kind{KindTime}, "time\t20 to 4\t15:40\t\tminute\t?"},
		{"3", []Kind{KindTime}, ""},
		{"2 to 4", []Kind{KindDate, KindTime}, ""},
		{"4155552671", []Kind{KindPhone}, "phone\t4155552671\t4155552671\t\t\t"},
		{"2025550123", []Kind{KindPhone}, "phone\t2025550123\t2025550123\t\t\t"},
		{"my number is 2025550123", []Kind{KindPhone}, "phone\t2025550123\t2025550123\t\t\t"},
		{"혼자", []Kind{KindNumber}, "number\t혼자\t1\t\t\t"},
		{"혼자요", []Kind{KindNumber}, "number\t혼자\t1\t\t\t"},
		{"私だけ", []Kind{KindNumber}, "number\t私だけ\t1\t\t\t"},
		{"私だけです", []Kind{KindNumber}, "number\t私だけ\t1\t\t\t"},
		{"just me", []Kind{KindNumber}, "number\tjust me\t1\t\t\t"},
		{"2박", []Kind{KindDuration}, "duration\t2박\tP2D\t\tday\t?"},
		{"1泊", []Kind{KindDuration}, "duration\t1泊\tP1D\t\tday\t?"},
		{"3 nights", []Kind{KindDuration}, "duration\t3 nights\tP3D\t\tday\t?"},
		{"all day", []Kind{KindDuration}, "duration\tall day\tP1D\t\tday\t"},
		{"終日", []Kind{KindDuration}, "duration\t終日\tP1D\t\tday\t"},
		{"終日でお願いします", []Kind{KindDuration}, "duration\t終日\tP1D\t\tday\t"},
		{"하루 종일", []Kind{KindDuration}, "duration\t하루\tP1D\t\tday\t"},
		{"2-3일", []Kind{KindDuration}, "duration\t2-3일\tP2D\tP3D\tday\t"},
		{"二、三日", []Kind{KindDuration}, "duration\t二、三日\tP2D\tP3D\tday\t?"},
		{"2、3日", []Kind{KindDuration}, "duration\t2、3日\tP2D\tP3D\tday\t?"},
		{"2,3일", []Kind{KindDate}, ""},
		{"2,3시간", []Kind{KindNumber}, ""},
		{"11.30", []Kind{KindDate, KindTime}, ""},
		{"just me", []Kind{KindNumber, KindMoney}, ""},
		{"삼일", []Kind{KindDate, KindDuration}, ""},
		{"11월 31일 3시", []Kind{KindDateTime}, ""},
		{"내일 오후 3시 70분", []Kind{KindDateTime}, ""},
		{"2026년 13월 1일", []Kind{KindDateTime}, ""},
		{"Nov 31 at 3pm", []Kind{KindDateTime}, ""},
		{"내일 지금", []Kind{KindTime}, ""},
		{"now and then", []Kind{KindTime}, ""},
		{"010-1234-5678", []Kind{KindPhone}, "phone\t010-1234-5678\t01012345678\t\t\t"},
		{"2박", []Kind{KindDuration, KindNumber}, "number\t2박\t2\t\t\t"},
		{"23시간 뒤", []Kind{KindTime}, "time\t23시간 뒤\t09:00\t\tminute\t?"},
	} {
		if got := lines(Extract(c.text, Options{Now: reference, Kinds: c.kinds})); got != c.want {
			t.Errorf("%q as %v:\ngot  %q\nwant %q", c.text, c.kinds, got, c.want)
		}
	}
}

func TestTenDigitsAreAPhoneNumberOnlyInEnglishAndWhenOneWasAskedFor(t *testing.T) {
	for _, c := range []struct {
		locale string
		kinds  []Kind
		want   string
	}{
		{"en", []Kind{KindPhone}, "phone\t2025550123\t2025550123\t\t\t"},
		{"en", []Kind{KindPhone, KindNumber}, "number\t2025550123\t2025550123\t\t\t"},
		{"ko", []Kind{KindPhone}, ""},
	} {
		if got := lines(Extract("2025550123", Options{Now: reference, Locale: c.locale, Kinds: c.kinds})); got != c.want {
			t.Errorf("%s, %v: got %q, want %q", c.locale, c.kinds, got, c.want)
		}
	}
}
