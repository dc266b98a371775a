package relay

import (
	"bytes"
	"sync"

	"github.com/nats-io/nats.go"
)

// OwnWrites knows what this bridge has written into channels that it also reads: so it is not sent back as if a program
// had written it. A channel's memory has no place for that, and a writer is not told the number of its message; but it
// lies between the channel's numbers before and after the write, and the order is the same.
//
// SUBTLE: where a program writes the same bytes as the bridge in that time, either of the two is taken for the bridge's.
type OwnWrites struct {
	mutex    sync.Mutex
	channels map[string]*[]*ownWrite
}

type ownWrite struct {
	after  uint64 // the channel's number before the write
	until  uint64 // and behind it; 0: the write goes on
	data   []byte
	header nats.Header
}

const mostOwnWrites = 1 << 16

// NewOwnWrites begins to watch these channels: those that the bridge both reads and writes.
func NewOwnWrites(channels []string) *OwnWrites {
	own := &OwnWrites{channels: map[string]*[]*ownWrite{}}
	for _, each := range channels {
		own.channels[each] = &[]*ownWrite{}
	}
	return own
}

func (o *OwnWrites) covers(channel string) bool { return o.channels[channel] != nil }

// begin notes messages that are about to be written.
func (o *OwnWrites) begin(channel string, after uint64, messages []*nats.Msg) []*ownWrite {
	if !o.covers(channel) {
		return nil
	}
	begun := make([]*ownWrite, len(messages))
	for i, each := range messages {
		begun[i] = &ownWrite{after: after, data: each.Data, header: each.Header}
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	list := append(*o.channels[channel], begun...)
	if len(list) > mostOwnWrites {
		list = list[len(list)-mostOwnWrites:]
	}
	*o.channels[channel] = list
	return begun
}

// end says how many of them were written, and the channel's number by now.
func (o *OwnWrites) end(channel string, begun []*ownWrite, written int, until uint64) {
	if len(begun) == 0 {
		return
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	for i, each := range begun {
		each.until = until
		if i >= written {
			each.until = each.after // none lies between the two
		}
	}
}

// take tells whether a message that was read is one of them, and gives its headers.
func (o *OwnWrites) take(channel string, sequence uint64, data []byte) (nats.Header, bool) {
	if !o.covers(channel) {
		return nil, false
	}
	o.mutex.Lock()
	defer o.mutex.Unlock()
	list := *o.channels[channel]
	for len(list) > 0 && list[0].until != 0 && list[0].until < sequence {
		list = list[1:]
	}
	*o.channels[channel] = list
	for i, each := range list {
		if sequence > each.after && (each.until == 0 || sequence <= each.until) && bytes.Equal(each.data, data) {
			copy(list[1:i+1], list[:i])
			*o.channels[channel] = list[1:]
			return each.header, true
		}
	}
	return nil, false
}
