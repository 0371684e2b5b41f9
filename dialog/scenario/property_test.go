package scenario

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"dari/bot/message"
	"dari/dialog"
	"dari/dialog/dialogtest"
)

// TestNoTurnTakesMoreThanAHundredSteps plays conversations of random words, taps and events with the demo
// bot.
func TestNoTurnTakesMoreThanAHundredSteps(t *testing.T) {
	words := []string{
		"회의실 예약해 줘", "会議室を予約して", "book a room", "내일", "明日", "tomorrow", "대회의실", "小会議室", "Quiet room", "5", "3명", "네", "いいえ", "yes", "취소", "戻る", "help",
		"처음부터", "agent", "휴가 신청", "休暇を取りたい", "days left", "show my booking", "cancel my booking", "안녕", "와이파이 비밀번호가 뭐야", "쀍뚫", "아니, 소회의실", "네 근데 모레로요", "아니 3명", "はい、でも明後日", "change it to friday", "취소할게요", "마지막 거요", "担当者と話したい", "Cancel it", "예약 취소", "오전", "2026-12-31", "어제", "1", "두 번째", "", "🙂", strings.Repeat("길다 ", 700),
	}
	inbounds := dialogtest.Inbounds()
	names := sortedKeys(inbounds)
	for seed := range rounds(40) {
		rng := rand.New(rand.NewPCG(seed, 7))
		c := talkWith(t, Demo(), "", nil)
		for range 60 {
			switch n := rng.IntN(20); {
			case n < 5 && len(c.actions()) > 0:
				a := c.actions()[rng.IntN(len(c.actions()))]
				c.turn(message.Inbound{Kind: message.KindPostback, Postback: &message.Postback{Data: a.Data, Label: a.Label}})
			case n == 5:
				c.turn(inbounds[names[rng.IntN(len(names))]])
			case n == 6:
				c.data([]string{"~a|book_room|room|big", "~c|vacation|0|yes", "~r|||yes", "~n", "~i|room.book", "~f|balance", "~f|@error", "~k|book_room|room|no", "~e|follow", "~x"}[rng.IntN(10)])
			case n == 7:
				c.later(time.Duration(rng.IntN(40)) * time.Minute)
			default:
				c.say(words[rng.IntN(len(words))])
			}
			if c.err != nil {
				t.Fatalf("seed %d, turn %d: %v", seed, c.n, c.err)
			}
			if len(c.trace.Steps) > maxSteps {
				t.Fatalf("seed %d, turn %d: %d steps", seed, c.n, len(c.trace.Steps))
			}
		}
	}
}

func TestAThousandConversationsAtOnceDoNotMix(t *testing.T) {
	e, err := Type{}.New(nil, dialogtest.Deps(&dialogtest.LogBuffer{}))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for i := range 1000 {
		wg.Go(func() {
			name := fmt.Sprintf("c%d", i)
			state, last := dialog.State{}, ""
			for n, text := range []string{"book a room", []string{"Big room", "Small room"}[i%2], "tomorrow", fmt.Sprint(i%19 + 1)} {
				turn := dialogtest.TextTurn(name, text)
				turn.ID, turn.Inbound.Locale, turn.New, turn.State = fmt.Sprintf("%s-%d", name, n), "en", n == 0, state
				res, err := e.Turn(t.Context(), turn, nil)
				if err != nil || len(res.Reply.Messages) == 0 {
					t.Errorf("%s: %v", name, err)
					return
				}
				state, last = *res.State, res.Reply.Messages[0].Text
			}
			if want := fmt.Sprintf("%s on", []string{"Big room", "Small room"}[i%2]); !strings.Contains(last, want) || !strings.HasSuffix(last, fmt.Sprintf("for %d.", i%19+1)) {
				t.Errorf("%s: %q", name, last)
			}
		})
	}
	wg.Wait()
}

// BenchmarkTurn runs turns without calls; p50-µs and p99-µs are of single turns.
func BenchmarkTurn(b *testing.B) {
	e, err := Type{}.New(nil, dialogtest.Deps(&dialogtest.LogBuffer{}))
	if err != nil {
		b.Fatal(err)
	}
	benchmarkTurns(b, e, []string{"내일 대회의실 예약해 줘", "5", "안녕하세요", "구내식당 몇 시에 열어", "남은 휴가", "무슨 말인지 모를 문장입니다", "book a room", "Small room", "tomorrow", "4"})
}

// BenchmarkTurnOf150Intents does the same with a bot as large as public test sets.
func BenchmarkTurnOf150Intents(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 2))
	word := func() string {
		var s strings.Builder
		for range 2 + rng.IntN(3) {
			s.WriteRune('가' + rune(rng.IntN(11172)))
		}
		return s.String()
	}
	var y strings.Builder
	var texts []string
	y.WriteString("bot: {id: b, default_locale: ko, nlu: {match_threshold: 0.3, confirm_threshold: 0.2, ambiguity_margin: 0.05}}\nintents:\n")
	for i := range 150 {
		own := []string{word(), word(), word(), word()}
		fmt.Fprintf(&y, "  i%d:\n    examples:\n", i)
		for j := range 40 {
			s := own[rng.IntN(4)] + " " + own[rng.IntN(4)] + " " + word() + " 알려 주세요"
			fmt.Fprintf(&y, "    - %s\n", s)
			if j == 0 {
				texts = append(texts, s+" 지금요")
			}
		}
	}
	y.WriteString("flows:\n")
	for i := range 150 {
		fmt.Fprintf(&y, "  i%d: {on: {intent: i%d}, steps: [{say: answer}]}\n", i, i)
	}
	d := dialogtest.Deps(&dialogtest.LogBuffer{})
	d.Revisions = fixed{"bot.yaml": []byte(y.String())}
	e, err := Type{}.New(nil, d)
	if err != nil {
		b.Fatal(err)
	}
	benchmarkTurns(b, e, texts)
}

func benchmarkTurns(b *testing.B, e dialog.Engine, texts []string) {
	var state dialog.State
	took := make([]time.Duration, 0, b.N)
	for i := range b.N + len(texts) {
		turn := dialogtest.TextTurn("bench", texts[i%len(texts)])
		turn.ID, turn.New, turn.State = fmt.Sprint(i), false, state
		began := time.Now()
		res, err := e.Turn(b.Context(), turn, nil)
		if err != nil {
			b.Fatal(err)
		}
		if i == len(texts)-1 {
			b.ResetTimer() // the first round trains the bot
		}
		if i >= len(texts) {
			took = append(took, time.Since(began))
		}
		state = *res.State
	}
	b.StopTimer()
	report(b, took)
}
