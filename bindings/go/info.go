package shmbroker

import "unsafe"

// Info tells what a channel is.
type Info struct {
	Name       string
	Kind       Kind
	Access     Access // rights of this channel; in a list, of the caller
	Readers    int    // open for reading now, in all processes; of a service, its servers
	Writers    int    // open for writing now, in all processes; of a service, its clients
	Capacity   int64  // bytes of payload that the channel holds; of a service, of its largest answer
	MaxMessage int64  // bytes of the largest message or request; of a block, its capacity
	Creator    string // SID of the account that created it; empty for one of the configuration, and in a list
	Instance   uint64 // another number each time that the channel's memory is made; 0 in a list
}

func infoOf(raw *shmInfoUtf8) Info {
	return Info{
		Name:       goString(&raw.name[0]),
		Kind:       Kind(raw.kind),
		Access:     Access(raw.access),
		Readers:    int(raw.readers),
		Writers:    int(raw.writers),
		Capacity:   int64(raw.capacity),
		MaxMessage: int64(raw.maxMessage),
		Creator:    goString(&raw.creator[0]),
		Instance:   raw.instance,
	}
}

// Info tells what the channel is.
func (c *Channel) Info() (Info, error) {
	raw := shmInfoUtf8{size: uint32(unsafe.Sizeof(shmInfoUtf8{}))}
	if err := c.checked(func() Status { return shmGetInfoUtf8(c.handle, &raw) }); err != nil {
		return Info{}, err
	}
	return infoOf(&raw), nil
}

// Stats counts since the channel was opened, except for Sequence and Recoveries.
type Stats struct {
	Sequence     uint64 // number of the last message or value published by anybody
	Recoveries   uint64 // locks and loans taken back from processes that died
	Written      uint64 // messages; of a service's client, calls begun
	BytesWritten uint64
	Read         uint64 // messages, or changed values; of a service's server, requests taken
	BytesRead    uint64
	Lost         uint64 // messages overwritten before they were read; of a block, values
	LockWaits    uint64 // writes that had to wait for another writer
	ReadWaits    uint64 // reads that had to block
}

// Stats tells what has gone through the channel.
func (c *Channel) Stats() (Stats, error) {
	raw := shmStats{size: uint32(unsafe.Sizeof(shmStats{}))}
	if err := c.checked(func() Status { return shmGetStats(c.handle, &raw) }); err != nil {
		return Stats{}, err
	}
	return Stats{
		Sequence:     raw.sequence,
		Recoveries:   raw.recoveries,
		Written:      raw.written,
		BytesWritten: raw.bytesWritten,
		Read:         raw.read,
		BytesRead:    raw.bytesRead,
		Lost:         raw.lost,
		LockWaits:    raw.lockWaits,
		ReadWaits:    raw.readWaits,
	}, nil
}
