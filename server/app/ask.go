package app

import (
	"context"

	"github.com/google/uuid"

	"youpeng/engine/access"
	"youpeng/engine/field"
	"youpeng/engine/query"
	"youpeng/platform/db"
)

// Parser turns what an asker wrote into a checked question within their rights.
func (s *Space) Parser(ctx context.Context, a *access.Actor) *query.Parser {
	return &query.Parser{Catalog: s.Engine.Catalog(), Context: s.values(ctx, a), Sight: a.Sight, Reads: a.Reads, Who: a.Digest, Key: s.CursorKey()}
}

// values is what reading an asker's values needs to know.
func (s *Space) values(ctx context.Context, a *access.Actor) *field.Context {
	cat := s.Engine.Catalog()
	f := &field.Context{Now: s.Now(), Zone: a.Zone, Locale: a.Locale, Currency: cat.Currency, Catalog: cat}
	f.Resolve = func(name string, id uuid.UUID) (found int64, ok bool) {
		o := cat.Object(name)
		if o == nil {
			return 0, false
		}
		err := s.DB.Read(ctx, func(r db.Reader) error {
			ids, err := s.Tables.IDs(r, o, []uuid.UUID{id})
			found, ok = ids[id]
			return err
		})
		return found, ok && err == nil
	}
	f.Owners = func(word string) ([]int64, bool) {
		switch word {
		case "me":
			return a.Reach[access.Own], true
		case "my_subordinates":
			return a.Reach[access.OwnBelow], true
		case "my_department":
			return a.Reach[access.Department], true
		}
		return nil, false
	}
	return f
}
