package directline

import (
	"encoding/json"
	"maps"
	"strings"

	"dari/bot/message"
)

// element is any element or action of an adaptive card; which fields it has depends on its type:
// https://adaptivecards.io/explorer/
type element struct {
	Type    string          `json:"type"`
	Title   string          `json:"title"`
	Text    string          `json:"text"`
	URL     string          `json:"url"`
	ID      string          `json:"id"`
	Items   []element       `json:"items"`
	Columns []element       `json:"columns"`
	Images  []element       `json:"images"`
	Rows    []element       `json:"rows"`
	Cells   []element       `json:"cells"`
	Actions []element       `json:"actions"`
	Body    []element       `json:"body"`
	Card    *element        `json:"card"` // of Action.ShowCard
	Inlines json.RawMessage `json:"inlines"`
	Facts   []struct {
		Title string `json:"title"`
		Value string `json:"value"`
	} `json:"facts"`
	Choices []struct {
		Title string `json:"title"`
		Value string `json:"value"`
	} `json:"choices"`
	Data     json.RawMessage `json:"data"`
	Fallback string          `json:"fallbackText"`
}

// maxDepth is how deep containers are looked into.
const maxDepth = 20

// found is what an adaptive card holds that can be shown anywhere.
type found struct {
	texts   []string
	image   string
	actions []element
	choice  *element // the only question to choose from
	inputs  int
}

// adaptive shows a card as its text, its first picture and its buttons.
func (a *answer) adaptive(raw json.RawMessage) []message.Message {
	var card element
	if err := json.Unmarshal(raw, &card); err != nil {
		return a.unshown(raw, err.Error())
	}
	var f found
	f.walk(card, 0)
	actions := a.buttons(f)
	body := joined(f.texts, "\n")
	switch {
	case body == "" && f.image == "" && (len(actions) == 0 || card.Fallback != ""):
		return a.unshown(raw, "nothing in it can be shown")
	case f.image != "":
		title, rest, _ := strings.Cut(body, "\n")
		return []message.Message{{Type: message.TypeCards, Cards: []message.Card{{Title: title, Text: rest, ImageURL: f.image, Actions: actions}}}}
	case body == "":
		a.quick = append(a.quick, actions...)
		return nil
	case len(actions) > 0:
		return []message.Message{{Type: message.TypeButtons, Text: body, Actions: actions}}
	}
	return []message.Message{{Type: message.TypeText, Text: body, Format: "markdown"}}
}

// unshown is the text that a card brings for those who cannot show it.
func (a *answer) unshown(raw json.RawMessage, why string) []message.Message {
	var card struct {
		Fallback string `json:"fallbackText"`
	}
	_ = json.Unmarshal(raw, &card) // then there is none
	if strings.TrimSpace(card.Fallback) != "" {
		return []message.Message{message.Text(card.Fallback)}
	}
	a.note("an adaptive card was left out: %s", why)
	return nil
}

func (f *found) walk(e element, depth int) {
	if depth > maxDepth {
		return
	}
	switch {
	case e.Type == "TextBlock":
		f.texts = append(f.texts, e.Text)
	case e.Type == "RichTextBlock":
		f.texts = append(f.texts, inlines(e.Inlines))
	case e.Type == "Image" && f.image == "":
		f.image = webAddress(e.URL)
	case e.Type == "Input.ChoiceSet":
		f.inputs++
		f.choice = &e
	case strings.HasPrefix(e.Type, "Input."):
		f.inputs++
	}
	for _, fact := range e.Facts {
		f.texts = append(f.texts, strings.TrimSpace(fact.Title+" "+fact.Value))
	}
	for _, inner := range [][]element{e.Body, e.Items, e.Columns, e.Images, e.Rows, e.Cells} {
		for _, el := range inner {
			f.walk(el, depth+1)
		}
	}
	for _, action := range e.Actions {
		if action.Type == "Action.ShowCard" && action.Card != nil {
			f.walk(*action.Card, depth+1) // what would fold out is shown at once
			continue
		}
		f.actions = append(f.actions, action)
	}
}

// inlines reads the runs of a rich text: strings, or objects with a text.
func inlines(raw json.RawMessage) string {
	var runs []json.RawMessage
	_ = json.Unmarshal(raw, &runs) // anything else has no text
	var all strings.Builder
	for _, run := range runs {
		if s, ok := text(run); ok {
			all.WriteString(s)
			continue
		}
		var el struct {
			Text string `json:"text"`
		}
		_ = json.Unmarshal(run, &el) // a run of another type has none
		all.WriteString(el.Text)
	}
	return all.String()
}

// buttons are the actions of a card. A card that asks one thing by a list to choose from has a button
// for each choice; other inputs cannot be shown.
func (a *answer) buttons(f found) []message.Action {
	choosing := f.choice != nil && f.inputs == 1
	if f.inputs > 0 && !choosing {
		a.note("an adaptive card has input fields, which cannot be shown")
	}
	var out []message.Action
	add := func(action message.Action) {
		if err := action.Validate(); err != nil {
			a.note("a button of an adaptive card was left out: %v", err)
			return
		}
		out = append(out, action)
	}
	for _, el := range f.actions {
		switch el.Type {
		case "Action.OpenUrl":
			add(message.Action{Kind: message.ActionURL, Label: el.Title, URL: webAddress(el.URL)})
		case "Action.Submit", "Action.Execute":
			if !choosing {
				add(submit(el.Title, el.Data))
				continue
			}
			choosing = false // a second button does something else, such as cancelling
			for _, c := range f.choice.Choices {
				add(submit(c.Title, chosen(el.Data, f.choice.ID, c.Value)))
			}
		default:
			a.note("an action of type %q was left out", el.Type)
		}
	}
	return out
}

// submit is a button that sends data: a text as one, an object as the activity's value.
func submit(label string, data json.RawMessage) message.Action {
	if s, ok := text(data); ok && !strings.HasPrefix(s, tapPrefix) {
		return message.Action{Kind: message.ActionPostback, Label: label, Data: s, Text: label}
	}
	if len(data) == 0 || string(data) == "null" {
		data = json.RawMessage("{}")
	}
	return tapping(label, tap{Value: data})
}

// chosen is what a form sends: the button's own data and the input's value by its id.
func chosen(data json.RawMessage, id, value string) json.RawMessage {
	all := map[string]any{}
	var own map[string]any
	if json.Unmarshal(data, &own) == nil {
		maps.Copy(all, own)
	}
	all[id] = value
	b, err := json.Marshal(all)
	if err != nil {
		return data // it came from JSON, so this cannot be
	}
	return b
}
