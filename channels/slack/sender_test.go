package slack

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dari/bot/message"
	"dari/channels"
	"dari/channels/channeltest"
)

// faces are the names and pictures under which the messages were posted, "-" for the app's own.
func faces(t *testing.T, p *channeltest.Platform) string {
	t.Helper()
	var out []string
	for _, c := range p.Calls(channeltest.SlackPostPath) {
		args := arguments(t, c.Body)
		name, _ := args["username"].(string)
		icon, _ := args["icon_url"].(string)
		out = append(out, first(strings.TrimSuffix(name+" "+icon, " "), "-"))
	}
	return strings.Join(out, ", ")
}

func under(s *message.Sender) channels.Outgoing {
	m := message.Text("네")
	m.Sender = s
	return channels.Outgoing{Conversation: direct, Messages: []message.Message{m}}
}

func TestASenderIsWhatSlackTakesOfIt(t *testing.T) {
	const picture = "https://www.example.com/face.png"
	for _, row := range []struct {
		name   string
		sender *message.Sender
		want   string
	}{
		{"nobody", nil, "-"},
		{"an empty sender is the app itself", &message.Sender{}, "-"},
		{"a name", &message.Sender{Name: "배송팀"}, "배송팀"},
		{"a picture", &message.Sender{IconURL: picture}, " " + picture},
		{"a long name is cut", &message.Sender{Name: strings.Repeat("가", 81)}, strings.Repeat("가", 80)},
		{"a picture by plain http is left out", &message.Sender{Name: "배송팀", IconURL: "http://www.example.com/face.png"}, "배송팀"},
		{"a picture without host is left out", &message.Sender{IconURL: "https:///face.png"}, "-"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			if _, err := send(t, b, under(row.sender)); err != nil {
				t.Fatal(err)
			}
			if got := faces(t, b.Platform); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}

func TestWithoutTheScopeAMessageGoesOutUnderTheAppsOwnName(t *testing.T) {
	answer := func(body string) channeltest.Fault {
		return channeltest.Fault{Status: http.StatusOK, Header: jsonHeader, Body: body}
	}
	lacks := answer(`{"ok":false,"error":"missing_scope","needed":"chat:write.customize","provided":"chat:write"}`)
	mina := &message.Sender{Name: "Mina"}
	for _, row := range []struct {
		name   string
		sender *message.Sender
		faults []channeltest.Fault
		kind   channels.Kind
		faces  string
	}{
		{"when Slack names the scope", mina, []channeltest.Fault{lacks}, "", "Mina, -"},
		{"when Slack names none", mina, []channeltest.Fault{answer(`{"ok":false,"error":"missing_scope"}`)}, "", "Mina, -"},
		{"once only", mina, []channeltest.Fault{lacks, lacks}, channels.Auth, "Mina, -"},
		{"but not when another scope is missing", mina, []channeltest.Fault{answer(`{"ok":false,"error":"missing_scope","needed":"chat:write"}`)}, channels.Auth, "Mina"},
		{"nor after another refusal", mina, []channeltest.Fault{refused(t, "invalid_blocks")}, channels.Rejected, "Mina"},
		{"nor when nobody knows what happened", mina, []channeltest.Fault{{Status: 500}}, channels.Uncertain, "Mina"},
		{"nor when there was no other name", nil, []channeltest.Fault{lacks}, channels.Auth, "-"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := kit(t).Open(t)
			b.Platform.FailNext(channeltest.SlackPostPath, row.faults...)
			receipt, err := send(t, b, under(row.sender))
			switch {
			case row.kind == "" && (err != nil || len(receipt.MessageIDs) != 1):
				t.Errorf("got %+v, %v", receipt, err)
			case row.kind != "" && (err == nil || channels.AsSendError(err).Kind != row.kind):
				t.Errorf("got %v, want %s", err, row.kind)
			}
			if got := faces(t, b.Platform); got != row.faces {
				t.Errorf("posted as %q, want %q", got, row.faces)
			}
		})
	}
}

func TestSlackIsNotAskedForAnotherNameAgainForAWhile(t *testing.T) {
	b := kit(t).Open(t)
	b.Platform.FailNext(channeltest.SlackPostPath, channeltest.Fault{Status: http.StatusOK, Header: jsonHeader, Body: `{"ok":false,"error":"missing_scope"}`})
	for _, wait := range []time.Duration{0, lullTime - time.Minute, time.Minute} {
		b.Clock.Advance(wait)
		if _, err := send(t, b, under(&message.Sender{Name: "Mina"})); err != nil {
			t.Fatal(err)
		}
	}
	if got := faces(t, b.Platform); got != "Mina, -, -, Mina" {
		t.Errorf("posted as %q", got)
	}
}
