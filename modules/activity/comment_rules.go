package activity

import (
	"youpeng/engine/record"
	"youpeng/platform/fault"
)

// commentHolds refuses to comment on what is in the bin. Check.
func commentHolds(c *record.Change) error {
	if c.New == nil || c.Old != nil {
		return nil
	}
	about, err := c.Read.Linked(c.New, "record")
	if err == nil && about != nil && about.Deleted != 0 {
		err = fault.New(fault.Conflict, "record.binned")
	}
	return err
}
