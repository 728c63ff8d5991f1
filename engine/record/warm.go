package record

import (
	"context"

	"youpeng/engine/access"
	"youpeng/engine/column"
	"youpeng/engine/object"
)

// warm has the columns of an object, of what it links to and of its lines loaded before a snapshot is opened: loading
// needs a snapshot of its own, and whoever holds one while waiting for another could wait for ever.
func (e *Engine) warm(ctx context.Context, a *access.Actor, objects ...*object.Object) error {
	cat := e.Catalog()
	seen := map[*object.Object]bool{nil: true}
	touch := func(o *object.Object) error {
		if seen[o] {
			return nil
		}
		seen[o] = true
		if _, _, err := e.columns.May(ctx, a, o, 1, column.Updating); err != nil {
			return err
		}
		_, err := e.columns.Sees(ctx, a, o, 1)
		return err
	}
	for _, o := range objects {
		if err := touch(o); err != nil || o == nil {
			return err
		}
		for _, f := range o.Fields {
			if err := touch(cat.Object(f.Target)); err != nil {
				return err
			}
			for _, name := range f.Targets {
				if err := touch(cat.Object(name)); err != nil {
					return err
				}
			}
		}
		for _, name := range o.Details {
			if err := e.warm(ctx, a, cat.Object(name)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *Engine) warmOps(ctx context.Context, w *Write, ops []Op) error {
	warmed := map[string]bool{}
	for i := range ops {
		if name := ops[i].Object; !warmed[name] {
			warmed[name] = true
			if o := e.Catalog().Object(name); o != nil {
				if err := e.warm(ctx, w.Actor, o); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
