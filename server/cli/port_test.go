package cli

import (
	"net"
	"testing"
)

// freePort is a port that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

func TestSizesOfMemory(t *testing.T) {
	t.Parallel()
	for size, want := range map[string]int64{"": 0, "512": 512, "64k": 64 << 10, "700M": 700 << 20, "4G": 4 << 30, "M": -1, "-1G": -1, "1.5G": -1, "99999999999G": -1} {
		if got, err := bytesOf(size); (err != nil) != (want < 0) || err == nil && got != want {
			t.Errorf("%q is %d, %v; want %d", size, got, err, want)
		}
	}
}
