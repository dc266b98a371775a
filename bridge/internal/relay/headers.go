package relay

import (
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"

	"shmbridge/internal/config"
	"shmbridge/internal/local"
)

// Headers of a message in NATS. The payload is the channel's, untouched.
const (
	HeaderOrigin   = "Shm-Origin"   // the site where a program wrote it
	HeaderVia      = "Shm-Via"      // sites that have forwarded it, by commas
	HeaderChannel  = "Shm-Channel"  // the channel into which the program wrote it
	HeaderInstance = "Shm-Instance" // of that channel's memory, in hex digits
	HeaderSequence = "Shm-Sequence" // its number in that memory, from 1
	HeaderTime     = "Shm-Time"     // of its commit, where its writer gives one
)

// headerRoom is what a message's headers take of the server's largest message, at most: names are bounded.
const headerRoom = 1024

func newMessage(site, channel, subject string, instance uint64, from local.Message) *nats.Msg {
	message := &nats.Msg{Subject: subject, Data: from.Data, Header: nats.Header{
		HeaderOrigin:   {site},
		HeaderChannel:  {channel},
		HeaderInstance: {strconv.FormatUint(instance, 16)},
		HeaderSequence: {strconv.FormatUint(from.Sequence, 10)},
	}}
	if !from.Time.IsZero() {
		message.Header[HeaderTime] = []string{from.Time.UTC().Format(time.RFC3339Nano)}
	}
	return message
}

// messageID is the same each time that a message is published, and another one for each message.
func messageID(site, channel string, instance, sequence uint64) string {
	id := make([]byte, 0, 96)
	id = append(append(id, site...), '.')
	id = append(append(id, config.Token(channel)...), '.')
	id = append(strconv.AppendUint(id, instance, 16), '.')
	return string(strconv.AppendUint(id, sequence, 10))
}

// hasBeenHere tells whether a message comes from this site, or was forwarded by it.
func hasBeenHere(site string, header nats.Header) bool {
	if header.Get(HeaderOrigin) == site {
		return true
	}
	via := header.Get(HeaderVia)
	if via == "" {
		return false
	}
	for _, each := range strings.Split(via, ",") {
		if each == site {
			return true
		}
	}
	return false
}

// forwarded gives the headers of a message that goes on from this site.
func forwarded(site string, header nats.Header) nats.Header {
	on := nats.Header{}
	for _, name := range []string{HeaderOrigin, HeaderChannel, HeaderInstance, HeaderSequence, HeaderTime, HeaderVia} {
		if value := header.Get(name); value != "" {
			on.Set(name, value)
		}
	}
	if via := on.Get(HeaderVia); via != "" {
		on.Set(HeaderVia, via+","+site)
	} else {
		on.Set(HeaderVia, site)
	}
	return on
}
