package naverworks

import (
	"mime"
	"net/url"
	"path"
	"slices"
	"strings"
	"unicode"

	"dari/bot/message"
	"dari/channels"
)

// blocked are the extensions that the platform refuses unless an administrator lets them through:
// https://developers.worksmobile.com/en/docs/bot-send-file
var blocked = []string{".bat", ".cmd", ".com", ".cpl", ".exe", ".scr", ".js", ".vbs", ".wsf", ".hta"}

// misfitFile looks at what the message says about its file.
func misfitFile(m message.Message) *channels.SendError {
	if u, err := url.Parse(m.URL); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
		return refuse("url", "must be an https address")
	}
	if m.Type != message.TypeFile {
		return nil
	}
	for _, named := range []struct{ field, ext string }{
		{"url", extension(m.URL)}, {"name", strings.ToLower(path.Ext(m.Name))},
	} {
		if slices.Contains(blocked, named.ext) {
			return refuse(named.field, "ends in %s, a kind of file that NAVER WORKS refuses; send it packed, as a .zip file", named.ext)
		}
	}
	return nil
}

// needsUpload tells whether the platform cannot fetch the file of the message itself. It insists on a
// preview, a PNG, for pictures and videos, and tells what a file is by its address:
// https://developers.worksmobile.com/en/docs/bot-send-image,
// https://developers.worksmobile.com/jp/docs/bot-send-file
func needsUpload(m message.Message) bool {
	switch m.Type {
	case message.TypeImage, message.TypeVideo:
		return !linkable(m.URL) || !pngLink(m.PreviewURL)
	case message.TypeAudio:
		return !linkable(m.URL)
	case message.TypeFile:
		return !linkable(m.URL) || extension(m.URL) == ""
	}
	return false
}

// fileContent is the content of a picture, video, sound or file, whose types have the platform's names.
func fileContent(m message.Message, fileID string) outContent {
	c := outContent{Type: string(m.Type), FileID: fileID}
	if fileID != "" {
		return c
	}
	c.OriginalContentURL = m.URL
	if m.Type == message.TypeImage || m.Type == message.TypeVideo {
		c.PreviewImageURL = m.PreviewURL
	}
	return c
}

// extensions are the usual ones of what is sent in chats; package mime's depend on the machine.
var extensions = map[string]string{
	"image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif", "image/webp": ".webp",
	"video/mp4": ".mp4", "video/quicktime": ".mov", "video/webm": ".webm",
	"audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/wav": ".wav", "audio/wave": ".wav", "audio/x-wav": ".wav",
	"application/pdf": ".pdf", "application/zip": ".zip", "text/plain": ".txt", "text/csv": ".csv",
}

// maxName is what file systems take of a name in Hangul, which has three bytes a syllable.
const maxName = 80

// fileName is the name to upload a file under: the message's, the address's, or the type's, with an
// extension, by which members' devices know what to do with it.
func fileName(m message.Message, kind string) string {
	name := clean(m.Name)
	if u, err := url.Parse(m.URL); err == nil && name == "" {
		name = clean(u.Path)
	}
	if name == "" || len([]rune(name)) > maxName {
		name = string(m.Type) + path.Ext(name)
	}
	if path.Ext(name) == "" {
		name += extensions[mediaType(kind)]
	}
	return name
}

// clean is the last part of a path, without what has no place in a name.
func clean(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return -1
		}
		return r
	}, name)
	if strings.Trim(name, "./ ") == "" {
		return ""
	}
	return name
}

func mediaType(contentType string) string {
	t, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return ""
	}
	return t
}
