package cli

import (
	"runtime"
	"testing"
)

func TestTheHeapHasTheSameRoom(t *testing.T) {
	t.Parallel()
	for living, want := range map[uint64]int{0: 100, 10 << 20: 100, 64 << 20: 100, 128 << 20: 50, 160 << 20: 40, 1 << 30: 25} {
		if got := roomFor(living); got != want {
			t.Errorf("%d MB live: %d %%, not %d", living>>20, got, want)
		}
	}
	told := make(chan uint64, 8)
	eachCollection(func(living uint64) {
		select {
		case told <- living:
		default:
		}
	})
	for range 2 { // it goes on after the first
		runtime.GC()
		if living := <-told; living == 0 {
			t.Error("nothing lives")
		}
	}
}
