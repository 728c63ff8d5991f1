package table

import (
	"context"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// Source reads whole objects and single rows, each time in one snapshot: what columns are loaded from.
type Source struct {
	DB     *db.DB
	Tables *Tables
}

const sourceBatch = 4096

// Load hands out all rows of an object in the order of their ids; a batch is the same memory each time.
func (s Source) Load(ctx context.Context, o *object.Object, fields []*object.Field, each func([]*object.Record) error) error {
	return s.DB.Read(ctx, func(r db.Reader) error { return s.Tables.Scan(ctx, r, o, fields, 0, sourceBatch, each) })
}

// Rows reads rows by id; nil stands for one that is missing.
func (s Source) Rows(ctx context.Context, o *object.Object, ids []int64, fields []*object.Field) (out []*object.Record, err error) {
	err = s.DB.Read(ctx, func(r db.Reader) error {
		out, err = s.Tables.ByIDs(r, o, ids, fields)
		return err
	})
	return out, err
}
