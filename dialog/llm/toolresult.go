package llm

import (
	"errors"
	"fmt"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"

	"dari/dialog/remote"
)

// resultText is a tool's result as a text. A failure that the tool itself reports is an error.
func resultText(res *mcp.CallToolResult) (string, error) {
	var parts []string
	for _, c := range res.Content {
		switch c := c.(type) {
		case *mcp.TextContent:
			parts = append(parts, c.Text)
		case *mcp.ResourceLink:
			parts = append(parts, strings.TrimSpace(c.Name+" "+c.URI))
		case *mcp.EmbeddedResource:
			if c.Resource != nil && c.Resource.Text != "" {
				parts = append(parts, c.Resource.Text)
				continue
			}
			parts = append(parts, "(a file that cannot be shown here)")
		default:
			parts = append(parts, "(a picture or sound that cannot be shown here)")
		}
	}
	text := strings.TrimSpace(strings.Join(parts, "\n"))
	if text == "" && res.StructuredContent != nil {
		if b, err := remote.JSON(res.StructuredContent); err == nil {
			text = string(b)
		}
	}
	switch {
	case res.IsError && text == "":
		return "", errors.New("the tool failed and does not say why")
	case res.IsError:
		return "", errors.New(text)
	case text == "":
		return "(done; the tool answered nothing)", nil
	}
	return text, nil
}

// shorten cuts a result between two runes.
func shorten(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if len(s) <= maxResult {
		return s
	}
	return s[:back(s, maxResult)] + fmt.Sprintf("\n\n(cut: %d of %d bytes)", back(s, maxResult), len(s))
}
