package local

import (
	"context"
	"errors"
	"fmt"

	shmbroker "github.com/shmbroker/shmbroker/bindings/go"
)

// Room for what is read at once.
const (
	batchMessages = 512
	batchBytes    = 512 * 1024
)

// Shm opens channels of ShmBroker's.
type Shm struct{}

var kinds = map[Kind]shmbroker.Kind{Topic: shmbroker.Topic, Queue: shmbroker.Queue, Block: shmbroker.Block}

func infoOf(info shmbroker.Info) Info {
	return Info{Name: info.Name, Kind: Kind(info.Kind.String()), MaxMessage: info.MaxMessage, Instance: info.Instance}
}

// List tells of the channels that this account may use.
func (Shm) List() ([]Info, error) {
	channels, err := shmbroker.ListChannels()
	list := make([]Info, len(channels))
	for i, each := range channels {
		list[i] = infoOf(each)
	}
	return list, err
}

// Open opens a channel.
func (Shm) Open(name string, want Want) (Channel, error) {
	options := &shmbroker.Options{Kind: kinds[want.Kind], Exclusive: want.Exclusive, Next: want.Next}
	if want.Read {
		options.Access |= shmbroker.Read
	}
	if want.Write {
		options.Access |= shmbroker.Write
	}
	channel, err := shmbroker.Open(name, options)
	if err != nil {
		return nil, err
	}
	info, err := channel.Info()
	if err != nil {
		channel.Close()
		return nil, err
	}
	opened := &shmChannel{channel: channel, info: infoOf(info)}
	if want.Read {
		bytes := batchBytes
		if needed := int(info.MaxMessage) + 8; needed > bytes {
			bytes = needed
		}
		opened.batch = shmbroker.NewBatch(batchMessages, bytes)
	}
	return opened, nil
}

type shmChannel struct {
	channel *shmbroker.Channel
	info    Info
	batch   *shmbroker.Batch
	read    []Message
	peek    shmbroker.Peek
}

func (c *shmChannel) Info() Info { return c.info }
func (c *shmChannel) Close()     { c.channel.Close() }

func (c *shmChannel) Read(ctx context.Context) ([]Message, error) {
	messages, news, err := c.channel.ReadBatch(ctx, c.batch)
	if err != nil {
		return nil, ended(ctx, err)
	}
	if news == shmbroker.Unchanged {
		return nil, nil
	}
	c.read = c.read[:0]
	for _, each := range messages {
		c.read = append(c.read, Message{each.Data, each.Sequence, each.Time, each.Redelivered})
	}
	return c.read, nil
}

func (c *shmChannel) Write(ctx context.Context, messages [][]byte) (int, error) {
	written, err := c.channel.WriteBatch(ctx, messages)
	if errors.Is(err, shmbroker.ErrSize) {
		err = fmt.Errorf("%w: %v", ErrTooLarge, err)
	}
	return written, ended(ctx, err)
}

func (c *shmChannel) Peek(ctx context.Context) (Message, error) {
	peek, err := c.channel.Peek(ctx)
	if err != nil {
		return Message{}, ended(ctx, err)
	}
	c.peek = peek
	return Message{Data: peek.Data, Redelivered: peek.News == shmbroker.Redelivered}, nil
}

func (c *shmChannel) Release() error { return c.peek.Release() }

func (c *shmChannel) Sequence() (uint64, error) {
	stats, err := c.channel.Stats()
	return stats.Sequence, err
}

// ended gives the context's own error where that is what ended a call.
func ended(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}
