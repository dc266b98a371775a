package relay

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"
)

// A publisher publishes to a stream, many messages at once, and waits until the server has stored each.
type publisher struct {
	conn    *nats.Conn
	stream  string
	inbox   string
	acks    chan *nats.Msg
	timeout time.Duration
	sub     *nats.Subscription
	round   int
}

func newPublisher(conn *nats.Conn, stream string, most int, timeout time.Duration) (*publisher, error) {
	p := &publisher{
		conn: conn, stream: stream, inbox: nats.NewInbox(), acks: make(chan *nats.Msg, 4*most), timeout: timeout,
	}
	var err error
	p.sub, err = conn.ChanSubscribe(p.inbox+".*", p.acks)
	return p, err
}

func (p *publisher) close() { p.sub.Unsubscribe() }

// publish returns nil when all are stored, in their order. After an error any of them may be.
func (p *publisher) publish(ctx context.Context, messages []*nats.Msg) error {
	p.round++
	reply := p.inbox + "." + strconv.Itoa(p.round)
	for _, message := range messages {
		message.Reply = reply
		message.Header[nats.ExpectedStreamHdr] = []string{p.stream}
		if err := p.conn.PublishMsg(message); err != nil {
			return err
		}
	}
	timer := time.NewTimer(p.timeout)
	defer timer.Stop()
	for stored := 0; stored < len(messages); {
		select {
		case ack := <-p.acks:
			if ack.Subject != reply {
				continue // of a round that was given up
			}
			if err := p.failureOf(ack); err != nil {
				return err
			}
			stored++
		case <-ctx.Done():
			return ctx.Err()
		case <-timer.C:
			return fmt.Errorf("stream '%s' has not acknowledged a message within %v", p.stream, p.timeout)
		}
	}
	return nil
}

func (p *publisher) failureOf(ack *nats.Msg) error {
	if ack.Header.Get("Status") == "503" {
		return fmt.Errorf("no stream takes the rule's subject; add it to the subjects of '%s'", p.stream)
	}
	var answer struct {
		Stream string
		Error  *struct{ Description string }
	}
	if err := json.Unmarshal(ack.Data, &answer); err != nil {
		return fmt.Errorf("stream '%s' gave an answer that is none: %v", p.stream, err)
	}
	if answer.Error != nil {
		return fmt.Errorf("stream '%s' refuses the message: %s", p.stream, answer.Error.Description)
	}
	return nil
}

// findStream asks about a stream, and refuses one that is not there with what to do about it.
func findStream(conn *nats.Conn, name string, timeout time.Duration) (nats.JetStreamContext, *nats.StreamInfo, error) {
	js, err := conn.JetStream(nats.MaxWait(timeout))
	if err != nil {
		return nil, nil, err
	}
	info, err := js.StreamInfo(name)
	if err == nats.ErrStreamNotFound {
		return nil, nil, fmt.Errorf("the server has no stream '%s'; shmbridge create makes what the rules name", name)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("stream '%s': %w", name, err)
	}
	return js, info, nil
}

// mostToStream is how many messages may be published at once. A stream that refuses while it is full gets them one by one:
// where it did so in the midst of several, those behind might be stored before the refused one.
func mostToStream(config nats.StreamConfig) int {
	if config.Discard == nats.DiscardNew && (config.MaxMsgs > 0 || config.MaxBytes > 0 || config.MaxMsgsPerSubject > 0) {
		return 1
	}
	return 512
}
