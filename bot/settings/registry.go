package settings

import "fmt"

// Registry is an ordered list of types, of channels or of engines, each with a name of its own.
type Registry[T interface{ Name() string }] struct {
	types  []T
	byName map[string]T
}

// NewRegistry keeps the given order, which is the order in the console. Two types of one name are an error.
func NewRegistry[T interface{ Name() string }](what string, types ...T) (*Registry[T], error) {
	r := &Registry[T]{types: types, byName: map[string]T{}}
	for _, t := range types {
		if _, twice := r.byName[t.Name()]; twice {
			return nil, fmt.Errorf("%s type %q is listed twice", what, t.Name())
		}
		r.byName[t.Name()] = t
	}
	return r, nil
}

// Types returns all types in order.
func (r *Registry[T]) Types() []T { return r.types }

// Names returns the names of all types in order.
func (r *Registry[T]) Names() []string {
	names := make([]string, len(r.types))
	for i, t := range r.types {
		names[i] = t.Name()
	}
	return names
}

// Type returns the type of that name, the zero T (nil for an interface) if there is none.
func (r *Registry[T]) Type(name string) T { return r.byName[name] }
