package settings

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

var fields = []Field{
	{Key: "id", Kind: Text, Required: true},
	{Key: "secret", Kind: Secret, Required: true},
	{Key: "key", Kind: PEM},
	{Key: "url", Kind: URL, Default: "https://api.example.com"},
	{Key: "mode", Kind: Select, Options: []string{"a", "b"}, Default: "a"},
	{Key: "hosts", Kind: List},
	{Key: "headers", Kind: Map},
	{Key: "timeout", Kind: Duration},
}

type httpsOnly struct{}

func (httpsOnly) CheckURL(raw string) error {
	if !strings.HasPrefix(raw, "https://") {
		return errors.New("must be https")
	}
	return nil
}

func good() Values {
	return Values{"id": "x1", "secret": "a-secret-of-some-length"}
}

func TestCleanFillsInDefaultsAndGivesValuesTheirTypes(t *testing.T) {
	in := good()
	in["id"] = float64(3001234)
	in["hosts"] = []any{"one", "two"}
	in["headers"] = map[string]any{"X-Key": "v"}
	in["timeout"] = " 1m30s "
	got, err := Clean(fields, in, httpsOnly{})
	want := Values{
		"id": "3001234", "secret": "a-secret-of-some-length", "url": "https://api.example.com", "mode": "a",
		"hosts": []string{"one", "two"}, "headers": map[string]string{"X-Key": "v"}, "timeout": "1m30s",
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v\ngot  %v\nwant %v", err, got, want)
	}
	if got.Duration("timeout") != 90*time.Second || got.List("hosts")[1] != "two" || got.Map("headers")["X-Key"] != "v" {
		t.Error("a value is not read back")
	}
	again, err := Clean(fields, got, httpsOnly{})
	if err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("cleaning twice differs: %v, %v", again, err)
	}
}

func TestCleanNamesTheFieldAtFault(t *testing.T) {
	for _, row := range []struct {
		field, code string
		value       any
	}{
		{"id", "required", ""},
		{"id", "required", nil},
		{"secret", "type", []any{"x"}},
		{"url", "url", "http://x.example"},
		{"url", "format", "https://x\x7f"},
		{"mode", "option", "c"},
		{"hosts", "type", []any{1.0}},
		{"hosts", "type", 5.0},
		{"headers", "type", map[string]any{"a": 1.0}},
		{"headers", "type", "a: b"},
		{"timeout", "format", "-1s"},
		{"timeout", "format", "soon"},
		{"colour", "unknown", "red"},
	} {
		in := good()
		in[row.field] = row.value
		_, err := Clean(fields, in, httpsOnly{})
		var se *Error
		if !errors.As(err, &se) || se.Field != row.field || se.Code != row.code {
			t.Errorf("%s = %v: got %v, want code %s", row.field, row.value, err, row.code)
		}
		if err != nil && strings.Contains(err.Error(), "a-secret") {
			t.Errorf("a secret is shown: %v", err)
		}
	}
}

func TestMaskShowsNoSecret(t *testing.T) {
	v := Values{
		"id": "x1", "secret": "long-enough-secret-1234", "key": "-----BEGIN\nabcdefgh\nijkl\n", "headers": map[string]string{"A": "short", "B": "long-enough-header-5678"},
	}
	text := fmt.Sprint(Mask(fields, v))
	for _, secret := range []string{"long-enough", "abcdefgh", "ijkl", "short"} {
		if strings.Contains(text, secret) {
			t.Errorf("%q is shown in %s", secret, text)
		}
	}
	for _, tail := range []string{"1234", "5678", "x1"} {
		if !strings.Contains(text, tail) {
			t.Errorf("%q is missing in %s", tail, text)
		}
	}
	if v.Text("secret") != "long-enough-secret-1234" {
		t.Error("the values themselves were changed")
	}
}

func TestMergeKeepsWhatComesBackMasked(t *testing.T) {
	stored := Values{"id": "x1", "secret": "long-enough-secret-1234", "headers": map[string]string{"A": "long-enough-header-5678", "B": "gone"}}
	masked := Mask(fields, stored)
	patch := Values{"id": "x2", "secret": masked["secret"], "headers": map[string]any{"A": masked.Map("headers")["A"], "B": nil, "C": "new"}}
	got, err := Clean(fields, Merge(fields, stored, patch), nil)
	if err != nil {
		t.Fatal(err)
	}
	if got.Text("id") != "x2" || got.Text("secret") != "long-enough-secret-1234" {
		t.Errorf("got %v", got)
	}
	if want := map[string]string{"A": "long-enough-header-5678", "C": "new"}; !reflect.DeepEqual(got.Map("headers"), want) {
		t.Errorf("headers %v", got.Map("headers"))
	}
	if got := Merge(fields, stored, Values{"secret": nil}); got["secret"] != nil {
		t.Error("null does not remove")
	}
	if got := Merge(fields, stored, Values{"secret": "••••9999"}); got.Text("secret") != "••••9999" {
		t.Error("another masked value was taken for the stored one")
	}
}

func TestTwoTypesOfOneNameAreRefused(t *testing.T) {
	r, err := NewRegistry("test", named("a"), named("b"))
	if err != nil || r.Type("b") != "b" || r.Type("c") != "" || fmt.Sprint(r.Names()) != "[a b]" {
		t.Errorf("%v, %v", r, err)
	}
	if _, err := NewRegistry("test", named("a"), named("a")); err == nil {
		t.Error("taken")
	}
}

type named string

func (n named) Name() string { return string(n) }
