// Package memory has channels in this process's own memory, which keep ShmBroker's promises: for tests.
package memory

import (
	"context"
	"fmt"
	"sync"

	"shmbridge/internal/local"
)

// A Broker has channels.
type Broker struct {
	mutex    sync.Mutex
	channels map[string]*Channel
	made     uint64
}

// A Channel is one that opened ones refer to.
type Channel struct {
	broker    *Broker
	info      local.Info
	capacity  int // messages
	overwrite bool
	changed   chan struct{} // closed and made anew at each change
	kept      [][]byte
	first     uint64 // number of the first one kept
	sequence  uint64
	readers   map[*opened]bool
	writers   int
	exclusive bool
	claimed   map[uint64]bool
	returned  map[uint64]bool
	done      map[uint64]bool
	ended     bool
}

// NewBroker makes one without channels.
func NewBroker() *Broker { return &Broker{channels: map[string]*Channel{}} }

// Add makes a channel, or makes one anew: those that have the old one open find it ended.
func (b *Broker) Add(name string, kind local.Kind, capacity int, overwrite bool) *Channel {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	if old := b.channels[name]; old != nil {
		old.ended = true
		old.change()
	}
	b.made++
	channel := &Channel{
		broker:    b,
		info:      local.Info{Name: name, Kind: kind, MaxMessage: 64 * 1024, Instance: 0xC0FFEE00 + b.made},
		capacity:  capacity,
		overwrite: overwrite,
		changed:   make(chan struct{}),
		first:     1,
		readers:   map[*opened]bool{},
		claimed:   map[uint64]bool{},
		returned:  map[uint64]bool{},
		done:      map[uint64]bool{},
	}
	b.channels[name] = channel
	return channel
}

// Remove takes a channel away, as the end of the service does.
func (b *Broker) Remove(name string) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.channels[name].ended = true
	b.channels[name].change()
	delete(b.channels, name)
}

// SetMaxMessage says how large a message may be.
func (c *Channel) SetMaxMessage(bytes int64) { c.info.MaxMessage = bytes }

func (c *Channel) change() {
	close(c.changed)
	c.changed = make(chan struct{})
}

// List tells of the channels.
func (b *Broker) List() (list []local.Info, _ error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	for _, each := range b.channels {
		list = append(list, each.info)
	}
	return list, nil
}

// Open opens a channel.
func (b *Broker) Open(name string, want local.Want) (local.Channel, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	channel := b.channels[name]
	if channel == nil || want.Kind != "" && channel.info.Kind != want.Kind {
		return nil, fmt.Errorf("no %s is called '%s'", want.Kind, name)
	}
	if want.Write && (channel.exclusive || want.Exclusive && channel.writers > 0) {
		return nil, fmt.Errorf("channel '%s' has a writer that tolerates no other", name)
	}
	handle := &opened{channel: channel, want: want, next: channel.first}
	if want.Next {
		handle.next = channel.sequence + 1
	}
	if want.Read {
		channel.readers[handle] = true
	}
	if want.Write {
		channel.writers++
		channel.exclusive = want.Exclusive
	}
	return handle, nil
}

// opened is a handle.
type opened struct {
	channel *Channel
	want    local.Want
	next    uint64
	claim   uint64
	closed  bool
}

func (o *opened) Info() local.Info { return o.channel.info }

// await asks again at each change, until the condition holds.
func (o *opened) await(ctx context.Context, holds func() bool) error {
	for {
		o.channel.broker.mutex.Lock()
		if o.closed || o.channel.ended {
			o.channel.broker.mutex.Unlock()
			return fmt.Errorf("channel '%s' has ended", o.channel.info.Name)
		}
		if holds() {
			o.channel.broker.mutex.Unlock()
			return nil
		}
		changed := o.channel.changed
		o.channel.broker.mutex.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (o *opened) Read(ctx context.Context) (messages []local.Message, err error) {
	c := o.channel
	err = o.await(ctx, func() bool {
		if o.next < c.first {
			o.next = c.first
		}
		for ; o.next <= c.sequence && len(messages) < 256; o.next++ {
			if c.info.Kind == local.Block && o.next < c.sequence {
				continue
			}
			messages = append(messages, local.Message{Data: c.kept[o.next-c.first], Sequence: o.next})
		}
		if len(messages) > 0 {
			c.change()
		}
		return len(messages) > 0
	})
	return messages, err
}

func (o *opened) Write(ctx context.Context, messages [][]byte) (int, error) {
	c := o.channel
	for i, message := range messages {
		if int64(len(message)) > c.info.MaxMessage {
			return i, local.ErrTooLarge
		}
		err := o.await(ctx, func() bool {
			if !c.makeRoom() {
				return false
			}
			c.kept = append(c.kept, append([]byte(nil), message...))
			c.sequence++
			c.change()
			return true
		})
		if err != nil {
			return i, err
		}
	}
	return len(messages), nil
}

// makeRoom drops the oldest message where all have read it, or may be overtaken.
func (c *Channel) makeRoom() bool {
	if len(c.kept) < c.capacity {
		return true
	}
	if c.info.Kind == local.Queue {
		return false
	}
	if !c.overwrite && c.info.Kind == local.Topic {
		for reader := range c.readers {
			if reader.next <= c.first {
				return false
			}
		}
	}
	c.kept = c.kept[1:]
	c.first++
	return true
}

func (o *opened) Peek(ctx context.Context) (message local.Message, err error) {
	c := o.channel
	err = o.await(ctx, func() bool {
		for number := c.first; number <= c.sequence; number++ {
			if !c.claimed[number] {
				c.claimed[number] = true
				o.claim = number
				message = local.Message{Data: c.kept[number-c.first], Redelivered: c.returned[number]}
				return true
			}
		}
		return false
	})
	return message, err
}

func (o *opened) Release() error {
	c := o.channel
	c.broker.mutex.Lock()
	defer c.broker.mutex.Unlock()
	if o.claim == 0 {
		return nil
	}
	c.done[o.claim] = true
	for len(c.kept) > 0 && c.done[c.first] {
		c.kept = c.kept[1:]
		delete(c.claimed, c.first)
		delete(c.returned, c.first)
		delete(c.done, c.first)
		c.first++
	}
	o.claim = 0
	c.change()
	return nil
}

func (o *opened) Sequence() (uint64, error) {
	o.channel.broker.mutex.Lock()
	defer o.channel.broker.mutex.Unlock()
	return o.channel.sequence, nil
}

// Close gives back what is claimed, as the end of a process does.
func (o *opened) Close() {
	c := o.channel
	c.broker.mutex.Lock()
	defer c.broker.mutex.Unlock()
	if o.closed {
		return
	}
	o.closed = true
	if o.claim != 0 {
		c.claimed[o.claim] = false
		c.returned[o.claim] = true
	}
	delete(c.readers, o)
	if o.want.Write {
		c.writers--
		c.exclusive = false
	}
	c.change()
}
