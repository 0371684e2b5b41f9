package dialog

// Teacher is the optional ability of an Author whose files hold example sentences of intents.
type Teacher interface {
	// Intents are the names of the intents in the files, in their order. Files with mistakes have those
	// that can be read.
	Intents(files map[string][]byte) []string
	// AddExample returns the files with a sentence more in an intent; comments and layout stay as they are.
	// It returns an error that says where, if the intent cannot take one.
	AddExample(files map[string][]byte, intent, locale, text string) (map[string][]byte, error)
}
