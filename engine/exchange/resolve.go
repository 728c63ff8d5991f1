package exchange

import (
	"context"
	"strings"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/query"
	"youpeng/platform/db"
	"youpeng/platform/fault"
	"youpeng/platform/hanzi"
)

// names finds records by what people call them: users by name or e-mail, others by their title, within rights.
type names struct {
	deps  *Deps
	actor *access.Actor
	users map[string]string            // folded name or e-mail → id; "" where several bear it
	ids   map[string]int64             // private ids of users
	known map[string]map[string]string // object → folded title → id, of the rows at hand
}

// loadUsers reads the people who work here. They are few beside the rows, and each is asked for many times.
func (n *names) loadUsers(ctx context.Context) error {
	n.users, n.ids = map[string]string{}, map[string]int64{}
	n.known = map[string]map[string]string{}
	o := n.deps.Engine.Catalog().Object("user")
	if o == nil {
		return nil
	}
	return n.deps.DB.Read(ctx, func(r db.Reader) error {
		return n.deps.Tables.Scan(ctx, r, o, nil, 0, 256, func(list []*object.Record) error {
			for _, u := range list {
				if u.Deleted != 0 {
					continue
				}
				n.ids[u.UUID.String()] = u.ID
				put(n.users, u.Title(), u.UUID.String())
				for _, f := range o.Fields {
					if items, ok := u.At(f).([]object.Item); ok && f.Kind == object.KindEmail {
						for _, it := range items {
							put(n.users, it.Value, u.UUID.String())
						}
					}
				}
			}
			return nil
		})
	})
}

func put(m map[string]string, name, id string) {
	key := hanzi.Fold(strings.TrimSpace(name))
	if was, there := m[key]; there && was != id {
		id = ""
	}
	m[key] = id
}

// look finds the records of an object that bear some titles.
func (n *names) look(ctx context.Context, o *object.Object, titles []string) error {
	found := map[string]string{}
	n.known[o.Name] = found
	for len(titles) > 0 {
		part := titles[:min(len(titles), query.MaxValues)]
		titles = titles[len(part):]
		values := make([]any, len(part))
		for i, s := range part {
			values[i] = s
		}
		q, err := n.deps.Parser(ctx, n.actor).Question(o, query.Request{Filter: map[string]any{"field": o.Title, "op": "in", "value": values}})
		if err != nil {
			return err
		}
		q.Limit = 2 * query.MaxValues
		page, _, err := n.deps.Engine.Ask(ctx, n.actor, q, []string{"id"}, nil)
		if err != nil {
			return err
		}
		for _, v := range page.Data {
			put(found, v.Record.Title(), v.ID().String())
		}
	}
	return nil
}

// id answers the id of the record that a cell of a link field names.
func (n *names) id(f *object.Field, cell string) (string, *fault.Field) {
	if _, err := uuid.Parse(cell); err == nil && len(cell) == 36 {
		return cell, nil
	}
	list := n.known[f.Target]
	if f.Kind == object.KindOwner || f.Target == "user" {
		list = n.users
	}
	switch id, there := list[hanzi.Fold(cell)]; {
	case !there:
		return "", &fault.Field{Path: f.Name, Code: "import.link_unknown"}
	case id == "":
		return "", &fault.Field{Path: f.Name, Code: "import.link_several"}
	default:
		return id, nil
	}
}

// linkCells cuts a cell of a link field into what it names.
func linkCells(f *object.Field, cell string) []string {
	if f.Kind == object.KindLinks {
		return parts(cell)
	}
	if cell = strings.TrimSpace(cell); cell == "" {
		return nil
	}
	return []string{cell}
}
