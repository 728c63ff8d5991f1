package field

import (
	"strconv"

	"youpeng/engine/object"
)

// links names several records of one object: [{"id","title","label","item"}], where the id is the record's and the
// label its role. Written as ids or {"id","label"}; one that the asker may not see is kept by its "item".
type links struct{}

var linksKind = items{traits{object.KindLinks, listOps, false, List}, links{}}

func (links) read(f *object.Field, path string, in any, _ *object.Item, c *Context) (object.Item, error) {
	id, err := target(path, f.Target, in, c)
	if err != nil {
		return object.Item{}, err
	}
	return object.Item{Link: id.(int64)}, nil
}

func (links) same(it object.Item) string { return strconv.FormatInt(it.Link, 10) }

func (links) write(f *object.Field, it object.Item, c *Context) any {
	m := linked(f.Target, it.Link, c)
	m["item"] = strconv.FormatInt(it.ID, 10)
	if it.Label != "" || len(f.Labels) > 0 {
		m["label"] = it.Label
	}
	return m
}

func (links) mask(object.Item) string { return "***" }

func (links) compare(f *object.Field, in any, c *Context) (any, error) { return compareLink(f, in, c) }

func (links) schema(f *object.Field) map[string]any { return linkSchema(f.Target) }
