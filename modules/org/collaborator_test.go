package org_test

import (
	"context"
	"testing"
	"time"

	"youpeng/engine/access"
	"youpeng/engine/object"
	"youpeng/engine/record"
	"youpeng/modules"
	"youpeng/modules/customers"
	. "youpeng/modules/modulestest"
	"youpeng/modules/org"
	"youpeng/platform/fault"
)

func TestSharing(t *testing.T) {
	Each(t, []modules.Module{org.Module(), customers.Module()}, func(t *testing.T, w *World) {
		c := w.Create(w.Amy, "customer", map[string]any{"name": "华信"})
		sees := func(a *access.Actor) bool {
			_, err := w.Engine.Get(context.Background(), a, "customer", c.UUID, nil, nil)
			return err == nil
		}
		share := func(a *access.Actor, user, right string) error {
			_, err := w.Write(a, record.Op{Do: record.Create, Object: "collaborator", Values: map[string]any{"record": map[string]any{"object": "customer", "id": c.UUID.String()},
				"user": user, "right": right, "until": w.Clock.Now().Add(time.Hour).Format(time.RFC3339)}})
			return err
		}
		w.Must(share(w.Amy, w.Bob.UUID.String(), "write"))
		if !sees(w.Bob) {
			t.Fatal("a shared record is not seen")
		}
		if _, err := w.Set(w.Bob, c, map[string]any{"remark": "x"}); err != nil {
			t.Errorf("shared to write: %v", err)
		}
		if err := share(w.Bob, w.Admin.UUID.String(), "write"); !fault.Has(err, "collaborator.not_yours") {
			t.Errorf("lent on: %v", err)
		}
		if err := share(w.Amy, w.Bob.UUID.String(), "read"); !fault.Has(err, "collaborator.already") {
			t.Errorf("shared twice: %v", err)
		}
		if err := share(w.Amy, w.Amy.UUID.String(), "read"); !fault.Has(err, "collaborator.owner") {
			t.Errorf("shared with its owner: %v", err)
		}
		var s *object.Record
		for _, x := range w.All("collaborator") {
			s = x
		}
		_, err := w.Set(w.Bob, s, map[string]any{"until": nil})
		if !fault.Is(err, fault.Forbidden) {
			t.Errorf("prolonged by whom it is lent to: %v", err)
		}
		_, err = w.Write(w.Amy, record.Op{Do: record.Delete, Object: "customer", UUID: c.UUID})
		w.Must(err)
		if w.Get(s).Deleted == 0 {
			t.Error("a share stays without its record")
		}
		_, err = w.Write(w.Amy, record.Op{Do: record.Restore, Object: "customer", UUID: c.UUID})
		w.Must(err)
		if w.Get(s).Deleted != 0 || !sees(w.Bob) {
			t.Error("a record came back without its share")
		}
		w.Clock.Advance(2 * time.Hour)
		if sees(w.Bob) {
			t.Error("a share outlived its time")
		}
		w.Sound()
	})
}
