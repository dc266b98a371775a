// The memory of a service, the kind of channel that is called: what lies behind what every channel has (see
// layout.h), and in the desk that each client has for itself. docs/calls.md draws it. A change of one byte
// here needs another kLayoutVersion.
#pragma once

#include "core/call_word.h"
#include "core/layout.h"

namespace shmbroker::core {

inline constexpr uint32_t kMaxClients = 4096;  // handles that call one service
inline constexpr uint32_t kMaxCalls = 1024;    // under way at once through one of them
inline constexpr uint64_t kMaxCallBytes = uint64_t{1} << 30;
inline constexpr uint64_t kMinAnswerRoom = 512;  // a refusal's text lies where an answer would
inline constexpr uint32_t kSidBytes = 68;        // the longest SID that there is

// Servers and clients map what follows read-write, behind the readers section's ReadersSection: so it is a
// hint and no more.
struct alignas(kCacheLine) Bells {
  std::atomic<uint64_t> rung[kMaxClients / 64];  // bit n: client n may have a request
};
static_assert(sizeof(Bells) == 512);

// How long a server had its last requests, from the take to the answer, in 100 ns: for who watches. count:
// how many times were ever stored; the last of them are there.
struct alignas(kCacheLine) ServeTimes {
  std::atomic<uint32_t> count;
  std::atomic<uint32_t> times[127];
};
static_assert(sizeof(ServeTimes) == 512 && offsetof(ServeTimes, times) == 4);

// What lies behind the ReadersSection of a service.
struct ServiceHints {
  Bells bells;
  ServeTimes served[kMaxReaders];  // a server's slot each
};
static_assert(sizeof(ServiceHints) == 512 * (1 + kMaxReaders));

inline ServiceHints& service_hints(ReadersSection& readers) {
  return *reinterpret_cast<ServiceHints*>(&readers + 1);
}

// The client that has a desk. generation: another one for each client of a slot, 0 while the rest of the
// record changes. sid: the account's, as the broker took it from the kernel when the client opened the
// channel.
struct alignas(kCacheLine) ClientRecord {
  std::atomic<uint32_t> generation;
  std::atomic<uint32_t> pid;
  std::atomic<uint64_t> created;  // the process's creation time
  std::atomic<uint32_t> session;
  std::atomic<uint8_t> sid[kSidBytes];
};
static_assert(sizeof(ClientRecord) == 128 && offsetof(ClientRecord, sid) == 20);

// The clients section: the broker writes it, servers map it read-only, clients do not have it.
struct alignas(kCacheLine) ClientsSection {
  std::atomic<uint64_t> present[kMaxClients / 64];  // bit n: slot n has a client
  // Here follow as many records as the service may have clients.
};
static_assert(sizeof(ClientsSection) == 512);

// Who has a call, and how far it is: see call_word.h.
struct alignas(kCacheLine) CallRecord {
  std::atomic<uint64_t> word;
};
static_assert(sizeof(CallRecord) == 64);

// number: the call's, stored last. The request's bytes follow.
struct RequestHeader {
  std::atomic<uint32_t> number;
  std::atomic<uint32_t> size;
  uint64_t reserved;
};
static_assert(sizeof(RequestHeader) == 16 && offsetof(RequestHeader, size) == 4);

// finished: the number of the call that is answered or refused, as state says: so the client that waits for
// it looks at a line that nobody changes before, and never at the word. The answer's bytes follow, or a
// refusal's text.
struct AnswerHeader {
  std::atomic<uint32_t> finished;
  std::atomic<uint32_t> size;
  std::atomic<int32_t> code;  // of a refusal
  std::atomic<CallState> state;
  uint8_t reserved[3];
};
static_assert(sizeof(AnswerHeader) == 16 && offsetof(AnswerHeader, code) == 8 &&
              offsetof(AnswerHeader, state) == 12);

// A client's own section: it and the servers map it read-write, and no other client. The calls follow: of
// each a CallRecord, then a RequestHeader and an AnswerHeader, each at the begin of a line and with its bytes
// behind it.
struct DeskSection {
  alignas(kCacheLine) std::atomic<uint32_t> used;     // 1 + the highest call that was ever under way
  alignas(kCacheLine) std::atomic<uint64_t> waiting;  // bit 0: the client sleeps, or wants its event set
  alignas(kCacheLine) std::atomic<uint64_t> calls;    // counters, the client's own
  std::atomic<uint64_t> request_bytes;
  std::atomic<uint64_t> answer_bytes;
  std::atomic<uint64_t> waits;
};
static_assert(sizeof(DeskSection) == 192 && offsetof(DeskSection, waiting) == 64);

}  // namespace shmbroker::core
