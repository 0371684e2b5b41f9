package line

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"dari/bot/message"
	"dari/bot/settings"
	"dari/channels"
	"dari/channels/channeltest"
)

// aMenu is one with an area of each kind. at is the address of the pictures.
func aMenu(at string) message.Menu {
	m := message.Menu{Title: "메뉴 열기", ImageURL: at + "/1200x405.png", Width: 1200, Height: 405, Open: true}
	for i, act := range []message.Action{tapTrack, tapHelp, tapGuide, tapCall, tapCode} {
		m.Areas = append(m.Areas, message.MenuArea{X: i * 240, Y: 0, Width: 240, Height: 405, Action: act})
	}
	return m
}

func menus(b *channeltest.Bench) channels.MenuSetter { return b.Adapter.(channels.MenuSetter) }

// menuCalls are the methods and the ends of the paths of all calls.
func menuCalls(b *channeltest.Bench) []string {
	var out []string
	for _, c := range b.Platform.Calls("/") {
		path := strings.ReplaceAll(strings.TrimPrefix(c.Path, "/v2/bot"), "richmenu-0000000000000000000000000000000", "")
		out = append(out, c.Method+" "+path)
	}
	return out
}

func TestAMenuIsSetLikeItsGoldenFile(t *testing.T) {
	b := kit.Open(t)
	if err := menus(b).SetMenu(context.Background(), aMenu(channeltest.Pictures(t))); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/menu.json", b.Platform.Calls("/"))
	b.NoSecret(t, kit, "the log", b.Log.String())
}

func TestTheMenusPictureGoesToTheHostOfFiles(t *testing.T) {
	b := kit.Open(t)
	target, err := url.Parse(b.Platform.URL)
	if err != nil {
		t.Fatal(err)
	}
	var paths atomic.Pointer[string]
	proxy := httputil.NewSingleHostReverseProxy(target)
	files := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		paths.Store(&r.URL.Path)
		proxy.ServeHTTP(w, r)
	}))
	defer files.Close()
	v := settings.Values{}
	for key, value := range b.Values {
		v[key] = value
	}
	v["data_base_url"] = files.URL
	a, err := Type{}.New(v, kit.Deps(b, channeltest.LocalClient(0)))
	if err != nil {
		t.Fatal(err)
	}
	m := aMenu(channeltest.Pictures(t))
	m.ImageURL, m.Title = strings.Replace(m.ImageURL, ".png", ".jpg", 1), ""
	if err := a.(channels.MenuSetter).SetMenu(context.Background(), m); err != nil {
		t.Fatal(err)
	}
	if got := paths.Load(); got == nil || !strings.HasSuffix(*got, "/content") {
		t.Errorf("asked for %v", got)
	}
	for _, c := range b.Platform.Calls(channeltest.LINEMenusPath) {
		if strings.HasSuffix(c.Path, "/content") && (c.Header.Get("Content-Type") != "image/jpeg" || !bytes.HasPrefix(c.Body, []byte("\xff\xd8"))) {
			t.Errorf("uploaded %s", c.Header.Get("Content-Type"))
		}
		if c.Path == channeltest.LINEMenusPath && !strings.Contains(string(c.Body), `"chatBarText":"Menu"`) {
			t.Errorf("without a title: %s", c.Body)
		}
	}
}

