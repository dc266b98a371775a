// Takes back what clients that are gone have left in a channel's memory, and wakes those that it kept
// waiting. All of it may be repeated: a broker that dies in the midst of it leaves the slot taken, and the
// next one begins again.
#pragma once

#include "core/events.h"
#include "core/ring.h"

namespace shmbroker::core {

// A channel's memory as the broker sees it. ring: null of a block.
struct ChannelMemory {
  DataSection& data;
  ReadersSection& readers;
  const Ring* ring;
};

// The order for a writer: reclaim_writer(), then free its slot in Presence, then wake_everybody().
//
// Aborts what the writer had reserved, gives its lock back and takes its mark off. A writer that closed has
// left neither; one that died may have. writers: a bit for each slot that a writer still has; this one's is
// not among them.
void reclaim_writer(const ChannelMemory& memory, uint32_t slot, uint64_t writers, ChannelEvents& events);

// The order for readers: reclaim_readers(), then free their slots in Presence, then wake_everybody().
//
// Takes back all that stands in the name of readers that are not there, even if another client wrote it:
// claims, cursors, marks and pins. readers: a bit for each slot that a reader still has.
void reclaim_readers(const ChannelMemory& memory, uint64_t readers);

// Gives the lock back unless a writer that is there holds it.
void reclaim_lock(DataSection& data, uint64_t writers, ChannelEvents& events);

// Sets every event once. A client may have died between taking marks and setting the events of their owners,
// and what it held is now for others. readers: a bit for each slot whose event is to be set.
void wake_everybody(ChannelEvents& events, uint64_t readers);

}  // namespace shmbroker::core
