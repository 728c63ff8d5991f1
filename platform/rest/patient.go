package rest

import (
	"io"
	"net/http"
	"time"
)

// Patience is how long a body may take before its bytes must have come at a pace that a poor connection has, too.
const Patience = 30 * time.Second

// slowest is that pace, in bytes a second.
const slowest = 16 << 10

// Patient bounds how long bodies take to arrive: so long, and a second more for each so many bytes. Whoever sends less
// keeps no connection and no work open. Bodies that nobody reads are bounded alike.
func Patient(next http.Handler, patience time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body != nil && r.Body != http.NoBody {
			b := &arriving{body: r.Body, out: http.NewResponseController(w), until: time.Now().Add(patience)}
			b.extend(0)
			r.Body = b
		}
		next.ServeHTTP(w, r)
	})
}

// arriving is a body on its way.
type arriving struct {
	body  io.ReadCloser
	out   *http.ResponseController
	until time.Time
	ended bool
}

// extend moves the deadline by what arrived. A connection that knows no deadlines has none.
func (b *arriving) extend(n int) {
	b.until = b.until.Add(time.Duration(n) * time.Second / slowest)
	_ = b.out.SetReadDeadline(b.until)
}

func (b *arriving) Read(p []byte) (int, error) {
	n, err := b.body.Read(p)
	switch {
	case err == io.EOF && !b.ended:
		b.ended = true
		_ = b.out.SetReadDeadline(time.Time{}) // from here the connection is only watched for its end
	case err == nil && n > 0:
		b.extend(n)
	}
	return n, err
}

func (b *arriving) Close() error { return b.body.Close() }
