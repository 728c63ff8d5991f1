package catalog

import (
	"context"

	"youpeng/platform/db"
)

// Unknown lists the objects that the database gives a number to and the catalog does not know.
func (s *Store) Unknown(ctx context.Context) (names []string, err error) {
	cat := s.Current()
	err = s.db.Read(ctx, func(r db.Reader) error {
		rows, err := r.Query("SELECT name FROM sys_object ORDER BY number")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				return err
			}
			if cat.Object(name) == nil {
				names = append(names, name)
			}
		}
		return rows.Err()
	})
	return names, err
}
