package llm

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"dari/bot/check"
	"dari/dialog/remote"
)

// checkTime bounds a connection test.
const checkTime = 20 * time.Second

// Check implements dialog.Checker: the model's server, then every tool server.
func (e *Engine) Check(ctx context.Context) []check.Check {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	report := e.model.Check(ctx)
	used := map[string]bool{}
	for _, s := range e.tools.list {
		start := time.Now()
		c := e.checkTools(ctx, s, used)
		c.Took = time.Since(start)
		report = append(report, c)
	}
	for i, entry := range e.tools.allowed {
		if !used[entry] {
			report = append(report, check.New(fmt.Sprintf("tool:%d", i), check.Warn, "engine.llm.tool_unknown", "tool", entry))
		}
	}
	return report
}

// checkTools asks one server for its tools, and marks the entries of the allow-list that name some.
func (e *Engine) checkTools(ctx context.Context, s *server, used map[string]bool) check.Check {
	id := "tools:" + s.name
	tools, err := s.offer(ctx)
	if err != nil {
		return check.New(id, check.Fail, "engine.llm.tools_failed", "server", s.name, "error", e.Scrub.Text(remote.Clip(err.Error(), 300)))
	}
	n := 0
	for _, t := range tools {
		if !e.tools.allows(s.name, t.remote) {
			continue
		}
		n++
		used[t.remote], used[s.name+"/"+t.remote], used[s.name+"/*"] = true, true, true
	}
	if n == 0 {
		return check.New(id, check.Warn, "engine.llm.tools_none", "server", s.name)
	}
	return check.New(id, check.Pass, "engine.llm.tools_ok", "server", s.name, "count", strconv.Itoa(n))
}
