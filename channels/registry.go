package channels

import "dari/bot/settings"

// Registry is the ordered list of channel types that a Dari knows.
type Registry = settings.Registry[Type]

// NewRegistry lists the types in the order of the console.
func NewRegistry(types ...Type) (*Registry, error) { return settings.NewRegistry("channel", types...) }
