package shmbroker

import (
	"fmt"
	"time"
	"unsafe"
)

// A Kind is what a channel is.
type Kind uint32

const (
	Block   Kind = _SHM_BLOCK   // one value, the last one written wins
	Topic   Kind = _SHM_TOPIC   // every reader gets every message
	Queue   Kind = _SHM_QUEUE   // every message goes to exactly one reader
	Service Kind = _SHM_SERVICE // clients call, and one of its servers answers
)

// String gives the word that the service's configuration has for it.
func (k Kind) String() string {
	switch k {
	case Block:
		return "block"
	case Topic:
		return "topic"
	case Queue:
		return "queue"
	case Service:
		return "service"
	}
	return "unknown"
}

// Access is the right to read, the right to write, or Read | Write; of a service, Server or Client.
type Access uint32

const (
	Read  Access = _SHM_READ
	Write Access = _SHM_WRITE

	Server Access = _SHM_SERVER // of a service: take requests and answer them
	Client Access = _SHM_CLIENT // of a service: call it
)

// WhenFull is what a topic's writer does where there is no room.
type WhenFull uint32

const (
	Overwrite WhenFull = _SHM_OVERWRITE // the oldest messages go; a reader that was too slow is told
	Wait      WhenFull = _SHM_WAIT      // it waits for the slowest reader
)

// Options say how to open a channel. A member that is zero asks for its default.
type Options struct {
	Access      Access        // every right that the caller has; of a service, Client where it may call
	Kind        Kind          // any; another than this is ErrMismatch
	Next        bool          // start at the next write, not at the oldest message or value kept
	Exclusive   bool          // be the only writer: nobody else may write while this channel is open
	Timed       bool          // date each message at its commit
	Create      bool          // create the channel if there is none; needs Kind and, but for a service, Capacity
	Keep        bool          // with Create: it stays when nobody has it open
	Served      bool          // a service's client: where no server has it open a call is ErrNoServer at once
	WhenFull    WhenFull      // with Create, of a topic: Overwrite
	Capacity    uint64        // any; bytes of payload that the channel must hold at least; of a service: of its largest answer
	MaxMessage  uint64        // any; bytes that its largest message, or request, must be allowed to have
	MaxCalls    uint32        // any; of a service: how many a client must be able to have under way at least
	MaxClients  uint32        // any; of a service: how many must be able to call it at least
	OpenTimeout time.Duration // 5 s; how long the service may take to answer
	Spin        uint32        // 100; turns of a busy loop before a waiting call blocks
}

func (o *Options) flags() (flags uint32) {
	for _, each := range []struct {
		wanted bool
		flag   uint32
	}{
		{o.Next, _SHM_OPEN_NEXT},
		{o.Exclusive, _SHM_OPEN_EXCLUSIVE},
		{o.Timed, _SHM_OPEN_TIMED},
		{o.Create, _SHM_OPEN_CREATE},
		{o.Keep, _SHM_OPEN_KEEP},
		{o.Served, _SHM_OPEN_SERVED},
	} {
		if each.wanted {
			flags |= each.flag
		}
	}
	return flags
}

func (o *Options) raw() (*shmOptions, error) {
	if o == nil {
		o = &Options{}
	}
	if o.OpenTimeout < 0 {
		text := fmt.Sprintf("OpenTimeout is %v; it must be 0, for 5 s, or more", o.OpenTimeout)
		return nil, &Error{Status: ErrArgument, Text: text}
	}
	return &shmOptions{
		size:          uint32(unsafe.Sizeof(shmOptions{})),
		access:        uint32(o.Access),
		kind:          uint32(o.Kind),
		flags:         o.flags(),
		openTimeoutMs: milliseconds(o.OpenTimeout),
		spin:          o.Spin,
		capacity:      o.Capacity,
		maxMessage:    o.MaxMessage,
		whenFull:      uint32(o.WhenFull),
		maxCalls:      o.MaxCalls,
		maxClients:    o.MaxClients,
	}, nil
}
