package relay

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
	"shmbridge/internal/state"
)

// A position is the last message of a topic that was taken.
type position struct {
	Instance uint64
	Sequence uint64
}

// A source reads a topic, each message once, whenever the channel or the bridge begins anew.
type source struct {
	*Link
	channel local.Channel
	saved   *state.Record
	at      position
	known   bool // at is what was taken; else nothing was
	limit   limiter
}

func (s *source) open() error {
	saved, err := s.record()
	if err != nil {
		return err
	}
	s.at = position{}
	if _, err := saved.Load(&s.at); err != nil {
		saved.Close()
		return err
	}
	// What the bridge has written here itself before its start it can't tell from what others have.
	next := s.env.Own.covers(s.Channel)
	s.known = s.at != position{} && !next
	channel, err := s.openChannel(local.Want{Read: true, Next: next})
	if err != nil {
		saved.Close()
		return err
	}
	s.limit.rate = s.Rule.MaxRate
	s.channel, s.saved = channel, saved
	if instance := channel.Info().Instance; s.known && s.at.Instance != instance {
		s.log("warning", "the channel's memory was made anew; what was in the old one and not yet read is lost")
		s.at, s.known = position{Instance: instance}, false
	}
	s.at.Instance = channel.Info().Instance
	return nil
}

func (s *source) close() {
	s.channel.Close()
	s.saved.Close()
}

// read gives the next messages. Those that were overwritten before are counted.
func (s *source) read(ctx context.Context) ([]local.Message, error) {
	for {
		messages, err := s.channel.Read(ctx)
		if err != nil {
			return nil, localError(err)
		}
		for len(messages) > 0 && s.known && messages[0].Sequence <= s.at.Sequence {
			messages = messages[1:]
		}
		if len(messages) == 0 {
			continue
		}
		s.countLost(messages)
		if now, err := s.channel.Sequence(); err == nil && now >= s.at.Sequence {
			s.Counters.Lag.Store(now - s.at.Sequence)
		}
		return messages, nil
	}
}

func (s *source) countLost(messages []local.Message) {
	lost := uint64(0)
	for _, message := range messages {
		if s.known && message.Sequence > s.at.Sequence+1 {
			lost += message.Sequence - s.at.Sequence - 1
		}
		s.at.Sequence, s.known = message.Sequence, true
		s.Counters.In.Add(1)
	}
	if lost > 0 {
		s.Counters.Lost.Add(lost)
		s.log("warning", "%d messages were overwritten before the bridge had read them", lost)
	}
}

// allowed tells whether a message may be sent by the rule's own limit. One that may not is counted.
func (l *Link) allowed(data []byte) bool {
	if l.Rule.MaxMessage == 0 || len(data) <= int(l.Rule.MaxMessage) {
		return true
	}
	l.Counters.Lost.Add(1)
	return false
}

// largestOf gives the size of the largest message that may be sent.
func largestOf(info local.Info, ruleLimit int64) int64 {
	if ruleLimit > 0 && ruleLimit < info.MaxMessage {
		return ruleLimit
	}
	return info.MaxMessage
}

// checkSize refuses a channel that has larger messages than the server takes.
func checkSize(info local.Info, ruleLimit int64, conn *nats.Conn, streamLimit int32) error {
	largest, what := largestOf(info, ruleLimit), "the channel's messages"
	if largest == ruleLimit {
		what = "the rule's messages"
	}
	limit, whose := conn.MaxPayload(), "the server"
	if streamLimit > 0 && int64(streamLimit) < limit {
		limit, whose = int64(streamLimit), "the stream"
	}
	if largest+headerRoom > limit {
		return fmt.Errorf("%s have up to %d bytes, and with %d for headers that is more than the %d that %s takes; "+
			"give the rule a \"max_message\" of %d, or raise the limit there",
			what, largest, headerRoom, limit, whose, limit-headerRoom)
	}
	return nil
}
