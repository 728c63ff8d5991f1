package column

import "syscall"

// hugeFrom is the size from which an array may lie in large pages: filling and reading it at random cost less so, and
// what its last page holds too much is small against it.
const hugeFrom = 8 << 20

// huge asks for large pages; where there are none nothing is lost.
func huge(b []byte) {
	if len(b) >= hugeFrom {
		_ = syscall.Madvise(b, syscall.MADV_HUGEPAGE)
	}
}
