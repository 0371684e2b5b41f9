package intent

import (
	"context"
	"reflect"
	"strings"
	"testing"
)

func TestThresholdsComeFromTheBotsOwnSentences(t *testing.T) {
	examples := read(t, "ko_train", "ja_train", "en_train")
	got, report := Calibrate(t.Context(), examples, Options{})
	if !(leastMatch <= got.Match && got.Match <= mostMatch && 0 < got.Confirm && got.Confirm < got.Match && leastMargin <= got.Margin && got.Margin <= mostMargin) {
		t.Errorf("the bands do not fit together: %+v", got)
	}
	if report.HeldOut < 200 || report.Foreign == 0 || report.Accuracy < 0.5 || report.Note != "" {
		t.Errorf("report %+v", report)
	}
	again, second := Calibrate(t.Context(), examples, Options{})
	if got != again || !reflect.DeepEqual(report, second) {
		t.Error("a second calibration differs")
	}
}

func TestCalibrationTableRisesAndMarksTheChoice(t *testing.T) {
	thresholds, report := Calibrate(t.Context(), read(t, "en_train"), Options{})
	chosen, before := 0, Row{}
	for _, row := range report.Rows {
		if row.Chosen {
			chosen++
			if row.Match != thresholds.Match {
				t.Errorf("marked %v, chosen %v", row.Match, thresholds.Match)
			}
		}
		if row.Match <= before.Match || row.Refused < before.Refused || row.Foreign < before.Foreign {
			t.Errorf("row %+v after %+v", row, before)
		}
		before = row
	}
	if chosen != 1 {
		t.Errorf("%d rows are marked", chosen)
	}
	if table := report.String(); strings.Count(table, "<- chosen") != 1 || strings.Count(table, "\n") != len(report.Rows)+2 {
		t.Errorf("table:\n%s", table)
	}
}

func TestDefaultsHoldWhereThereIsNothingToMeasure(t *testing.T) {
	ended, end := context.WithCancel(t.Context())
	end()
	tests := []struct {
		name     string
		ctx      context.Context
		examples []Example
		note     string
	}{
		{"no examples", t.Context(), nil, "only 0 sentences"},
		{"one example per intent", t.Context(), []Example{{"a", "one"}, {"b", "two"}, {"c", "three"}}, "only 0 sentences"},
		{"context ended", ended, read(t, "en_train"), "context canceled"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, report := Calibrate(tt.ctx, tt.examples, Options{})
			if got != defaults || !strings.Contains(report.Note, tt.note) || !strings.Contains(report.String(), tt.note) {
				t.Errorf("%+v, note %q", got, report.Note)
			}
		})
	}
}

func TestSplitLeavesEveryIntentSomethingToLearnFrom(t *testing.T) {
	examples := sorted(append(read(t, "en_train"), Example{"lonely", "just one sentence"}, Example{OutOfScope, "tell me a joke"}))
	heldEver := map[Example]bool{}
	for fold := range folds {
		kept, held, foreign := split(examples, fold, 0)
		learned, leftOut := map[string]bool{}, map[string]bool{}
		for _, e := range kept {
			learned[e.Intent] = true
		}
		for _, e := range held {
			heldEver[e] = true
			if !learned[e.Intent] {
				t.Errorf("fold %d: %s is asked for but was not learned", fold, e.Intent)
			}
		}
		for _, e := range foreign {
			leftOut[e.Intent] = true
			if learned[e.Intent] || e.Intent == OutOfScope {
				t.Errorf("fold %d: %s is foreign and learned", fold, e.Intent)
			}
		}
		if len(held) == 0 || len(foreign) == 0 || len(foreign) > len(held) {
			t.Errorf("fold %d: %d held out, %d foreign", fold, len(held), len(foreign))
		}
	}
	if len(heldEver) < 80 {
		t.Errorf("only %d of %d examples are ever held out", len(heldEver), len(examples))
	}
}

