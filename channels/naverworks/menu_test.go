package naverworks

import (
	"context"
	"slices"
	"strings"
	"testing"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// plainMenu is one without a picture, pictured one with an area of each kind; at is the address of the pictures.
func plainMenu() message.Menu {
	return message.Menu{Title: "메뉴", Actions: []message.Action{
		{Kind: message.ActionPostback, Label: "처음으로", Data: "menu=home"},
		{Kind: message.ActionURL, Label: "사내 포털", URL: "https://portal.example.com/"},
		{Kind: message.ActionCopy, Label: "문의 메일 복사", Text: "help@example.com"},
	}}
}

func pictured(at string) message.Menu {
	m := message.Menu{Title: "메뉴", ImageURL: at + "/2500x843.png", Width: 2500, Height: 843, Open: true}
	for i, act := range []message.Action{
		{Kind: message.ActionPostback, Label: "휴가", Data: "menu=leave", Text: "휴가 신청"},
		{Kind: message.ActionMessage, Label: "도움말"},
		{Kind: message.ActionURL, Label: "포털", URL: "https://portal.example.com/"},
		{Kind: message.ActionCopy, Label: "메일 복사", Text: "help@example.com"},
		{Kind: message.ActionPhone, Label: "전화", Number: "+82-2-000-0000"},
	} {
		m.Areas = append(m.Areas, message.MenuArea{X: i * 500, Y: 0, Width: 500, Height: 843, Action: act})
	}
	return m
}

func menus(b *channeltest.Bench) channels.MenuSetter { return b.Adapter.(channels.MenuSetter) }

// menuCalls are the calls about menus: method and path below the bot.
func menuCalls(b *channeltest.Bench) []string {
	var out []string
	for _, c := range b.Platform.Calls(channeltest.NaverWorksBotPath) {
		if path := strings.TrimPrefix(c.Path, channeltest.NaverWorksBotPath); strings.Contains(path, "menu") {
			out = append(out, c.Method+" "+path)
		}
	}
	return out
}

func TestAMenuIsSetLikeItsGoldenFile(t *testing.T) {
	at := channeltest.Pictures(t)
	for name, m := range map[string]message.Menu{"menu": plainMenu(), "menu_picture": pictured(at)} {
		t.Run(name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			if err := menus(b).SetMenu(context.Background(), m); err != nil {
				t.Fatal(err)
			}
			golden(t, "testdata/"+name+".json", b.Platform)
			b.NoSecret(t, kit(), "the log", b.Log.String())
		})
	}
}

func TestTheMenuWithoutAPictureIsThatOfTheDocumentation(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	if err := menus(b).SetMenu(context.Background(), plainMenu()); err != nil {
		t.Fatal(err)
	}
	if got, want := compact(t, string(b.Platform.Calls(channeltest.NaverWorksMenuPath)[0].Body)), compact(t, read(t, "persistentmenu_request.json")); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestAMenuTakesThePlaceOfTheOneBefore(t *testing.T) {
	at := channeltest.Pictures(t)
	set := []string{"GET /richmenus/default", "POST /richmenus", "POST /richmenus/40001/image", "POST /richmenus/40001/set-default"}
	again := []string{"GET /richmenus/default", "GET /richmenus/40001", "POST /richmenus", "POST /richmenus/40002/image", "POST /richmenus/40002/set-default", "DELETE /richmenus/40001", "DELETE /persistentmenu"}
	persistent := []string{"GET /richmenus/default", "POST /persistentmenu"}
	for _, row := range []struct {
		name  string
		one   bool
		menus []message.Menu
		calls []string
	}{
		{"without a picture after none", false, []message.Menu{plainMenu()}, persistent},
		{"without a picture after another", false, []message.Menu{plainMenu(), plainMenu()}, slices.Concat(persistent, persistent)},
		{
			"without a picture after another, where that has to go first", true,
			[]message.Menu{plainMenu(), plainMenu()},
			slices.Concat(persistent, persistent, []string{"DELETE /persistentmenu", "POST /persistentmenu"}),
		},
		{"with a picture after another", false, []message.Menu{pictured(at), pictured(at)}, slices.Concat(set, []string{"DELETE /persistentmenu"}, again)},
		{"with a picture after one without", false, []message.Menu{plainMenu(), pictured(at)}, slices.Concat(persistent, set, []string{"DELETE /persistentmenu"})},
		{
			"with a picture after one without, where that has to go first", true,
			[]message.Menu{plainMenu(), pictured(at)},
			slices.Concat(persistent, set, []string{"DELETE /persistentmenu", "POST /richmenus/40001/set-default", "DELETE /persistentmenu"}),
		},
		{
			"without a picture after one with", false,
			[]message.Menu{pictured(at), plainMenu()},
			slices.Concat(set, []string{"DELETE /persistentmenu", "GET /richmenus/default", "GET /richmenus/40001", "POST /persistentmenu", "DELETE /richmenus/default", "DELETE /richmenus/40001"}),
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{OneMenu: row.one}, nil)
			for _, m := range row.menus {
				if err := menus(b).SetMenu(context.Background(), m); err != nil {
					t.Fatal(err)
				}
			}
			if got := menuCalls(b); !slices.Equal(got, row.calls) {
				t.Errorf("got  %q\nwant %q", got, row.calls)
			}
		})
	}
}

