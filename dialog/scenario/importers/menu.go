package importers

import (
	"regexp"
	"strconv"
	"strings"
)

// depths is how deep a button menu goes (https://doc.danbee.ai/chatflow_tree.html).
const depths = 5

var (
	menuDepth = regexp.MustCompile(`(?i)^([1-5]) *(depth|단계|차)|^depth *([1-5])$`)
	menuValue = regexp.MustCompile(`(?i)메시지|메세지|호출값|message|action|メッセージ`)
	menuID    = regexp.MustCompile(`(?i)^id\b`)
)

// menuHead says which columns hold what.
type menuHead struct {
	depth     [depths]int
	id, value int
}

// headOfMenu reads a row as the head line.
func headOfMenu(r row) (h menuHead, ok bool) {
	h = menuHead{[depths]int{-1, -1, -1, -1, -1}, -1, -1}
	for i := range r.cells {
		name := oneLine(r.cell(i))
		if m := menuDepth.FindStringSubmatch(name); m != nil {
			n, _ := strconv.Atoi(m[1] + m[3])
			h.depth[n-1] = i
		} else if menuID.MatchString(name) {
			h.id = i
		} else if menuValue.MatchString(name) {
			h.value = i
		}
	}
	return h, h.depth[0] >= 0 && h.value >= 0
}

func isMenu(rows []row) bool {
	for _, r := range rows {
		if _, ok := headOfMenu(r); ok {
			return true
		}
	}
	return false
}

// item is one entry of a menu; the root has no label.
type item struct {
	place
	id, label string
	value     string // message
	kind, to  string // of an action
	up        *item
	under     []*item
	flow      *flow
}

// menu is one spreadsheet.
type menu struct {
	*bot
	root *item
	path map[string]*item
	ids  map[string]*item
	all  []*item
}

func readMenus(b *bot, files []File) {
	for _, f := range files {
		m := &menu{bot: b, root: &item{place: place{f.Name, 1}}, path: map[string]*item{}, ids: map[string]*item{}}
		m.read(f)
		m.flows()
	}
}

func (m *menu) read(f File) {
	rows := m.sheet(f)
	var head menuHead
	found := false
	for _, r := range rows {
		switch h, ok := headOfMenu(r); {
		case found && !r.empty():
			m.row(r, head)
		case ok:
			head, found = h, true
		case !found && m.root.value == "": // what stands above is the first message
			m.root.value = strings.TrimSpace(strings.Join(r.cells, " "))
		}
	}
	switch {
	case !found:
		m.fail(place{f.Name, 1}, "no line names the columns ID, 1depth to 5depth and message")
	case len(m.root.under) == 0:
		m.fail(place{f.Name, 1}, "the menu has no entries")
	}
}

func (m *menu) row(r row, h menuHead) {
	at, way := m.root, ""
	last := -1
	for d, i := range h.depth {
		label := oneLine(r.cell(i))
		if label == "" {
			continue
		}
		if d != last+1 {
			m.note(r.place, "the row has an entry in %ddepth and none in %ddepth; it was left out", d+1, last+2)
			return
		}
		last = d
		way += "\x00" + label
		if m.path[way] == nil {
			at.under = append(at.under, &item{place: r.place, label: label, up: at})
			m.path[way] = at.under[len(at.under)-1]
			m.all = append(m.all, m.path[way])
		}
		at = m.path[way]
	}
	if at == m.root {
		m.note(r.place, "the row has no entry in 1depth and was left out")
		return
	}
	m.fillItem(r, at, r.cell(h.id), r.cell(h.value))
}

func (m *menu) fillItem(r row, it *item, id, value string) {
	switch {
	case it.id != "":
		m.note(r.place, "the entry %q stands in line %d already; this row was left out", it.label, it.line)
		return
	case id == "":
		m.note(r.place, "the row has no ID; other rows cannot call it")
		id = "row" + strconv.Itoa(r.line)
	case m.ids[id] != nil:
		m.note(r.place, "the ID %q stands in line %d already; it calls that row", id, m.ids[id].line)
	}
	it.id, it.place = id, r.place
	if m.ids[id] == nil {
		m.ids[id] = it
	}
	it.value = value
	for _, a := range menuActions {
		for _, mark := range a.marks {
			if to, is := strings.CutPrefix(value, mark); is {
				it.value, it.kind, it.to = "", a.kind, strings.TrimSpace(strings.TrimPrefix(to, "\ufe0f"))
				return
			}
		}
	}
}

// menuActions are the marks that make a value an action.
var menuActions = []struct {
	kind  string
	marks []string
}{
	{"url", []string{"🔗", "#링크_"}},
	{"app", []string{"😀", "😎", "#내부앱_", "#외부앱_"}},
	{"phone", []string{"📞", "#전화_"}},
	{"faq", []string{"🗣", "#간편답변_"}},
	{"intent", []string{"👂", "🦻", "#대화 의도_", "#대화의도_"}},
	{"row", []string{"🚩", "#네비_"}},
}

// The words that the menu adds by itself.
var (
	menuFirst   = texts{"ko": {"처음"}, "ja": {"最初"}, "en": {"Start"}}
	menuBack    = texts{"ko": {"이전"}, "ja": {"戻る"}, "en": {"Back"}}
	menuPick    = texts{"ko": {"아래 메뉴 중 선택해 주세요."}, "ja": {"下のメニューから選んでください。"}, "en": {"Please pick one of these."}}
	menuOpening = map[string][]string{"ko": {"메뉴", "메뉴 보여줘", "메뉴 선택할래"}, "ja": {"メニュー", "メニューを見せて", "メニューから選ぶ"}, "en": {"main menu", "show the menu", "open the menu"}}
)
