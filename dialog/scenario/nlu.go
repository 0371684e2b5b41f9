package scenario

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dari/dialog/scenario/entity"
	"dari/dialog/scenario/intent"
)

// maxUnderstood bounds how much of a sentence is looked at, in runes.
const maxUnderstood = 1000

// nlu is what a revision understands. Intents and FAQ are one model, so that they compete.
type nlu struct {
	model    *intent.Model
	report   intent.Report     // how the thresholds were found; zero when the files set them all
	exact    map[string]string // normalised example or label → intent
	faqExact map[string]*faqSpec
	faqList  []*faqSpec
	patterns []intentPattern
	commands map[string]string
	spoken   []commandWord // the same, to be looked for in a sentence
	enums    map[string]entity.Enum
	patEnts  map[string]entity.Pattern
	options  map[string][][]string // the names of an enum's values, squeezed
}

type intentPattern struct {
	intent string
	re     *regexp.Regexp
}

func normalize(s string) string { return intent.Normalize(clip(s, maxUnderstood)) }

// train makes the model.
func (s *script) train(ctx context.Context) (*nlu, error) {
	n := &nlu{exact: map[string]string{}, faqExact: map[string]*faqSpec{}, faqList: s.faq}
	n.learnCommands(s.commandList())
	examples := s.examples(n.exact)
	for i, q := range s.faq {
		for _, locale := range sortedKeys(q.q) {
			for _, w := range q.q[locale] {
				examples = append(examples, intent.Example{Intent: faqPrefix + strconv.Itoa(i), Text: w.v})
				n.faqExact[normalize(w.v)] = q
			}
		}
	}
	if len(examples) > 0 {
		if classes(examples) < minClasses {
			examples = append(examples, background...)
		}
		var err error
		if n.model, err = intent.Train(ctx, examples, intent.Options{}); err != nil {
			return nil, fmt.Errorf("train the intents: %w", err)
		}
	}
	if err := s.calibrate(ctx, n, examples); err != nil {
		return nil, err
	}
	for _, name := range s.intentOrder {
		for _, re := range s.intents[name].patterns {
			n.patterns = append(n.patterns, intentPattern{name, re})
		}
	}
	s.declare(n)
	s.names()
	return n, nil
}

// calibrate finds the thresholds that the files do not set, from their own sentences. The same files always
// give the same thresholds, so a revision keeps its answers.
func (s *script) calibrate(ctx context.Context, n *nlu, examples []intent.Example) error {
	b := &s.bot
	if b.match >= 0 && b.confirm >= 0 && b.margin >= 0 {
		return nil
	}
	found, report := intent.Calibrate(ctx, examples, intent.Options{})
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("find the thresholds: %w", err)
	}
	n.report = report
	for _, t := range []struct {
		set   *float64
		found float64
	}{{&b.match, found.Match}, {&b.confirm, found.Confirm}, {&b.margin, found.Margin}} {
		if *t.set < 0 {
			*t.set = t.found
		}
	}
	b.confirm = min(b.confirm, b.match) // one of them may stand in the files
	return nil
}

// faqPrefix begins the names of questions in the model. No name of a file begins like this.
const faqPrefix = "\x00faq"

// classes counts what the sentences are examples of. An intent with patterns alone is none: the model does not
// know it.
func classes(examples []intent.Example) int {
	seen := map[string]bool{}
	for _, e := range examples {
		seen[e.Intent] = true
	}
	delete(seen, intent.OutOfScope)
	return len(seen)
}

// minClasses is how many intents and questions a model needs to tell them from anything else. A bot
// with fewer gets sentences that mean none of them.
const minClasses = 4

var background = func() (out []intent.Example) {
	for _, s := range []string{
		"오늘 날씨 어때", "배고파", "재미있는 얘기 해줘", "그건 왜 그래", "무슨 소리야", "노래 틀어줘", "심심하다", "지하철이 늦었어",
		"今日の天気は", "お腹が空いた", "面白い話をして", "それはなぜ", "何のこと", "音楽をかけて", "退屈だ", "電車が遅れた",
		"how is the weather", "I am hungry", "tell me a joke", "why is that", "what do you mean", "play some music", "I am bored", "the train was late",
		"ㅋㅋㅋㅋ", "asdf qwer", "zxcv", "1234", "ㅁㄴㅇㄹ", "あああ", "xyz",
	} {
		out = append(out, intent.Example{Intent: intent.OutOfScope, Text: s})
	}
	return out
}()