func TestMenusOfBothKindsAreRemoved(t *testing.T) {
	at := channeltest.Pictures(t)
	for _, row := range []struct {
		name  string
		menu  *message.Menu
		calls []string
	}{
		{"none, which is no error", nil, []string{"GET /richmenus/default", "DELETE /persistentmenu"}},
		{"one without a picture", new(plainMenu()), []string{"GET /richmenus/default", "DELETE /persistentmenu"}},
		{"one with a picture", new(pictured(at)), []string{"GET /richmenus/default", "GET /richmenus/40001", "DELETE /persistentmenu", "DELETE /richmenus/default", "DELETE /richmenus/40001"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			if row.menu != nil {
				if err := menus(b).SetMenu(context.Background(), *row.menu); err != nil {
					t.Fatal(err)
				}
			}
			before := len(menuCalls(b))
			if err := menus(b).RemoveMenu(context.Background()); err != nil {
				t.Fatal(err)
			}
			if got := menuCalls(b)[before:]; !slices.Equal(got, row.calls) {
				t.Errorf("got  %q\nwant %q", got, row.calls)
			}
		})
	}
}

func TestSomebodyElsesMenuIsNotDeleted(t *testing.T) {
	for name, look := range map[string]channeltest.Fault{
		"one of another name": {Status: 200, Body: `{"richmenuId":"40001","richmenuName":"기본 메뉴"}`},
		"one that is gone":    {Status: 404},
	} {
		t.Run(name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			if err := menus(b).SetMenu(context.Background(), pictured(channeltest.Pictures(t))); err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext(channeltest.NaverWorksRichPath+"/40001", look)
			if err := menus(b).RemoveMenu(context.Background()); err != nil {
				t.Fatal(err)
			}
			if calls := menuCalls(b); slices.Contains(calls, "DELETE /richmenus/40001") || calls[len(calls)-1] != "DELETE /richmenus/default" {
				t.Errorf("calls %q", calls)
			}
		})
	}
}

