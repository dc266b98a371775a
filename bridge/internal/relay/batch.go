package relay

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/local"
)

// HeaderBatch is of a message that has several of a channel, between bridges: "RUN BEFORE COUNT". RUN is another text each
// time that the sending rule starts, BEFORE how many it has sent in batches before: a gap is what got lost on the way.
// Each message in it has a header, in little-endian order: its size in 4 bytes, its number and its time in 8 each.
const HeaderBatch = "Shm-Batch"

const (
	batchHeader = 20
	mostBatch   = 128 << 10 // bytes
)

// A batcher packs messages.
type batcher struct {
	run    string
	before uint64
}

func newBatcher() batcher { return batcher{run: strconv.FormatInt(time.Now().UnixNano(), 36)} }

// pack makes as few messages of NATS as it can.
func (b *batcher) pack(site, channel, subject string, instance uint64, limit int64, messages []local.Message) []*nats.Msg {
	if limit > mostBatch {
		limit = mostBatch
	}
	var out []*nats.Msg
	for len(messages) > 0 {
		count, size := 0, 0
		for count < len(messages) && (count == 0 || int64(size+batchHeader+len(messages[count].Data)) <= limit) {
			size += batchHeader + len(messages[count].Data)
			count++
		}
		data := make([]byte, 0, size)
		for _, message := range messages[:count] {
			data = binary.LittleEndian.AppendUint32(data, uint32(len(message.Data)))
			data = binary.LittleEndian.AppendUint64(data, message.Sequence)
			data = binary.LittleEndian.AppendUint64(data, nanoseconds(message.Time))
			data = append(data, message.Data...)
		}
		each := newMessage(site, channel, subject, instance, local.Message{Data: data, Sequence: messages[0].Sequence})
		each.Header[HeaderBatch] = []string{fmt.Sprintf("%s %d %d", b.run, b.before, count)}
		out = append(out, each)
		b.before += uint64(count)
		messages = messages[count:]
	}
	return out
}

func nanoseconds(moment time.Time) uint64 {
	if moment.IsZero() {
		return 0
	}
	return uint64(moment.UnixNano())
}

// batches unpacks what comes, and knows how many of each sender's batches have come.
type batches struct {
	next map[string]progress
}

type progress struct {
	run   string
	count uint64
}

// unpack appends the messages of a batch. lost tells how many of the batches before did not come.
func (b *batches) unpack(all []*nats.Msg, batch *nats.Msg, withHeaders bool) (_ []*nats.Msg, lost uint64, err error) {
	var run string
	var before, count uint64
	if _, err := fmt.Sscanf(batch.Header.Get(HeaderBatch), "%s %d %d", &run, &before, &count); err != nil {
		return all, 0, fmt.Errorf("a batch has the header '%s'", batch.Header.Get(HeaderBatch))
	}
	data, found := batch.Data, uint64(0)
	begin := len(all)
	for ; len(data) >= batchHeader; found++ {
		size := uint64(binary.LittleEndian.Uint32(data)) + batchHeader
		if size > uint64(len(data)) {
			break
		}
		message := &nats.Msg{Subject: batch.Subject, Header: batch.Header, Data: data[batchHeader:size:size]}
		if withHeaders {
			message.Header = headerInBatch(batch.Header, data)
		}
		all = append(all, message)
		data = data[size:]
	}
	if found != count || len(data) > 0 {
		return all[:begin], 0, fmt.Errorf("a batch of %d messages has %d, and %d bytes more", count, found, len(data))
	}
	sender := batch.Header.Get(HeaderOrigin) + " " + batch.Header.Get(HeaderChannel) + " " + batch.Subject
	if known := b.next[sender]; known.run == run && before > known.count {
		lost = before - known.count
	}
	b.next[sender] = progress{run, before + count}
	return all, lost, nil
}

// isBatch is for ways that do not unpack: streams keep messages one by one.
func isBatch(link *Link, message *nats.Msg) bool {
	if message.Header.Get(HeaderBatch) == "" {
		return false
	}
	link.log("warning", "a batch is left out: a rule with \"batch\" sends to a subject that a stream takes")
	return true
}

// headerInBatch gives the headers that a message would have had of its own.
func headerInBatch(of nats.Header, record []byte) nats.Header {
	header := nats.Header{}
	for name, values := range of {
		header[name] = values
	}
	delete(header, HeaderBatch)
	header.Set(HeaderSequence, strconv.FormatUint(binary.LittleEndian.Uint64(record[4:]), 10))
	if when := binary.LittleEndian.Uint64(record[12:]); when != 0 {
		header.Set(HeaderTime, time.Unix(0, int64(when)).UTC().Format(time.RFC3339Nano))
	}
	return header
}
