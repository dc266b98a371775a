package shmbroker

import (
	"context"
	"sync"
	"time"
	"unsafe"
)

// rawBatches are what WriteBatch describes messages in to the DLL, of one call after the other.
var rawBatches = sync.Pool{New: func() any { return new([]shmMessage) }}

// WriteBatch writes several messages, in their order, with the cost of few. It tells how many were published: with an
// error, those before the one that failed.
func (c *Channel) WriteBatch(ctx context.Context, messages [][]byte) (int, error) {
	room := rawBatches.Get().(*[]shmMessage)
	defer rawBatches.Put(room)
	if cap(*room) < len(messages) {
		*room = make([]shmMessage, len(messages))
	}
	raw := (*room)[:len(messages)]
	for i, message := range messages {
		each := &raw[i]
		each.size = uint32(unsafe.Sizeof(*each))
		each.data = pointer(message)
		each.length = uintptr(len(message))
	}
	done := 0
	_, err := c.write(ctx, func(timeoutMs uint32, _ bool) Status {
		rest := raw[done:]
		if len(rest) == 0 {
			return _SHM_OK
		}
		var written uint32
		status := shmWriteBatch(c.handle, &rest[0], uint32(len(rest)), &written, timeoutMs)
		done += int(written)
		return status
	})
	for i := range raw { // what it refers to can be forgotten
		raw[i] = shmMessage{}
	}
	return done, err
}

// A Message is one of a batch.
type Message struct {
	Data        []byte
	Sequence    uint64    // its number in its channel, from 1
	Time        time.Time // of its commit; zero if its writer is not Timed
	Lost        bool      // messages before this one were lost to this slow reader
	Redelivered bool      // a reader that took this message before died, or gave it back
}

// A Batch is room for messages, to be used again and again.
type Batch struct {
	buffer   []byte
	raw      []shmMessage
	messages []Message
}

// NewBatch makes room for so many messages, which have so many bytes when each is rounded up to a multiple of 8.
func NewBatch(messages, bytes int) *Batch {
	return &Batch{
		// One byte more than is used: an empty message may come behind all others, and Go allows no pointer to what is
		// behind its memory.
		buffer:   make([]byte, bytes+1),
		raw:      make([]shmMessage, messages),
		messages: make([]Message, messages),
	}
}

// ReadBatch reads as many messages as there are and as fit. It waits for the first one only. They are in the batch's
// own memory, until it is used again.
func (c *Channel) ReadBatch(ctx context.Context, batch *Batch) ([]Message, News, error) {
	if len(batch.raw) == 0 {
		return nil, NoNews, failed(ErrArgument)
	}
	first := &batch.raw[0]
	var count uint32
	news, err := c.read(ctx, func(timeoutMs uint32, _ bool) Status {
		first.size = uint32(unsafe.Sizeof(*first))
		return shmReadBatch(c.handle, first, uint32(len(batch.raw)), pointer(batch.buffer),
			uintptr(len(batch.buffer)-1), &count, timeoutMs)
	})
	if err != nil {
		return nil, NoNews, withSize(err, first.length)
	}
	messages := batch.messages[:count]
	raw := batch.raw[:len(messages)]
	for i := range messages {
		messages[i].set(&raw[i])
	}
	return messages, news, nil
}

// timeOf converts 100 ns since 1601, as Windows counts.
func timeOf(timestamp uint64) time.Time {
	const perSecond = 10_000_000
	const from1601To1970 = 11_644_473_600
	return time.Unix(int64(timestamp/perSecond)-from1601To1970, int64(timestamp%perSecond)*100)
}

func (m *Message) set(raw *shmMessage) {
	m.Data = unsafe.Slice((*byte)(raw.data), raw.length)
	m.Sequence = raw.sequence
	m.Lost = raw.flags&_SHM_MESSAGE_LOST != 0
	m.Redelivered = raw.flags&_SHM_MESSAGE_REDELIVERED != 0
	if raw.timestamp != 0 {
		m.Time = timeOf(raw.timestamp)
	} else {
		m.Time = time.Time{}
	}
}
