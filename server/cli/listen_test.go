package cli

import (
	"net"
	"strings"
	"testing"
)

// An address that is taken is told with what to do about it.
func TestATakenAddressIsTold(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	m := &terminal{t: t, where: []string{"--data", t.TempDir()}}
	if said := m.say(1, "serve", "--listen", l.Addr().String()); !strings.Contains(said, l.Addr().String()) || !strings.Contains(said, "YOUPENG_LISTEN") {
		t.Errorf("said %q", said)
	}
}
