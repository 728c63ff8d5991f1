package mail

import (
	"context"
	"log/slog"
	"time"
)

// How often a message is tried, how long one try may take, and how many messages may wait.
const (
	tries   = 3
	patient = 30 * time.Second
	waiting = 1000
)

// Outbox sends in the background: no request waits for a mail server, and no answer's time tells whether there was
// something to send. What waits when the program ends is lost; whoever misses a link asks again.
type Outbox struct {
	server *SMTP
	log    *slog.Logger
	queue  chan Message
	stop   context.CancelFunc
	done   chan struct{}
}

// NewOutbox begins to send what is put into it.
func NewOutbox(server *SMTP, log *slog.Logger) *Outbox {
	ctx, stop := context.WithCancel(context.Background())
	o := &Outbox{server: server, log: log, queue: make(chan Message, waiting), stop: stop, done: make(chan struct{})}
	go o.run(ctx)
	return o
}

// Put takes a message, and answers false when too many wait.
func (o *Outbox) Put(m Message) bool {
	select {
	case o.queue <- m:
		return true
	default:
		o.log.Warn("the outbox is full")
		return false
	}
}

// Close ends the sending.
func (o *Outbox) Close() {
	o.stop()
	<-o.done
}

func (o *Outbox) run(ctx context.Context) {
	defer close(o.done)
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-o.queue:
			o.deliver(ctx, m)
		}
	}
}

func (o *Outbox) deliver(ctx context.Context, m Message) {
	for try := 1; ; try++ {
		one, cancel := context.WithTimeout(ctx, patient)
		err := o.server.Send(one, m)
		cancel()
		if err == nil || ctx.Err() != nil {
			return
		}
		o.log.Error("a message could not be sent", "try", try, "error", err)
		if try == tries {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(try) * 2 * time.Second):
		}
	}
}