func TestAMenuThatDoesNotFitIsRejectedByItsField(t *testing.T) {
	at := channeltest.Pictures(t)
	act := message.Action{Kind: message.ActionMessage, Label: "처음으로"}
	plain := func(actions ...message.Action) func(*message.Menu) {
		return func(m *message.Menu) { *m = message.Menu{Actions: actions} }
	}
	for _, row := range []struct {
		name   string
		change func(*message.Menu)
		field  string
	}{
		{"none", plain(), "actions"},
		{"five actions", plain(act, act, act, act, act), "actions"},
		{"a long label", plain(act, message.Action{Kind: message.ActionMessage, Label: strings.Repeat("가", 1001)}), "actions[1].label"},
		{"no label", plain(message.Action{Kind: message.ActionMessage}), "actions[0].label"},
		{"no web page", plain(message.Action{Kind: message.ActionURL, Label: "a", URL: "tel:1"}), "actions[0].url"},
		{"areas without a picture", func(m *message.Menu) { m.ImageURL = "" }, "image_url"},
		{"a picture without areas", func(m *message.Menu) { m.Areas = nil }, "areas"},
		{"too many areas", func(m *message.Menu) { m.Areas = slices.Repeat(m.Areas[:1], 21) }, "areas"},
		{"an area outside of the picture", func(m *message.Menu) { m.Areas[2].X = 2500 }, "areas[2]"},
		{"an area without data", func(m *message.Menu) { m.Areas[0].Action.Data = "" }, "areas[0].action.data"},
		{"an area with a long label", func(m *message.Menu) { m.Areas[1].Action.Label = strings.Repeat("가", 21) }, "areas[1].action.label"},
		{"an area that opens no web page", func(m *message.Menu) { m.Areas[2].Action.URL = "tel:1" }, "areas[2].action.url"},
		{"a narrow picture", func(m *message.Menu) { m.Width, m.Areas = 2400, m.Areas[:1] }, "width"},
		{"a picture of an odd height", func(m *message.Menu) { m.Height = 844 }, "height"},
		{"a picture of another width", func(m *message.Menu) { m.ImageURL = at + "/2501x843.png" }, "width"},
		{"a picture of another height", func(m *message.Menu) { m.ImageURL = at + "/2500x844.jpg" }, "height"},
		{"a picture of another format", func(m *message.Menu) { m.ImageURL = at + "/a.gif" }, "image_url"},
		{"a picture that is too large", func(m *message.Menu) { m.ImageURL = at + "/large" }, "image_url"},
		{"a picture that is not there", func(m *message.Menu) { m.ImageURL = at + "/gone" }, "image_url"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			m := pictured(at)
			row.change(&m)
			err := menus(b).SetMenu(context.Background(), m)
			if err == nil || channels.AsSendError(err).Kind != channels.Rejected || channels.AsSendError(err).Code != row.field {
				t.Errorf("got %v, want rejected, %s", err, row.field)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestAMenuThatFailsLeavesTheOneBefore(t *testing.T) {
	const rich = channeltest.NaverWorksRichPath
	at := channeltest.Pictures(t)
	down, none := channeltest.Fault{Status: 500}, channeltest.Fault{Status: 404}
	for _, row := range []struct {
		name, path string
		faults     []channeltest.Fault
		kind       channels.Kind
		last       string // call
	}{
		{"when the platform is down", rich, []channeltest.Fault{down}, channels.Temporary, "GET /richmenus/default"},
		{"when the platform refuses the menu", rich, []channeltest.Fault{none, {Status: 400, Body: read(t, "error_400_invalid_parameter.json")}}, channels.Rejected, "POST /richmenus"},
		{"when the platform names no menu", rich, []channeltest.Fault{none, {Status: 201, Body: "{}"}}, channels.Temporary, "POST /richmenus"},
		{"when there is no place for the picture", channeltest.NaverWorksAttachmentsPath, []channeltest.Fault{down}, channels.Temporary, "DELETE /richmenus/40001"},
		{"when the picture is refused", rich + "/40001/image", []channeltest.Fault{{Status: 400}}, channels.Rejected, "DELETE /richmenus/40001"},
		{"when it is not shown", rich + "/40001/set-default", []channeltest.Fault{down}, channels.Temporary, "DELETE /richmenus/40001"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			b.Platform.FailNext(row.path, row.faults...)
			err := menus(b).SetMenu(context.Background(), pictured(at))
			if err == nil || channels.AsSendError(err).Kind != row.kind {
				t.Fatalf("got %v", err)
			}
			if calls := menuCalls(b); calls[len(calls)-1] != row.last {
				t.Errorf("calls %q", calls)
			}
			b.NoSecret(t, kit(), "the error", err.Error())
		})
	}
	for _, path := range []string{"/busy", "/broken"} {
		b := open(t, channeltest.NaverWorksOptions{}, nil)
		m := pictured(at)
		m.ImageURL = at + path
		if err := menus(b).SetMenu(context.Background(), m); err == nil || channels.AsSendError(err).Kind != channels.Temporary || len(b.Platform.Calls("/")) > 0 {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestAMenuNeedsThePermissionToSend(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, map[string]string{"scopes": "bot.read"})
	for _, err := range []error{menus(b).SetMenu(context.Background(), plainMenu()), menus(b).RemoveMenu(context.Background())} {
		if err == nil {
			t.Fatal("no error")
		}
		if se := channels.AsSendError(err); se.Kind != channels.Auth || se.Scope != "bot.message" {
			t.Errorf("got %v, scope %q", err, se.Scope)
		}
	}
}

func TestAMenuThatCannotBeDeletedIsNoFailure(t *testing.T) {
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	if err := menus(b).SetMenu(context.Background(), pictured(channeltest.Pictures(t))); err != nil {
		t.Fatal(err)
	}
	look := channeltest.Fault{Status: 200, Body: `{"richmenuName":"Dari test-channel"}`}
	b.Platform.FailNext(channeltest.NaverWorksRichPath+"/40001", look, channeltest.Fault{Status: 500})
	if err := menus(b).RemoveMenu(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.Log.String(), "naverworks menu not deleted") {
		t.Errorf("the log says %s", b.Log.String())
	}
}

func TestAMenuThatIsNotRemovedSaysWhy(t *testing.T) {
	const rich = channeltest.NaverWorksRichPath
	down := channeltest.Fault{Status: 500}
	for _, row := range []struct {
		name, path string
		faults     []channeltest.Fault
	}{
		{"when it is not told which is shown", rich, []channeltest.Fault{down}},
		{"when it is not told whose it is", rich + "/40001", []channeltest.Fault{down}},
		{"when the persistent one stays", channeltest.NaverWorksMenuPath, []channeltest.Fault{down}},
		{"when the one with a picture stays", rich + "/default", []channeltest.Fault{{Status: 200, Body: `{"defaultRichmenuId":40001}`}, down}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := open(t, channeltest.NaverWorksOptions{}, nil)
			if err := menus(b).SetMenu(context.Background(), pictured(channeltest.Pictures(t))); err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext(row.path, row.faults...)
			if err := menus(b).RemoveMenu(context.Background()); err == nil || channels.AsSendError(err).Kind != channels.Temporary {
				t.Errorf("got %v", err)
			}
			if calls := menuCalls(b); slices.Contains(calls, "DELETE /richmenus/40001") {
				t.Errorf("calls %q", calls)
			}
		})
	}
	b := open(t, channeltest.NaverWorksOptions{}, nil)
	b.Platform.FailNext(rich, channeltest.Fault{Status: 200, Body: `{"botId":3001234,"defaultRichmenuId":null}`})
	if err := menus(b).RemoveMenu(context.Background()); err != nil || !slices.Equal(menuCalls(b), []string{"GET /richmenus/default", "DELETE /persistentmenu"}) {
		t.Errorf("an answer without a menu: %v, %q", err, menuCalls(b))
	}
}
