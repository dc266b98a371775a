// One way to bring messages from one process to another, as the benchmark sees it. Each is used as its own
// manual says it is fastest, and each in its own pair of files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace shmbroker::bench {

// What a link is opened for.
struct LinkSpec {
  std::string name;      // the same for both ends; no other sample of this machine has it
  std::string address;   // what the reader's address() said; for the writer
  size_t size = 0;       // bytes of every message
  uint32_t writers = 1;  // that share the link
  uint32_t readers = 1;
  bool spinning = false;  // both sides look instead of sleeping, where the peer has a choice
};

// Throws std::runtime_error where anything fails.
class Writer {
 public:
  Writer() = default;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  virtual ~Writer() = default;

  // Gives the memory in which to make the next message; end() sends it. Both wait for room.
  virtual std::byte* begin() = 0;
  virtual void end() = 0;
  // Sends what was kept back to go together.
  virtual void flush() {}
};

struct Received {
  const std::byte* data = nullptr;  // valid until the next call
  size_t size = 0;
  uint64_t lost = 0;  // messages before this one that the peer says were lost
};

class Reader {
 public:
  Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  virtual ~Reader() = default;

  // What a writer must know to find it, beyond the link's name.
  virtual std::string address() const { return {}; }
  // Called once, when all writers have opened their end.
  virtual void start() {}
  virtual Received next() = 0;
};

// What a peer can do.
enum Can : uint32_t {
  kStream = 1,  // one writer to one reader, one at a time, paced and as many as go
  kManyWriters = 2,
  kManyReaders = 4,   // each gets all
  kShareReaders = 8,  // each message goes to one of them
  kHeaderOnly = 16,   // sends without touching the payload
  kWake = 32,         // its reader really sleeps, so it can be woken
  kBatch = 64,        // sends several at once: no latency of its own
};

struct Peer {
  const char* name;   // for options and JSON
  const char* title;  // for people
  uint32_t can;
  uint64_t (*warm_up)(
      size_t size);  // messages before a sample counts: a lap where there is a ring, so that no page is new
  std::unique_ptr<Writer> (*open_writer)(const LinkSpec&);
  std::unique_ptr<Reader> (*open_reader)(const LinkSpec&);
};

// In the order in which a round runs them.
const std::vector<Peer>& peers();
const Peer& find_peer(const std::string& name);

// Bytes of the deep rings, the bare one and ours alike.
inline constexpr uint64_t kRingBytes = uint64_t{32} << 20;

}  // namespace shmbroker::bench
