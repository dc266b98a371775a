// The memory layout, alone: what lies where in the two sections of a channel. Fixed-width fields at natural
// alignment and offsets instead of pointers, so that x86 and x64 share the same bytes. docs/memory-layout.md
// draws it. Whoever changes a byte here raises kLayoutVersion.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace shmbroker::core {

inline constexpr uint32_t kLayoutVersion = 4;
inline constexpr uint64_t kDataMagic = 0x3141544144424853;     // "SHBDATA1"
inline constexpr uint64_t kReadersMagic = 0x3144414552424853;  // "SHBREAD1"

inline constexpr uint32_t kCacheLine = 64;
inline constexpr uint32_t kMaxReaders = 64;  // one bit each in ReadersHeader::waiting
inline constexpr uint32_t kMaxWriters = 64;
inline constexpr uint32_t kBlockBuffers = 4;  // the present value, the next one, and two for slow peeks

enum class Kind : uint32_t { block = 1, topic = 2, queue = 3 };

// A place that the broker gives to one open handle.
enum class SlotState : uint32_t {
  free = 0,
  taken = 1,      // by the broker, for the process that pid and created name
  left = 2,       // by its client, that closed while no broker was there to hear it
  exclusive = 3,  // as taken, by a writer that tolerates no other: it does without the lock
};

struct alignas(kCacheLine) ClientSlot {
  std::atomic<uint32_t> state;       // SlotState
  std::atomic<uint32_t> generation;  // another for each client that this place has
  std::atomic<uint32_t> pid;
  std::atomic<uint32_t> loan;      // a writer: messages that its loan is for
  std::atomic<uint64_t> created;   // the process's creation time, so that a reused pid is not mistaken for it
  std::atomic<uint64_t> cursor;    // a reader: the next position it reads; a writer: its loan's; 0: none
  std::atomic<uint64_t> messages;  // counters: written by this client alone, on its own line
  std::atomic<uint64_t> bytes;
  std::atomic<uint64_t>
      gap;  // a reader: messages that it lost; a writer: bytes that its loan keeps from readers
  std::atomic<uint64_t> waits;
};
static_assert(sizeof(ClientSlot) == 64 && offsetof(ClientSlot, created) == 16);
static_assert(offsetof(ClientSlot, waits) == 56);

// What a section is. Written by the broker before anyone else maps it; copied and checked at each attach.
struct SectionHeader {
  uint32_t size;  // sizeof(SectionHeader): grows only at its end
  uint32_t version;
  uint64_t magic;
  uint64_t instance[2];  // random, the same in both sections of a channel and in the broker's state file
  uint64_t section_size;
  uint32_t kind;      // Kind
  uint32_t policy;    // a topic: core::WhenFull
  uint64_t capacity;  // bytes of payload; of a block: of one value
  uint64_t max_message;
};
static_assert(sizeof(SectionHeader) == 64 && offsetof(SectionHeader, capacity) == 48);

// Writers take turns with this word; see RobustLock.
struct alignas(kCacheLine) LockLine {
  std::atomic<uint32_t> word;
  uint32_t reserved;
  std::atomic<uint64_t> recoveries;  // locks and loans taken back from the dead
};
static_assert(sizeof(LockLine) == 64);

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

// What a topic's writer does where there is no room.
enum class WhenFull : uint32_t {
  overwrite = 1,  // the oldest messages go; a reader that was too slow is told how many
  wait = 2,       // it waits for the slowest reader
};

// A frame's first bytes in the ring; the payload follows. word: see frame.h. time: the message's, if the word
// says that it has one.
struct FrameHeader {
  std::atomic<uint64_t> word;
  std::atomic<uint64_t> time;
};
static_assert(sizeof(FrameHeader) == 16 && offsetof(FrameHeader, time) == 8);

// The writers' end of the ring. Readers look at it only to join: they follow the frames.
struct alignas(kCacheLine) RingTail {
  std::atomic<uint64_t> position;  // where the next frame goes. Moved under the lock
  std::atomic<uint64_t> reserved;  // messages that room was ever reserved for. Moved under the lock
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
// starting with its capacity, so that 0 can mean "none"; position modulo capacity is the place in the
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

// The data section: writers map it read-write, readers read-only.
struct DataSection {
  SectionHeader header;
  alignas(kCacheLine) std::atomic<uint32_t> ended;  // 1: the broker has ended the channel
  LockLine lock;
  ClientSlot writers[kMaxWriters];
  // Here follows BlockControl or the ring's control, then from kPayloadOffset on the payload.
};
inline constexpr uint64_t kControlOffset = sizeof(DataSection);
inline constexpr uint64_t kPayloadOffset = 8192;
static_assert(kControlOffset == 64 * (3 + kMaxWriters));
static_assert(kControlOffset + sizeof(BlockControl) <= kPayloadOffset);
static_assert(kControlOffset + sizeof(RingControl) <= kPayloadOffset);

// The readers section: readers and writers map it read-write. All of it is a hint to writers.
struct ReadersSection {
  SectionHeader header;
  alignas(kCacheLine) std::atomic<uint64_t> waiting;  // bit n: reader n sleeps, or wants its event set
  std::atomic<uint64_t> waiting_writers;              // bit n: writer n sleeps until there is room
  std::atomic<uint64_t> returns;  // a queue: counts how often claimed messages were given back
  alignas(kCacheLine) std::atomic<uint8_t> pins[kMaxReaders];  // a block: 1 + the buffer that reader n peeks
  ClientSlot readers[kMaxReaders];
  // A queue's claims follow: a 32-bit word for each kQueueAlign bytes of the ring.
};
static_assert(offsetof(ReadersSection, waiting_writers) == 72 && offsetof(ReadersSection, returns) == 80);
static_assert(offsetof(ReadersSection, waiting) == 64 && offsetof(ReadersSection, pins) == 128);
static_assert(sizeof(ReadersSection) == 64 * (3 + kMaxReaders));

// Another process may run other code, or none at all: only an atomic without a hidden lock works across both.
static_assert(std::atomic<uint64_t>::is_always_lock_free && sizeof(std::atomic<uint64_t>) == 8);
static_assert(std::atomic<uint32_t>::is_always_lock_free && sizeof(std::atomic<uint32_t>) == 4);
static_assert(std::atomic<uint8_t>::is_always_lock_free && sizeof(std::atomic<uint8_t>) == 1);

}  // namespace shmbroker::core