func TestAMenuTakesThePlaceOfTheOneBefore(t *testing.T) {
	b := kit.Open(t)
	at := channeltest.Pictures(t)
	for range 2 {
		if err := menus(b).SetMenu(context.Background(), aMenu(at)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"GET /user/all/richmenu", "POST /richmenu", "POST /richmenu/1/content", "POST /user/all/richmenu/1",
		"GET /user/all/richmenu", "GET /richmenu/1", "POST /richmenu", "POST /richmenu/2/content", "POST /user/all/richmenu/2", "DELETE /richmenu/1",
	}
	if got := menuCalls(b); !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestAMenuIsRemoved(t *testing.T) {
	b := kit.Open(t)
	if err := menus(b).RemoveMenu(context.Background()); err != nil {
		t.Fatalf("there being none: %v", err)
	}
	if err := menus(b).SetMenu(context.Background(), aMenu(channeltest.Pictures(t))); err != nil {
		t.Fatal(err)
	}
	before := len(menuCalls(b))
	for range 2 {
		if err := menus(b).RemoveMenu(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"GET /user/all/richmenu", "GET /richmenu/1", "DELETE /user/all/richmenu", "DELETE /richmenu/1", "GET /user/all/richmenu"}
	if got := menuCalls(b)[before:]; !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestSomebodyElsesMenuIsNotDeleted(t *testing.T) {
	for _, row := range []struct {
		name  string
		fault channeltest.Fault // of the look at the menu
	}{
		{"one of another name", fault(200, `{"richMenuId":"x","name":"main-menu-v3"}`)},
		{"one that the API does not show", fault(404, `{"message":"richmenu not found"}`)},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			at := channeltest.Pictures(t)
			if err := menus(b).SetMenu(context.Background(), aMenu(at)); err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext(channeltest.LINEMenusPath+"/richmenu-", row.fault)
			if err := menus(b).SetMenu(context.Background(), aMenu(at)); err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext(channeltest.LINEMenusPath+"/richmenu-", row.fault)
			if err := menus(b).RemoveMenu(context.Background()); err != nil {
				t.Fatal(err)
			}
			calls := menuCalls(b)
			if slices.ContainsFunc(calls, func(c string) bool { return strings.HasPrefix(c, "DELETE /richmenu/") }) || calls[len(calls)-1] != "DELETE /user/all/richmenu" {
				t.Errorf("calls %q", calls)
			}
		})
	}
}

func TestAMenuThatDoesNotFitIsRejectedByItsField(t *testing.T) {
	at := channeltest.Pictures(t)
	for _, row := range []struct {
		name   string
		change func(*message.Menu)
		field  string
	}{
		{"no picture", func(m *message.Menu) {
			*m = message.Menu{Actions: []message.Action{{Kind: message.ActionMessage, Label: "처음으로"}}}
		}, "image_url"},
		{"no areas", func(m *message.Menu) { m.Areas = nil }, "areas"},
		{"too many areas", func(m *message.Menu) { m.Areas = slices.Repeat(m.Areas[:1], 21) }, "areas"},
		{"an area outside of the picture", func(m *message.Menu) { m.Areas[2].X = 1200 }, "areas[2]"},
		{"an action without data", func(m *message.Menu) { m.Areas[0].Action.Data = "" }, "areas[0].action.data"},
		{"a long label", func(m *message.Menu) { m.Areas[1].Action.Label = strings.Repeat("가", 21) }, "areas[1].action.label"},
		{"a link of another scheme", func(m *message.Menu) { m.Areas[2].Action.URL = "ftp://example.com" }, "areas[2].action.url"},
		{"long data", func(m *message.Menu) { m.Areas[0].Action.Data = strings.Repeat("a", 301) }, "areas[0].action.data"},
		{"no number", func(m *message.Menu) { m.Areas[3].Action.Number = "call me" }, "areas[3].action.number"},
		{"a long title", func(m *message.Menu) { m.Title = strings.Repeat("가", 15) }, "title"},
		{"a narrow picture", func(m *message.Menu) { m.Width, m.Areas = 799, m.Areas[:1] }, "width"},
		{"a wide picture", func(m *message.Menu) { m.Width = 2501 }, "width"},
		{"a low picture", func(m *message.Menu) {
			m.Height = 249
			m.Areas = []message.MenuArea{{Width: 1, Height: 1, Action: tapHelp}}
		}, "height"},
		{"a high picture", func(m *message.Menu) { m.Height = 828 }, "height"},
		{"a picture of another width", func(m *message.Menu) { m.ImageURL = at + "/1201x405.png" }, "width"},
		{"a picture of another height", func(m *message.Menu) { m.ImageURL = at + "/1200x406.png" }, "height"},
		{"a picture of another format", func(m *message.Menu) { m.ImageURL = at + "/a.gif" }, "image_url"},
		{"a picture that is too large", func(m *message.Menu) { m.ImageURL = at + "/large" }, "image_url"},
		{"a picture that is not there", func(m *message.Menu) { m.ImageURL = at + "/gone" }, "image_url"},
		{"a picture without address", func(m *message.Menu) { m.ImageURL = "\x7f" }, "image_url"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			m := aMenu(at)
			row.change(&m)
			err := menus(b).SetMenu(context.Background(), m)
			if err == nil {
				t.Fatal("set")
			}
			if se := channels.AsSendError(err); se.Kind != channels.Rejected || se.Code != row.field {
				t.Errorf("got %v, want rejected, %s", err, row.field)
			}
			if n := len(b.Platform.Calls("/")); n != 0 {
				t.Errorf("%d calls", n)
			}
		})
	}
}

func TestAMenuThatFailsLeavesTheOneBefore(t *testing.T) {
	const made = channeltest.LINEMenusPath + "/richmenu-"
	refusal := fault(400, `{"message":"The request body has 1 error(s)","details":[{"message":"invalid","property":"areas"}]}`)
	for _, row := range []struct {
		name, path string
		fault      channeltest.Fault
		kind       channels.Kind
		last       string // call
	}{
		{"when the token is refused", channeltest.LINEDefaultMenuPath, fault(401, ""), channels.Auth, "GET /user/all/richmenu"},
		{"when LINE is down", channeltest.LINEDefaultMenuPath, fault(500, ""), channels.Temporary, "GET /user/all/richmenu"},
		{"when LINE refuses the menu", channeltest.LINEMenusPath, refusal, channels.Rejected, "POST /richmenu"},
		{"when LINE names no menu", channeltest.LINEMenusPath, fault(200, "{}"), channels.Temporary, "POST /richmenu"},
		{"when LINE limits", channeltest.LINEMenusPath, fault(429, `{"message":"The API rate limit has been exceeded. Try again later."}`), channels.RateLimited, "POST /richmenu"},
		{"when LINE refuses the picture", made, fault(415, ""), channels.Rejected, "DELETE /richmenu/1"},
		{"when LINE does not show it", channeltest.LINEDefaultMenuPath + "/", fault(500, ""), channels.Temporary, "DELETE /richmenu/1"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			b.Platform.FailNext(row.path, row.fault)
			err := menus(b).SetMenu(context.Background(), aMenu(channeltest.Pictures(t)))
			if err == nil {
				t.Fatal("set")
			}
			if se := channels.AsSendError(err); se.Kind != row.kind || se.Doubt {
				t.Errorf("got %+v", se)
			}
			if calls := menuCalls(b); calls[len(calls)-1] != row.last {
				t.Errorf("calls %q", calls)
			}
			b.NoSecret(t, kit, "the error", err.Error())
		})
	}
	at := channeltest.Pictures(t)
	for path, kind := range map[string]channels.Kind{"/busy": channels.Temporary, "/broken": channels.Temporary} {
		b := kit.Open(t)
		m := aMenu(at)
		m.ImageURL = at + path
		if err := menus(b).SetMenu(context.Background(), m); err == nil || channels.AsSendError(err).Kind != kind || len(b.Platform.Calls("/")) > 0 {
			t.Errorf("%s: got %v", path, err)
		}
	}
}

