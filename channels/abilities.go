package channels

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"dari/bot/message"
	"dari/bot/settings"
)

// Optional abilities of an adapter, found by type assertion. All methods are safe for concurrent use
// and may be called any number of times; errors are *SendError values.

// MediaFetcher can fetch the files that people send.
type MediaFetcher interface {
	// Fetch opens the file of an attachment that this adapter has parsed. The caller closes the body
	// and bounds what it reads. Temporary with RetryAfter means "not ready yet", Rejected "gone".
	Fetch(ctx context.Context, a message.Attachment) (Media, error)
}

// Media is an open file.
type Media struct {
	Body io.ReadCloser
	MIME string // as the platform says; may be empty or wrong
	Name string // may be empty
	Size int64  // bytes, -1 if unknown
}

// Typist can show that an answer is being prepared.
type Typist interface {
	// Typing shows it once, for the few seconds that the platform gives it. Only Conversation,
	// Reference and Address of out are set. A conversation that cannot show it is no error.
	Typing(ctx context.Context, out Outgoing) error
}

// Streamer can show a text while it is still growing.
type Streamer interface {
	// Stream begins a message in the conversation. Unsupported conversations are Rejected, and the
	// caller sends the finished text instead.
	Stream(ctx context.Context, out Outgoing) (Stream, error)
}

// Stream is one growing message. Its methods are called one at a time.
type Stream interface {
	// Update shows the whole text so far, which begins with what was shown before.
	Update(ctx context.Context, text string) error
	// Finish shows the finished message and ends the stream. It must be called, also after an error of
	// Update. Its errors mean what those of Adapter.Send mean.
	Finish(ctx context.Context, m message.Message) (Receipt, error)
}

// Opener can write to a person first.
type Opener interface {
	// Open returns the direct conversation with a person, making it if need be, and the reference to
	// write to it. user is the platform's user id as the send API takes it.
	Open(ctx context.Context, user string) (message.Conversation, []byte, error)
}

// Listener can take callbacks from a connection that it opens itself, for networks that nobody can
// reach from outside.
type Listener interface {
	// Listens tells whether the channel's settings ask for it.
	Listens() bool
	// Listen hands every callback to accept and acknowledges it only when that returns nil. It returns
	// when ctx ends, or with an error when the platform refuses the connection for good.
	Listen(ctx context.Context, accept func(*Request) error) error
}

// AppPackager is the optional ability of a Type to make the file that sets the app up at the platform.
type AppPackager interface {
	// AppFile makes it for a bot of that name. The settings need not be complete: the platform may give
	// out the missing ones only for the app that the file makes. A setting that the file needs is reported
	// as a *settings.Error.
	AppFile(v settings.Values, deps Deps, botName string) (AppFile, error)
}

// Installer is the optional ability of a Type whose apps are installed with OAuth.
type Installer interface {
	// InstallURL is where a browser is sent to allow the app in. The platform sends it back to
	// redirectURL with a code and the state. A setting that it needs is reported as a *settings.Error.
	InstallURL(v settings.Values, deps Deps, redirectURL, state string) (string, error)
	// Install exchanges the code. A missing setting is a *settings.Error, any other error a *SendError.
	Install(ctx context.Context, v settings.Values, deps Deps, code, redirectURL string) (Installed, error)
}

// Installed is what an installation brings.
type Installed struct {
	Values settings.Values // to be merged into the channel's
	Where  string          // the workspace, for people
}

// MenuSetter can show a menu beside the bot's chats.
type MenuSetter interface {
	// SetMenu takes the place of the menu before.
	SetMenu(ctx context.Context, m message.Menu) error
	// RemoveMenu takes the menu away; there being none is no error.
	RemoveMenu(ctx context.Context) error
}

// Editor can change what has been sent.
type Editor interface {
	// Edit shows m in place of a sent message. Reference and Conversation of out are set.
	Edit(ctx context.Context, out Outgoing, messageID string, m message.Message) error
	// Withdraw takes a sent message back.
	Withdraw(ctx context.Context, out Outgoing, messageID string) error
}

// AppFile is a file to upload in a platform's console.
type AppFile struct {
	Name string // of the file
	MIME string
	Data []byte
	// Link opens the console with the file's content filled in; "" if there is no such thing.
	Link string
}

// FileOfferer belongs to a platform on which people first accept a file.
type FileOfferer interface {
	// Offered tells whether a form of that ID is a person's answer to an offered file.
	Offered(formID string) bool
	// FileConsent finishes what the file message began: it brings the accepted file to the person. It may
	// take minutes. Temporary failures may be tried again, Uncertain ones may not.
	FileConsent(ctx context.Context, in message.Inbound) (Receipt, error)
}

// Bounded is an adapter whose settings bound the calls that are made at once, in place of Limits.InFlight.
type Bounded interface {
	// InFlight is the bound, at least 1, and whom it is shared with: channels of a type that name the same app
	// make so many calls together.
	InFlight() (calls int, app string)
}

// WebhookSetter can tell the platform where the callbacks go.
type WebhookSetter interface {
	// SetWebhook enters the address at the platform and switches callbacks on as far as its API allows.
	SetWebhook(ctx context.Context, address string) error
}

// Findable is the optional ability of an adapter that can tell people the way to its bot.
type Findable interface {
	// Whereabouts returns the bot's name in the messenger and an address that opens a chat with it; either
	// may be "". It may ask the platform.
	Whereabouts(ctx context.Context) (name, address string, err error)
}

// OpenURL fetches a file that an outbound message names, for platforms that want the bytes. It reads
// nothing yet; the caller closes the body.
func OpenURL(ctx context.Context, client *http.Client, address string) (Media, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Media{}, Failf(Rejected, "media_url", "the file's address is no URL")
	}
	resp, err := client.Do(req)
	if err != nil {
		var withAddress *url.Error // the address may be signed, and so a secret
		if errors.As(err, &withAddress) {
			err = withAddress.Err
		}
		se := AsSendError(err)
		if se.Kind == Uncertain { // nothing was sent to anybody
			return Media{}, &SendError{Kind: Temporary, Code: se.Code, Err: se.Err}
		}
		return Media{}, se
	}
	if resp.StatusCode != http.StatusOK {
		resp.Body.Close()
		if resp.StatusCode >= 500 || resp.StatusCode == http.StatusTooManyRequests {
			return Media{}, Failf(Temporary, "media_url", "the file's server answered %d", resp.StatusCode)
		}
		return Media{}, Failf(Rejected, "media_url", "the file's server answered %d", resp.StatusCode)
	}
	return Media{Body: resp.Body, MIME: resp.Header.Get("Content-Type"), Size: resp.ContentLength}, nil
}
