// Package local is what the bridge needs of ShmBroker: channels by name. Shm opens real ones; package memory has some for
// tests that need no Windows.
package local

import (
	"context"
	"errors"
	"time"
)

// A Kind is what a channel is.
type Kind string

const (
	Topic Kind = "topic"
	Queue Kind = "queue"
	Block Kind = "block"
)

// Info tells what a channel is.
type Info struct {
	Name       string
	Kind       Kind
	MaxMessage int64
	Instance   uint64 // another one each time that the channel's memory is made
}

// A Message is what was read. Data is the channel's own, until the next read.
type Message struct {
	Data        []byte
	Sequence    uint64    // its number in its channel, from 1
	Time        time.Time // of its commit; zero where its writer gives none
	Redelivered bool      // a queue's: a reader that had taken it died, or gave it back
}

// Want says how to open a channel.
type Want struct {
	Kind      Kind
	Read      bool
	Write     bool
	Exclusive bool // be the only writer
	Next      bool // read from the next write on, not from the oldest message kept
}

// A Channel is open for what was asked. A failure other than of a context means that it is to be opened anew.
type Channel interface {
	Info() Info
	// Read gives as many messages as there are and as fit, and waits for the first one until ctx is done. Of a block it
	// waits for a change.
	Read(ctx context.Context) ([]Message, error)
	// Write writes messages in their order, and tells how many were published.
	Write(ctx context.Context, messages [][]byte) (int, error)
	// Peek gives a queue's next message, and keeps it until Release or the end of this process.
	Peek(ctx context.Context) (Message, error)
	Release() error
	// Sequence gives the number of the last message that anybody has published.
	Sequence() (uint64, error)
	Close()
}

// An Opener opens channels.
type Opener interface {
	Open(name string, want Want) (Channel, error)
	List() ([]Info, error)
}

// ErrTooLarge is of a message that is larger than a channel takes.
var ErrTooLarge = errors.New("larger than the channel's largest message")