func TestAMenuThatCannotBeDeletedIsNoFailure(t *testing.T) {
	b := kit.Open(t)
	if err := menus(b).SetMenu(context.Background(), aMenu(channeltest.Pictures(t))); err != nil {
		t.Fatal(err)
	}
	look := fault(200, `{"richMenuId":"x","name":"`+b.Adapter.(*adapter).menuName()+`"}`)
	b.Platform.FailNext(channeltest.LINEMenusPath+"/", look, fault(500, ""))
	if err := menus(b).RemoveMenu(context.Background()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.Log.String(), "line menu not deleted") {
		t.Errorf("the log says %s", b.Log.String())
	}
}

func TestAMenuThatIsNotRemovedSaysWhy(t *testing.T) {
	const shown = channeltest.LINEDefaultMenuPath
	down := fault(500, "")
	for _, row := range []struct {
		name, path string
		faults     []channeltest.Fault
	}{
		{"when it is not told which is shown", shown, []channeltest.Fault{down}},
		{"when it is not told whose it is", channeltest.LINEMenusPath + "/", []channeltest.Fault{down}},
		{"when it is not taken away", shown, []channeltest.Fault{fault(200, `{"richMenuId":"richmenu-00000000000000000000000000000001"}`), down}},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit.Open(t)
			if err := menus(b).SetMenu(context.Background(), aMenu(channeltest.Pictures(t))); err != nil {
				t.Fatal(err)
			}
			b.Platform.FailNext(row.path, row.faults...)
			if err := menus(b).RemoveMenu(context.Background()); err == nil || channels.AsSendError(err).Kind != channels.Temporary {
				t.Errorf("got %v", err)
			}
			if calls := menuCalls(b); slices.Contains(calls, "DELETE /richmenu/1") {
				t.Errorf("calls %q", calls)
			}
		})
	}
	b := kit.Open(t)
	b.Platform.FailNext(shown, fault(200, "{}"))
	if err := menus(b).RemoveMenu(context.Background()); err != nil || len(menuCalls(b)) != 1 {
		t.Errorf("an answer without a menu: %v, %q", err, menuCalls(b))
	}
}
