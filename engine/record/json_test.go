package record

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"github.com/google/uuid"
)

// What the kinds of fields answer is written without reflection, and reads as if it were not.
func TestViewsAreWrittenAsJSON(t *testing.T) {
	t.Parallel()
	for _, v := range []any{
		nil, "", "a \"quoted\" <b> & \\ 名\n\x01\u2028", true, int64(-7), 1.5, []string{"x"}, uuid.Nil, json.Number("12"),
		[]any{}, []any{"a", nil, map[string]any{"id": nil, "no_right": true}},
		map[string]any{"z": []any{int64(1)}, "a": map[string]any{"b": false}}, (*View)(nil),
		&View{names: []string{"n", "o"}, values: []any{"x", &View{names: []string{"m"}, values: []any{[]*View{nil}}}}},
	} {
		mine, err := appendJSON(nil, v)
		whole, other := json.Marshal(v)
		var a, b any
		if err := errors.Join(err, other, json.Unmarshal(mine, &a), json.Unmarshal(whole, &b)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s and not %s", mine, whole)
		}
	}
	if _, err := appendJSON(nil, []any{func() {}}); err == nil {
		t.Error("a function was written")
	}
}
