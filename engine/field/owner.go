package field

import (
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// owner is a link to a user. Filters also take me, my_subordinates and my_department.
type owner struct{ link }

var ownerKind = owner{link{ofInt{traits{object.KindOwner, equalOps, true, Link}}}}

// OwnerWords are what stands for users in filters.
var OwnerWords = []string{"me", "my_subordinates", "my_department"}

func (owner) Define(*object.Field) error { return nil }

func (owner) Compare(f *object.Field, in any, c *Context) (any, error) {
	if word, ok := in.(string); ok {
		if ids, ok := c.owners(word); ok {
			return alternatives(ids), nil
		}
	}
	if _, ok := publicID(in); !ok {
		return nil, fault.Invalid(f.Name, "owner.id", "words", OwnerWords)
	}
	return compareLink(f, in, c)
}

func alternatives[T any](list []T) []any {
	out := make([]any, len(list))
	for i, v := range list {
		out[i] = v
	}
	return out
}
