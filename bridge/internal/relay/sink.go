package relay

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/state"
)

// handled is what a sink notes before it writes a batch. The channel's own number tells later how many of the batch were
// written, as the sink is the channel's only writer; so a bridge that was ended in the midst writes none twice.
type handled struct {
	Created  time.Time // of the stream: another one of the same name begins anew
	Instance uint64    // of the channel's memory
	Before   uint64    // the channel's number before the batch
	Batch    []uint64  // numbers in the stream of the messages that are to be written
	Last     uint64    // number in the stream that is done with when the batch is, with those that were left out
	IDs      []uint64  // of a queue: the ids of the batch, as hashes
	Recent   recent    // and of those that were written before it
}

// A sink writes messages of a stream into a channel, each once.
type sink struct {
	*Link
	channel local.Channel
	saved   *state.Record
	noted   handled
	limit   limiter
}

func (s *sink) open() error {
	saved, err := s.record()
	if err != nil {
		return err
	}
	channel, err := s.openChannel(local.Want{Write: true, Exclusive: s.Rule.IsExclusive()})
	if err != nil {
		saved.Close()
		return err
	}
	if s.noted.Created.IsZero() {
		if _, err = saved.Load(&s.noted); err != nil {
			s.log("error", "what is known of the stream can't be read, and it begins anew: %v", err)
			s.noted = handled{}
		}
	}
	s.limit.rate = s.Rule.MaxRate
	s.channel, s.saved = channel, saved
	return nil
}

func (s *sink) close() {
	if err := s.saved.Save(s.noted); err != nil {
		s.log("error", "%v", err)
	}
	s.channel.Close()
	s.saved.Close()
}

// written tells how many of the noted batch the channel has got.
func (s *sink) written() (int, error) {
	if len(s.noted.Batch) == 0 || s.noted.Instance != s.channel.Info().Instance || !s.Rule.IsExclusive() {
		return 0, nil
	}
	now, err := s.channel.Sequence()
	if err != nil {
		return 0, localError(err)
	}
	if now < s.noted.Before {
		return 0, localFailure{fmt.Errorf("the channel's number went back from %d to %d", s.noted.Before, now)}
	}
	count := now - s.noted.Before
	if count > uint64(len(s.noted.Batch)) {
		s.log("warning", "another program has written into the channel while the bridge was away")
		count = uint64(len(s.noted.Batch))
	}
	return int(count), nil
}

// write notes a batch, writes it, and says how many messages were written.
func (s *sink) write(ctx context.Context, next handled, messages []*nats.Msg) (int, error) {
	before, err := s.channel.Sequence()
	if err != nil {
		return 0, localError(err)
	}
	next.Instance, next.Before = s.channel.Info().Instance, before
	s.noted = next
	if err := s.saved.Save(s.noted); err != nil {
		return 0, err
	}
	written, err := s.channel.Write(ctx, payloads(messages))
	s.noted.Before, s.noted.Batch = before+uint64(written), next.Batch[written:]
	s.count(messages[:written])
	return written, localError(err)
}

// wanted tells whether a message is to be written: not one that comes from here, nor one that does not fit.
func (s *sink) wanted(message *nats.Msg) bool {
	if hasBeenHere(s.env.Config.Site, message.Header) {
		s.Counters.Dropped.Add(1)
		return false
	}
	if isBatch(s.Link, message) || tooLarge(s.Link, s.channel.Info(), message.Data) {
		s.Counters.Lost.Add(1)
		return false
	}
	return true
}