// examples are the sentences of all intents, in a fixed order: training depends on it. Exact also learns
// the labels, because people type what they read on a button.
func (s *script) examples(exact map[string]string) (out []intent.Example) {
	for _, name := range s.intentOrder {
		spec := s.intents[name]
		for _, locale := range sortedKeys(spec.examples) {
			for _, ex := range spec.examples[locale] {
				out = append(out, intent.Example{Intent: name, Text: ex.v})
				exact[normalize(ex.v)] = name
			}
		}
	}
	for _, name := range s.intentOrder {
		for _, label := range s.intents[name].label.spellings() {
			if key := normalize(label); exact[key] == "" {
				exact[key] = name
			}
		}
	}
	return out
}

// understanding is what a sentence may mean on its own.
type understanding struct {
	intents []candidate // best first; an exact example or pattern has score 1
	faq     *faqSpec    // the question most like it
	near    candidate   // how much, and which wording
	refused bool        // it is most like the examples of "oos"
}

// understand weighs a sentence.
func (n *nlu) understand(text string) (u understanding) {
	text = clip(text, maxUnderstood)
	switch name := n.certain(text); name {
	case "":
	case intent.OutOfScope:
		u.refused = true
	default:
		u.intents = append(u.intents, candidate{name, 1, text})
	}
	if q := n.faqExact[normalize(text)]; q != nil {
		u.faq, u.near = q, candidate{"faq", 1, text}
	}
	if n.model == nil || u.refused {
		return u
	}
	for i, c := range n.model.Classify(text, 8) {
		switch {
		case c.Intent == intent.OutOfScope:
			if i == 0 && len(u.intents) == 0 && u.faq == nil {
				u.refused = true
				return u
			}
		case strings.HasPrefix(c.Intent, faqPrefix):
			if u.faq == nil {
				i, _ := strconv.Atoi(strings.TrimPrefix(c.Intent, faqPrefix))
				near, _ := n.model.Nearest(text, c.Intent)
				u.faq, u.near = n.faqList[i], candidate{"faq", round(c.Score), near}
			}
		default:
			u.add(n, text, c)
		}
	}
	return u
}

// add puts one more intent behind those that are surer.
func (u *understanding) add(n *nlu, text string, c intent.Candidate) {
	score := c.Score
	if len(u.intents) > 0 && u.intents[0].Score == 1 {
		if c.Intent == u.intents[0].Intent {
			return
		}
		score = min(score, 0.5) // an exact sentence is no tie
	}
	near := ""
	if len(u.intents) < 2 {
		near, _ = n.model.Nearest(text, c.Intent)
	}
	u.intents = append(u.intents, candidate{c.Intent, round(score), near})
}

// certain is the intent with this very example, label or a pattern that fits; "" if none.
func (n *nlu) certain(text string) string {
	if name := n.exact[normalize(text)]; name != "" {
		return name
	}
	for _, p := range n.patterns {
		if p.re.MatchString(text) {
			return p.intent
		}
	}
	return ""
}

func round(f float64) float64 { return math.Round(f*1e4) / 1e4 }

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// corrections begin a sentence that takes something back.
var corrections = []string{
	"아니요", "아니오", "아니야", "아니", "아뇨", "그게 아니라", "그거 말고", "말고", "잘못 말했어", "정정",
	"いいえ", "いや", "違う", "違います", "ちがう", "じゃなくて", "ではなくて", "間違えた", "やっぱり",
	"no", "nope", "sorry", "i mean", "i meant", "actually", "not that", "correction", "wait",
}

// correction tells whether a sentence begins like a correction, and returns what follows.
func correction(text string) (rest string, marked bool) {
	rest = strings.TrimSpace(text)
	lower := strings.ToLower(rest)
	for again := true; again; {
		again = false
		for _, w := range corrections {
			if !strings.HasPrefix(lower, w) || len(lower) == len(w) {
				continue
			}
			tail := lower[len(w):]
			if isLatin(w) && !strings.ContainsAny(tail[:1], " ,.!") {
				continue
			}
			trimmed := strings.TrimLeft(tail, " ,.!?、。，！")
			if trimmed == "" {
				continue
			}
			cut := len(rest) - len(trimmed)
			if cut < 0 || cut > len(rest) {
				continue
			}
			rest, lower = rest[cut:], trimmed
			marked, again = true, true
			break
		}
	}
	return rest, marked
}

func isLatin(s string) bool { return s[0] < 0x80 }
