package relay

import (
	"context"
	"time"
)

// A limiter lets so many messages a second through, and holds back the others.
type limiter struct {
	rate int // 0: any
	free time.Time
}

// pass waits until count more messages may go.
func (l *limiter) pass(ctx context.Context, count int) {
	if l.rate == 0 {
		return
	}
	now := time.Now()
	if l.free.Before(now) {
		l.free = now
	}
	if wait := l.free.Sub(now); wait > 0 {
		sleep(ctx, wait)
	}
	l.free = l.free.Add(time.Duration(count) * time.Second / time.Duration(l.rate))
}
