package relay

import (
	"sync"
	"sync/atomic"
	"time"
)

// Counters tell what a link has done since the bridge started.
type Counters struct {
	In      atomic.Uint64 // messages taken from where they come from
	Out     atomic.Uint64 // messages handed over, and acknowledged where the other side does so
	Bytes   atomic.Uint64 // of those handed over
	Lost    atomic.Uint64 // messages that came to nothing: overwritten, too large, or sent into a connection that broke
	Dropped atomic.Uint64 // messages that have been here before: echoes and repetitions
	Lag     atomic.Uint64 // messages that wait to be taken
	Spooled atomic.Uint64 // messages that wait in the spool
	Retries atomic.Uint64 // sessions that ended with an error

	mutex     sync.Mutex
	condition string
	since     time.Time
}

// Set says in a few words how the link is.
func (c *Counters) Set(condition string) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.condition != condition {
		c.condition, c.since = condition, time.Now()
	}
}

// Condition gives what Set has said, and since when that is so.
func (c *Counters) Condition() (string, time.Time) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.condition, c.since
}

// Running is the condition of a link at work.
const Running = "running"

const waitsForServer = "waits for the server"
