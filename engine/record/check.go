package record

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"youpeng/engine/object"
	"youpeng/platform/db"
)

// The doubts that Doubts answers.
const (
	Unlogged   = "row_unlogged"    // a row that the log does not know
	Vanished   = "row_vanished"    // the log made a record and never purged it, and its row is gone
	Altered    = "row_altered"     // a present value does not follow from the log
	Rewritten  = "log_altered"     // a former value is not the one that was logged
	RevLow     = "rev_low"         // a row of an earlier revision than was logged
	RevHigh    = "rev_high"        // a row of a later revision than was logged
	VersionOff = "version_differs" // a row of another version than was logged
	BinOff     = "bin_differs"     // in the bin and not by the log, or the other way round
)

// Doubt is a record whose row and log do not agree.
type Doubt struct {
	Kind string
	ID   int64
}

// Doubts compares the records between two ids with the log. The batch is all rows between them.
func (e *Engine) Doubts(r db.Reader, o *object.Object, batch []*object.Record, after, to int64) (out []Doubt, err error) {
	known, err := loggedBetween(r, o.Number, after, to)
	if err != nil {
		return nil, err
	}
	for _, rec := range batch {
		k := known[rec.ID]
		delete(known, rec.ID)
		if k == nil {
			out = append(out, Doubt{Unlogged, rec.ID})
			continue
		}
		for kind, is := range map[string]bool{RevLow: rec.Rev < k.rev, RevHigh: rec.Rev > k.rev, VersionOff: rec.Version != k.version, BinOff: (rec.Deleted != 0) != k.binned} {
			if is {
				out = append(out, Doubt{kind, rec.ID})
			}
		}
		broken, err := e.Verify(r, rec)
		if err != nil {
			return nil, err
		}
		if len(broken) > 0 {
			kind := Rewritten
			if len(broken) == 1 {
				kind = Altered // only its last word on a field does not fit what stands there now
			}
			out = append(out, Doubt{kind, rec.ID})
		}
	}
	for id, k := range known {
		if !k.purged {
			out = append(out, Doubt{Vanished, id})
		}
	}
	slices.SortFunc(out, func(a, b Doubt) int {
		if a.ID != b.ID {
			return int(a.ID - b.ID)
		}
		return strings.Compare(a.Kind, b.Kind)
	})
	return out, nil
}

// NeverMade answers which ids of an object no record ever had.
func (e *Engine) NeverMade(r db.Reader, o *object.Object, ids []int64) (out []int64, err error) {
	there, err := e.tables.Versions(r, o, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if _, ok := there[id]; ok {
			continue
		}
		logged, err := everLogged(r, o.Number, id)
		if err != nil {
			return nil, err
		}
		if !logged {
			out = append(out, id)
		}
	}
	return out, nil
}

// Drawn answers the number of a series that a record carries, with the series' name and period; false where it has none
// or one from elsewhere.
func (e *Engine) Drawn(rec *object.Record, f *object.Field) (name, period string, n int64, ok bool) {
	text, _ := rec.At(f).(string)
	made, _ := rec.Values[object.CreatedAt].(int64)
	if f.Series == nil || text == "" || made == 0 {
		return "", "", 0, false
	}
	zone := e.zone
	if zone == nil {
		zone = time.UTC
	}
	n, err := strconv.ParseInt(text[strings.LastIndexByte(text, '-')+1:], 10, 64)
	day := time.UnixMicro(made).In(zone)
	if err != nil || numbered(f.Series, day, n) != text {
		return "", "", 0, false
	}
	return seriesName(rec.Object, f), periodOf(f.Series, day), n, true
}