func TestChoiceFollowsTheSamples(t *testing.T) {
	many := func(n int, s sample) []sample {
		all := make([]sample, n)
		for i := range all {
			all[i] = s
		}
		return all
	}
	apart := append(many(100, sample{score: 0.8, gap: 0.5, right: true}), many(100, sample{score: 0.5, gap: 0.5, foreign: true})...)
	mixed := append(many(100, sample{score: 0.2, gap: 0.5, right: true}), many(100, sample{score: 0.5, gap: 0.5, foreign: true})...)
	if high, low := choose(apart).Match, choose(mixed).Match; high <= low || high < 0.38 || low > defaults.Match {
		t.Errorf("match %.3f where strangers score low, %.3f where they score high", high, low)
	}
	close := append(many(50, sample{score: 0.6, gap: 0.06, second: true}), many(100, sample{score: 0.6, gap: 0.5, right: true})...)
	if wide, narrow := choose(close).Margin, choose(apart).Margin; wide <= 0.06 || narrow != leastMargin {
		t.Errorf("margin %.3f with close seconds, %.3f without", wide, narrow)
	}
	few := append(many(3, sample{score: 0.9, gap: 0.5, right: true}), many(3, sample{score: 0.8, foreign: true})...)
	if got := choose(few).Match; got > 0.37 {
		t.Errorf("six samples moved the threshold to %.3f", got)
	}
}

func TestTrainedRefusalsAreRefused(t *testing.T) {
	refuse := []Example{{OutOfScope, "tell me a joke"}, {OutOfScope, "what's the weather like"}, {OutOfScope, "play some music"}}
	m := train(t, append(read(t, "en_train"), refuse...))
	e := Evaluate(m, Thresholds{}, []Example{{OutOfScope, "tell me another joke"}, {OutOfScope, "play music"}, {"menu", "what's for lunch"}})
	if e.OOSRecall != 1 || e.Accuracy != 1 {
		t.Errorf("without any threshold: %+v", e)
	}
}

func TestEvaluationCountsEveryKindOfAnswer(t *testing.T) {
	m := train(t, read(t, "en_train"))
	tests := []Example{
		{"room_cancel", "cancel my meeting room"},  // an example: score 1
		{"menu", "reset my password"},              // the best is wrong
		{"menu", "…"},                              // nothing to go by
		{"no_such", "give me the guest wifi code"}, // cannot be right
		{OutOfScope, "show me my payslip"},         // accepted, though it should not be
		{OutOfScope, "xyzzy"},
	}
	e := Evaluate(m, Thresholds{Match: 0.5}, tests)
	if e.InScope != 4 || e.OutOfScope != 2 || e.Accuracy != 0.25 || e.InScopeAccuracy != 0.25 || e.OOSRecall != 0.5 {
		t.Errorf("%+v", e)
	}
	want := []Confusion{
		{"menu", OutOfScope, 1, "…"},
		{"menu", "password", 1, "reset my password"},
		{"no_such", "wifi", 1, "give me the guest wifi code"},
		{OutOfScope, "payslip", 1, "show me my payslip"},
	}
	if !reflect.DeepEqual(e.Confusions, want) {
		t.Errorf("confusions %+v", e.Confusions)
	}
	if e.P50 <= 0 || e.P99 < e.P50 {
		t.Errorf("times %v and %v", e.P50, e.P99)
	}
	unsure := Example{"menu", "what about the food"}
	if score := m.Classify(unsure.Text, 1)[0].Score; score >= 0.99 {
		t.Fatalf("%v is too sure for the next check", score)
	}
	if e := Evaluate(m, Thresholds{Match: 0.99}, []Example{unsure}); e.Accuracy != 1 || e.InScopeAccuracy != 0 {
		t.Errorf("a refused sentence counts as %+v", e)
	}
	if e := Evaluate(m, Thresholds{}, nil); e.Accuracy != 0 || e.P99 != 0 {
		t.Errorf("no tests give %+v", e)
	}
}
