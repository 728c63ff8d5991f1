package cli

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
)

const (
	heapRoom   = 64 << 20 // that the heap may grow between two collections
	leastRoom  = 25       // percent of what lives: below, the collector would work all the time
	mostRoom   = 100      // percent: Go's own
	heapLiving = "/gc/heap/live:bytes"
)

// boundHeap keeps the room that the heap has between two collections the same however much lives. Most of what lives are
// the names that are searched: they have no pointers and cost the collector little, while in Go's own measure each of
// their megabytes would ask for another one beside it. GOGC overrules it.
func boundHeap() {
	if os.Getenv("GOGC") == "" {
		eachCollection(func(living uint64) { debug.SetGCPercent(roomFor(living)) })
	}
}

// roomFor is the heap's growth in percent where so many bytes live.
func roomFor(living uint64) int {
	if living == 0 {
		return mostRoom
	}
	return int(min(max(heapRoom*100/living, leastRoom), mostRoom))
}

// eachCollection runs fn after every collection, with the bytes that it left: each makes what the next will find dead.
func eachCollection(fn func(living uint64)) {
	type mark struct{ self *mark } // has a pointer, so that it lies alone
	runtime.SetFinalizer(new(mark), func(*mark) {
		s := []metrics.Sample{{Name: heapLiving}}
		metrics.Read(s)
		fn(s[0].Value.Uint64())
		eachCollection(fn)
	})
}
