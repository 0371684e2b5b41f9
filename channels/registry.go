package channels

import "fmt"

// Registry is the ordered list of channel types that a Dari knows.
type Registry struct {
	types  []Type
	byName map[string]Type
}

// NewRegistry keeps the given order, which is the order in the console. Two types of one name are an error.
func NewRegistry(types ...Type) (*Registry, error) {
	r := &Registry{types: types, byName: map[string]Type{}}
	for _, t := range types {
		if r.byName[t.Name()] != nil {
			return nil, fmt.Errorf("channel type %q is listed twice", t.Name())
		}
		r.byName[t.Name()] = t
	}
	return r, nil
}

// Types returns all types in order.
func (r *Registry) Types() []Type { return r.types }

// Type returns the type of that name, nil if unknown.
func (r *Registry) Type(name string) Type { return r.byName[name] }
