package modules

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"youpeng/engine/record"
	"youpeng/platform/fault"
)

// Only refuses what the body of a verb holds beside some names.
func Only(body map[string]any, names ...string) error {
	var faults []fault.Field
	for _, name := range slices.Sorted(maps.Keys(body)) {
		if !slices.Contains(names, name) {
			faults = append(faults, fault.Field{Path: name, Code: "field.unknown"})
		}
	}
	return fault.Faulty(faults)
}

// Change changes the record of a verb as the caller would, with what the program sets beside it, and answers the record
// as it is then.
func Change(ctx context.Context, c *record.Call, values, set map[string]any) (*record.Result, error) {
	w := c.Base
	w.Ops = []record.Op{{Do: record.Update, Object: c.Record.Object.Name, UUID: c.Record.UUID, Version: c.Record.Version, Values: values, Set: set}}
	w.Answer = func(r *record.Result) ([]byte, error) { return json.Marshal(r.Outcomes[0].View) }
	return c.Engine.Write(ctx, &w)
}
