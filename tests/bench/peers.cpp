#include <stdexcept>

#include "tests/bench/peer.h"
#include "tests/bench/peer_boost.h"
#include "tests/bench/peer_copydata.h"
#include "tests/bench/peer_event.h"
#include "tests/bench/peer_note.h"
#include "tests/bench/peer_pipe.h"
#include "tests/bench/peer_ring.h"
#include "tests/bench/peer_tcp.h"

namespace shmbroker::bench {
namespace {

uint64_t some(size_t) { return 32; }
uint64_t ring_lap(size_t size) { return kRingBytes / size + 64; }
uint64_t boost_lap(size_t size) { return 2 * boost_depth(size); }

}  // namespace

const std::vector<Peer>& peers() {
  static const std::vector<Peer> all = {
      {"ring", "bare ring", kStream, ring_lap, open_ring_writer, open_ring_reader},
      {"ring16", "bare ring, published every 16", kStream | kBatch, ring_lap, open_ring16_writer,
       open_ring_reader},
      {"boost", "Boost.Interprocess message_queue", kStream | kManyWriters | kShareReaders, boost_lap,
       open_boost_writer, open_boost_reader},
      {"pipe", "named pipe", kStream, some, open_pipe_writer, open_pipe_reader},
      {"copydata", "WM_COPYDATA", kStream | kManyWriters, some, open_copydata_writer, open_copydata_reader},
      {"tcp", "TCP loopback", kStream, some, open_tcp_writer, open_tcp_reader},
      {"note", "the note: mutex, copy, PostMessage", kStream | kManyWriters, some, open_note_writer,
       open_note_reader},
      {"event", "SetEvent to WaitForSingleObject", kWake, some, open_event_writer, open_event_reader},
  };
  return all;
}

const Peer& find_peer(const std::string& name) {
  for (const Peer& peer : peers()) {
    if (peer.name == name) return peer;
  }
  throw std::runtime_error("there is no peer " + name);
}

}  // namespace shmbroker::bench
