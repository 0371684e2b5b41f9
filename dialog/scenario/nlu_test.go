package scenario

import "testing"

// programFor changes the thresholds of a bot for one test.
func (s *source) programFor(t *testing.T, c *talk, change func(*program)) {
	t.Helper()
	tr := &trace{}
	p, err := s.program(c.context, &session{}, tr)
	if err != nil {
		t.Fatal(err)
	}
	change(p)
}
