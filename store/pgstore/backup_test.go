package pgstore

import (
	"bytes"
	"net/url"
	"os/exec"
	"testing"

	"dari/store"
	"dari/store/pgtest"
)

func TestABackupIsReadIntoAnEmptyDatabase(t *testing.T) {
	psql, err := exec.LookPath("psql")
	if err != nil {
		t.Skip("psql is not installed")
	}
	server := pgtest.Shared(t)
	from, to := server.Schema(t), server.Schema(t)
	s := open(t, from)
	odd := waiting("1", "k")
	odd.Raw = []byte("\x00\\.\n\ttab\xff")
	if _, err := s.Accept(t.Context(), []store.Event{odd}); err != nil {
		t.Fatal(err)
	}
	if err := s.Bots().Put(t.Context(), "b", store.Bot{ID: "b", Name: "봇 \\N"}); err != nil {
		t.Fatal(err)
	}
	var running, stopped bytes.Buffer
	if err := s.Backup(t.Context(), &running); err != nil {
		t.Fatal(err)
	}
	s.Close()
	if err := Backup(t.Context(), from, &stopped); err != nil || stopped.Len() != running.Len() {
		t.Errorf("%d bytes of a node that runs, %d of one that does not (%v)", running.Len(), stopped.Len(), err)
	}
	// psql knows the schema by another way than the address's parameter.
	schema := must(url.Parse(to)).Query().Get("search_path")
	cmd := exec.Command(psql, "--quiet", "--no-psqlrc", server.DSN())
	cmd.Stdin = bytes.NewReader(append([]byte("SET search_path = "+schema+";\n"), running.Bytes()...))
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s = open(t, to)
	if c, err := s.NextTurn(t.Context()); err != nil || !bytes.Equal(c.Event.Raw, odd.Raw) {
		t.Errorf("%+v, %v", c, err)
	}
	if b, err := s.Bots().Get(t.Context(), "b"); err != nil || b.Name != "봇 \\N" {
		t.Errorf("%+v, %v", b, err)
	}
	if r, err := s.Accept(t.Context(), []store.Event{odd}); err != nil || !r[0].Duplicate {
		t.Errorf("%+v, %v", r, err)
	}
}
