// The memory layout, alone: what lies where in the two sections of a channel. Fixed-width fields at natural
// alignment and offsets instead of pointers, so that x86 and x64 share the same bytes. docs/memory-layout.md
// draws it. A change of one byte here needs another kLayoutVersion.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace shmbroker::core {

inline constexpr uint32_t kLayoutVersion = 10;

inline constexpr uint32_t kCacheLine = 64;
inline constexpr uint32_t kMaxReaders = 64;  // one bit each in the marks
inline constexpr uint32_t kMaxWriters = 64;
inline constexpr uint32_t kBlockBuffers = 4;  // the present value, the next one, and two for slow peeks

enum class Kind : uint32_t { block = 1, topic = 2, queue = 3, service = 4 };

// Which slots are taken. Written by the broker alone.
struct alignas(kCacheLine) Presence {
  std::atomic<uint64_t> readers;    // bit n: a reader has slot n
  std::atomic<uint64_t> writers;    // bit n: a writer has slot n
  std::atomic<uint32_t> exclusive;  // 1 + the slot of a writer that tolerates no other; 0: there is none
  std::atomic<uint32_t> clients;    // of a service: handles that call it
};
static_assert(sizeof(Presence) == 64 && offsetof(Presence, exclusive) == 16);
static_assert(offsetof(Presence, clients) == 20);

// The client that has a slot. Written by the broker alone. created: the process's creation time, so that a
// reused pid is not mistaken for it. generation: another for each client that the slot has; a reader's event
// is named by it.
struct SlotRecord {
  std::atomic<uint64_t> created;
  std::atomic<uint32_t> pid;
  std::atomic<uint32_t> generation;
};
static_assert(sizeof(SlotRecord) == 16 && offsetof(SlotRecord, generation) == 12);

// What the client that has a slot says of itself, on a line of its own. The broker zeroes it for each client.
struct alignas(kCacheLine) ReaderSlot {
  uint32_t reserved[2];
  std::atomic<uint64_t> cursor;    // the next position that it reads; 0: none
  std::atomic<uint64_t> messages;  // counters
  std::atomic<uint64_t> bytes;
  std::atomic<uint64_t> lost;
  std::atomic<uint64_t> waits;
};
static_assert(sizeof(ReaderSlot) == 64 && offsetof(ReaderSlot, cursor) == 8);
static_assert(offsetof(ReaderSlot, waits) == 40);

struct alignas(kCacheLine) WriterSlot {
  std::atomic<uint32_t> loan_messages;  // what it has reserved and not committed yet
  uint32_t reserved;
  std::atomic<uint64_t> loan_position;  // 0: nothing
  std::atomic<uint64_t> messages;       // counters
  std::atomic<uint64_t> bytes;
  std::atomic<uint64_t> loan_bytes;
  std::atomic<uint64_t> waits;  // a counter
};
static_assert(sizeof(WriterSlot) == 64 && offsetof(WriterSlot, loan_position) == 8);
static_assert(offsetof(WriterSlot, waits) == 40);

// Writers take turns with this word; see RobustLock.
struct alignas(kCacheLine) LockLine {
  std::atomic<uint32_t> word;
  std::atomic<uint32_t> awaited;     // 1: a writer sleeps until it is given back
  std::atomic<uint64_t> recoveries;  // locks and loans taken back from the dead
};
static_assert(sizeof(LockLine) == 64 && offsetof(LockLine, awaited) == 4);

// One value of a block. version is even while the value rests, and odd while a writer fills it.
struct alignas(kCacheLine) BlockBuffer {
  std::atomic<uint64_t> version;
  std::atomic<uint64_t> value_size;
};
static_assert(sizeof(BlockBuffer) == 64);

// A block's part of the data section. present is sequence * kBlockBuffers + index of the buffer: 0 is
// "never".
struct alignas(kCacheLine) BlockControl {
  std::atomic<uint64_t> present;
  uint64_t reserved[7];
  BlockBuffer buffers[kBlockBuffers];
};
static_assert(sizeof(BlockControl) == 64 * (1 + kBlockBuffers));

// What a topic's writer does where there is no space.
enum class WhenFull : uint32_t {
  overwrite = 1,  // the oldest messages go; a reader that was too slow is told how many
  wait = 2,       // it waits for the slowest reader
};

// A frame's first bytes in the ring; the payload follows. word: see frame.h. timestamp: the message's, if the
// word says that it has one.
struct FrameHeader {
  std::atomic<uint64_t> word;
  std::atomic<uint64_t> timestamp;
};
static_assert(sizeof(FrameHeader) == 16 && offsetof(FrameHeader, timestamp) == 8);

// The writers' end of the ring. Readers look at it only to join: they follow the frames.
struct alignas(kCacheLine) RingTail {
  std::atomic<uint64_t> position;  // where the next frame goes. Moved under the lock
  std::atomic<uint64_t> reserved;  // messages that space was ever reserved for. Moved under the lock
  std::atomic<uint64_t> aborted;   // those of them that never came
};
static_assert(sizeof(RingTail) == 64 && offsetof(RingTail, aborted) == 16);

