package channeltest

import (
	"encoding/json"
	"fmt"
	"unicode/utf16"
)

// slackBlock holds the fields of all sorts of blocks that have limits here.
type slackBlock struct {
	Type      string
	Text      slackText
	Elements  []slackElement
	Accessory *slackPicture
	slackPicture
}

// slackText is a text object, or the bare text of a markdown block.
type slackText struct{ Text string }

func (t *slackText) UnmarshalJSON(b []byte) error {
	if json.Unmarshal(b, &t.Text) == nil {
		return nil
	}
	type object slackText
	return json.Unmarshal(b, (*object)(t))
}

type slackPicture struct {
	URL string `json:"image_url"`
	Alt string `json:"alt_text"`
}

type slackElement struct {
	Text     slackText
	ActionID string `json:"action_id"`
	Value    string
	URL      string
}

func slackCharacters(s string) int { return len(utf16.Encode([]rune(s))) }

// slackBlockFault names the first of the limits that matter here which the blocks break:
// https://docs.slack.dev/reference/block-kit/blocks
func slackBlockFault(raw string) string {
	if raw == "" {
		return ""
	}
	var blocks []slackBlock
	if json.Unmarshal([]byte(raw), &blocks) != nil {
		return "blocks is not a list of blocks"
	}
	if len(blocks) > 50 {
		return "no more than 50 items allowed [json-pointer:/blocks]"
	}
	markdown := 0
	for i, b := range blocks {
		if fault, at := b.fault(); fault != "" {
			return fmt.Sprintf("%s [json-pointer:/blocks/%d%s]", fault, i, at)
		}
		if b.Type == "markdown" {
			markdown += slackCharacters(b.Text.Text)
		}
	}
	if markdown > 12000 {
		return "must be less than 12001 characters [json-pointer:/blocks]"
	}
	return ""
}

// fault is what is wrong with the block, and where.
func (b slackBlock) fault() (fault, at string) {
	n := slackCharacters(b.Text.Text)
	switch {
	case b.Type == "section" && n == 0:
		return "must be more than 0 characters", "/text/text"
	case b.Type != "markdown" && n > 3000:
		return "must be less than 3001 characters", "/text/text"
	case len(b.Elements) > 25:
		return "no more than 25 items allowed", "/elements"
	case b.Type == "image":
		return b.slackPicture.fault(), ""
	case b.Accessory != nil:
		return b.Accessory.fault(), "/accessory"
	}
	seen := map[string]bool{}
	for j, e := range b.Elements {
		fault := e.fault()
		if seen[e.ActionID] {
			fault = "`action_id` already exists"
		}
		if fault != "" {
			return fault, fmt.Sprintf("/elements/%d", j)
		}
		seen[e.ActionID] = true
	}
	return "", ""
}

func (p slackPicture) fault() string {
	switch {
	case p.URL == "" || slackCharacters(p.URL) > 3000:
		return "image_url must be 1 to 3000 characters"
	case p.Alt == "" || slackCharacters(p.Alt) > 2000:
		return "alt_text must be 1 to 2000 characters"
	}
	return ""
}

func (e slackElement) fault() string {
	switch {
	case e.Text.Text == "" || slackCharacters(e.Text.Text) > 75:
		return "text must be 1 to 75 characters"
	case slackCharacters(e.Value) > 2000:
		return "value must be less than 2001 characters"
	case slackCharacters(e.URL) > 3000:
		return "url must be less than 3001 characters"
	}
	return ""
}
