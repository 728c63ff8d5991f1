package changelog

import (
	"context"

	"youpeng/engine/column"
	"youpeng/engine/object"
	"youpeng/platform/fault"
)

// Journal tells columns of the log, so that they can judge their snapshots.
type Journal struct {
	Log func() *Log // nil until it is open
	// Seen answers the last commit of all that the columns contain, where other nodes write too; nil where the one writer
	// applies what it commits.
	Seen func() int64
}

var errClosed = fault.New(fault.Unavailable, "unavailable")

// Applied answers a place up to which the columns contain every commit.
func (j Journal) Applied(ctx context.Context) (column.Place, error) {
	if j.Seen == nil {
		return j.Last(ctx)
	}
	l := j.Log()
	if l == nil {
		return column.Place{}, errClosed
	}
	p, found, err := l.At(ctx, j.Seen())
	if err == nil && !found {
		err = errClosed
	}
	return column.Place(p), err
}

// Last numbers all that is committed and answers the last place.
func (j Journal) Last(ctx context.Context) (column.Place, error) {
	l := j.Log()
	if l == nil {
		return column.Place{}, errClosed
	}
	p, err := l.Last(ctx)
	return column.Place(p), err
}

// Holds says whether the log has a place.
func (j Journal) Holds(ctx context.Context, p column.Place) (bool, error) {
	if l := j.Log(); l != nil {
		return l.Holds(ctx, Place(p))
	}
	return false, errClosed
}

// Touched answers the records of an object changed after a number or by commits that have none yet, at most so many.
func (j Journal) Touched(ctx context.Context, o *object.Object, after int64, limit int) ([]int64, error) {
	if l := j.Log(); l != nil {
		return l.Touched(ctx, o.Number, after, limit)
	}
	return nil, errClosed
}
