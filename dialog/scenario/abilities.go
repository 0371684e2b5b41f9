package scenario

import (
	"context"

	"dari/bot/check"
	"dari/dialog"
)

// StarterFiles implements dialog.Starter.
func (Type) StarterFiles() map[string][]byte { return Demo() }

// RemembersPeople implements dialog.Rememberer: the scope "user".
func (*engine) RemembersPeople() {}

// Intent implements dialog.Classifier by the revision that new conversations get.
func (e *engine) Intent(text, _ string) (string, bool) {
	p, err := e.src.program(context.Background(), &session{}, &trace{})
	if err != nil || p.nlu == nil {
		return "", false
	}
	u := p.nlu.understand(normalize(text))
	if len(u.intents) == 0 {
		return "", false
	}
	return u.intents[0].Intent, u.intents[0].Score >= p.bot.match
}

// Check implements dialog.Checker: whether the files can be used, and with how many mistakes.
func (e *engine) Check(ctx context.Context) []check.Check {
	tr := &trace{}
	p, err := e.src.program(ctx, &session{}, tr)
	if err != nil {
		return []check.Check{check.New("files", check.Fail, "engine.scenario.files", "error", dialog.AsError(turnError(err)).Error())}
	}
	if len(tr.Warnings) > 0 {
		return []check.Check{check.New("files", check.Warn, "engine.scenario.warning", "revision", p.rev, "warning", tr.Warnings[0])}
	}
	return []check.Check{check.New("files", check.Pass, "engine.scenario.ok", "revision", p.rev)}
}