// The oldest frame kept. word: its position, plus which of the two numbers belongs to it; so both change in
// one store. On a line of its own, which changes once in thousands of bytes.
struct alignas(kCacheLine) RingHead {
  std::atomic<uint64_t> word;
  std::atomic<uint64_t> messages[2];  // messages committed before that position
};
static_assert(sizeof(RingHead) == 64 && offsetof(RingHead, messages) == 8);

// A topic's and a queue's part of the data section. A position counts bytes since the channel was made,
// starting with its capacity, so that 0 can mean "none"; position modulo capacity is the offset in the
// payload.
struct RingControl {
  RingTail tail;
  RingHead head;
  RingHead announced;  // a waiting topic: where the head is about to be; see RingWriter::announce()
};
static_assert(sizeof(RingControl) == 192 && offsetof(RingControl, head) == 64);
static_assert(offsetof(RingControl, announced) == 128);

inline constexpr uint64_t kMinRing = 64 * 1024;
inline constexpr uint64_t kTopicAlign = 16;  // of a frame; its payload lies 16 bytes further
inline constexpr uint64_t kQueueAlign =
    128;  // of a frame, and what one claim word stands for: 1/32 of the capacity

// The data section: writers map it read-write, readers read-only. How large it is, and what its payload is
// made of, is known from the broker (see Geometry): nothing here says it.
struct DataSection {
  Presence presence;
  // 1: the broker has ended the channel. At the same place in every version of the layout, so that a broker
  // can end what an older one has left.
  alignas(kCacheLine) std::atomic<uint32_t> ended;
  LockLine lock;
  SlotRecord reader_records[kMaxReaders];
  SlotRecord writer_records[kMaxWriters];
  WriterSlot writers[kMaxWriters];
  // Here follows BlockControl or the ring's control, then from kPayloadOffset on the payload.
};
inline constexpr uint64_t kEndedOffset = 64;
inline constexpr uint64_t kControlOffset = sizeof(DataSection);
inline constexpr uint64_t kPayloadOffset = 8192;
static_assert(offsetof(DataSection, ended) == kEndedOffset && offsetof(DataSection, lock) == 128);
static_assert(offsetof(DataSection, reader_records) == 192 && offsetof(DataSection, writer_records) == 1216);
static_assert(offsetof(DataSection, writers) == 2240 && kControlOffset == 6336);
static_assert(kControlOffset + sizeof(BlockControl) <= kPayloadOffset);
static_assert(kControlOffset + sizeof(RingControl) <= kPayloadOffset);

// The readers section: readers and writers map it read-write. So it has just what readers must write, and all
// of it is a hint: one reader can change what another has written there.
struct ReadersSection {
  // Bit n: reader n wants its event set with the next message.
  alignas(kCacheLine) std::atomic<uint64_t> waiting;
  std::atomic<uint64_t> waiting_writers;  // bit n: writer n sleeps until there is space
  std::atomic<uint64_t> returns;          // a queue: counts how often claimed messages were given back
  // A queue, bit n: reader n sleeps in a call that takes a message. A message wakes one of these.
  std::atomic<uint64_t> waiting_takers;
  alignas(kCacheLine) std::atomic<uint8_t> pins[kMaxReaders];  // a block: 1 + the buffer that reader n peeks
  // A queue: 1 + the reader that was woken for a message and has not looked for it yet; 0: none.
  alignas(kCacheLine) std::atomic<uint64_t> coming;
  std::atomic<uint64_t> polling;  // a queue, bit n: reader n looks again and again, in a call
  uint64_t unused[6];
  ReaderSlot readers[kMaxReaders];
  // A queue's claims follow: a 32-bit word for each kQueueAlign bytes of the ring.
};
static_assert(offsetof(ReadersSection, waiting_writers) == 8 && offsetof(ReadersSection, returns) == 16 &&
              offsetof(ReadersSection, waiting_takers) == 24);
static_assert(offsetof(ReadersSection, pins) == 64 && offsetof(ReadersSection, coming) == 128 &&
              offsetof(ReadersSection, polling) == 136 && offsetof(ReadersSection, readers) == 192);
static_assert(sizeof(ReadersSection) == 64 * (3 + kMaxReaders));

// Another process may run other code, or none at all: only an atomic without a hidden lock works across both.
static_assert(std::atomic<uint64_t>::is_always_lock_free && sizeof(std::atomic<uint64_t>) == 8);
static_assert(std::atomic<uint32_t>::is_always_lock_free && sizeof(std::atomic<uint32_t>) == 4);
static_assert(std::atomic<uint8_t>::is_always_lock_free && sizeof(std::atomic<uint8_t>) == 1);

}  // namespace shmbroker::core
