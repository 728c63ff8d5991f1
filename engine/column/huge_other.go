//go:build !linux

package column

// huge asks for large pages where a system has them.
func huge([]byte) {}
