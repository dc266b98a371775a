package relay

import (
	"context"
	"math/rand"
	"time"
)

// A Pause is what lies between two tries: each is longer, up to a limit, and by chance somewhat shorter, so that many
// bridges do not come at once.
type Pause struct {
	first, longest, next time.Duration
}

// NewPause begins with the shortest.
func NewPause(first, longest time.Duration) *Pause { return &Pause{first, longest, first} }

// Reset begins anew.
func (p *Pause) Reset() { p.next = p.first }

// Wait waits, until ctx is done at most.
func (p *Pause) Wait(ctx context.Context) {
	length := p.next/2 + time.Duration(rand.Int63n(int64(p.next/2)+1))
	if p.next *= 2; p.next > p.longest {
		p.next = p.longest
	}
	sleep(ctx, length)
}

func sleep(ctx context.Context, length time.Duration) {
	timer := time.NewTimer(length)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
