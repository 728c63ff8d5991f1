package field

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// What is read the short way is what the long way reads.
func TestCommonPhonesAreReadAsAllAre(t *testing.T) {
	t.Parallel()
	same := func(t interface {
		Helper()
		Fatalf(string, ...any)
	}, s string) bool {
		t.Helper()
		number, common := commonPhone(s)
		if !common {
			return false
		}
		if all, extension, ok := anyPhone(s); !ok || all != number || extension != "" {
			t.Fatalf("%q is %q, and the long way %q %q %v", s, number, all, extension, ok)
		}
		return true
	}
	n := 0
	for area := range 1000 { // every area with its first two digits of numbers of seven and eight
		for head := 20 + area%3; head < 90; head += 3 {
			for _, s := range []string{fmt.Sprintf("0%d-%d%05d", area, head, (area*7919+head)%100_000), fmt.Sprintf("0%d%d%06d", area, head, (area*104_729+head)%1_000_000)} {
				if same(t, s) {
					n++
				}
			}
		}
	}
	if n < 5000 {
		t.Errorf("only %d numbers were read the short way", n)
	}
	for _, s := range []string{"0571-88888888", "010 62345678", "0571 8123-4567", "13800138000", "138-0013 8000"} {
		if _, common := commonPhone(s); !common {
			t.Errorf("%q takes the long way", s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		same(t, rapid.StringMatching(`(0|1|086|86)?[ -]?[0-9]{2,4}[ -]?[0-9]{3,4}[ -]{0,2}[0-9]{3,5}[转#-]?`).Draw(t, "phone"))
	})
}
