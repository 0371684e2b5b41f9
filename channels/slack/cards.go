package slack

import (
	"fmt"
	"strconv"
	"strings"

	slackapi "github.com/slack-go/slack"

	"dari/bot/message"
)

// noAlt stands for a picture that nobody has described; Slack insists on a description.
const noAlt = "image"

// composeCards shows cards one below the other with lines between them: Slack has no sideways scroll,
// so that a carousel is a list.
func composeCards(m message.Message) (post, error) {
	var p post
	var said []string
	buttons := 0
	for i, c := range m.Cards {
		path := fmt.Sprintf("cards[%d].", i)
		blocks, err := card(path, c)
		if err != nil {
			return post{}, err
		}
		if i > 0 {
			p.blocks = append(p.blocks, slackapi.NewDividerBlock())
		}
		p.blocks = append(p.blocks, blocks...)
		p.blocks = append(p.blocks, rows(c.Actions, buttons)...)
		buttons += len(c.Actions)
		said = append(said, c.Title, c.Subtitle, c.Text)
	}
	p.text = first(summary(said...), noAlt)
	p.blocks = append(p.blocks, spelledSections(m.QuickReplies)...)
	return p, nil
}

// card is the text of one card with its picture beside it, in several sections when it is long. A card
// without a text is a picture.
func card(path string, c message.Card) ([]slackapi.Block, error) {
	if err := checkActions(path+"actions", c.Actions); err != nil {
		return nil, err
	}
	if err := checkPicture(path+"image_url", c.ImageURL); err != nil {
		return nil, err
	}
	head, err := heading(path+"title", c.Title)
	if err != nil {
		return nil, err
	}
	blocks := sectionsUnder(head, strings.TrimPrefix(lines(c.Subtitle, c.Text)+spelled(c.Actions), "\n"))
	switch {
	case len(blocks) == 0 && c.ImageURL == "":
		return nil, rejected(path+"title", "there is nothing to show")
	case len(blocks) == 0:
		blocks = []slackapi.Block{picture(c.ImageURL, "")}
	case c.ImageURL != "":
		beside := slackapi.NewImageBlockElement(c.ImageURL, clip(first(c.Title, noAlt), maxAlt))
		blocks[0].(*slackapi.SectionBlock).Accessory = slackapi.NewAccessory(beside)
	}
	return blocks, nil
}

// heading is a title that leaves room for a text beneath it.
func heading(field, title string) (string, error) {
	head := bold(title)
	if n := characters(head); n > maxSection-100 {
		return "", rejected(field, "%d characters, Slack takes %d", n, maxSection-100)
	}
	return head, nil
}

// spelledSections is for messages without a text of their own.
func spelledSections(actions []message.Action) []slackapi.Block {
	if s := spelled(actions); s != "" {
		return sections(s[1:]) // each line begins with a line end
	}
	return nil
}

// composeImage shows a picture that Slack fetches itself, so that its address must be open to the world.
func composeImage(m message.Message) (post, error) {
	if err := checkPicture("url", m.URL); err != nil {
		return post{}, err
	}
	blocks := []slackapi.Block{picture(m.URL, m.Alt)}
	return post{text: first(summary(m.Alt), noAlt), blocks: append(blocks, spelledSections(m.QuickReplies)...)}, nil
}

func picture(url, alt string) slackapi.Block {
	return slackapi.NewImageBlock(url, clip(first(alt, noAlt), maxAlt), "", nil)
}

func checkPicture(field, url string) error {
	if n := characters(url); n > maxURL {
		return rejected(field, "%d characters, Slack takes %d", n, maxURL)
	}
	return nil
}

// composeLocation shows a place as a link to a map. Slack has no map of its own.
func composeLocation(m message.Message) (post, error) {
	head, err := heading("title", m.Title)
	if err != nil {
		return post{}, err
	}
	degrees := func(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }
	link := "https://www.google.com/maps?q=" + degrees(m.Lat) + "," + degrees(m.Lng)
	return post{
		text:   summary(m.Title, m.Address, link),
		blocks: sectionsUnder(head, lines(m.Address, link)+spelled(m.QuickReplies)),
	}, nil
}
