#include <stdexcept>

#include "tests/bench/peer.h"
#include "tests/bench/peer_boost.h"
#include "tests/bench/peer_copydata.h"
#include "tests/bench/peer_event.h"
#include "tests/bench/peer_note.h"
#include "tests/bench/peer_pipe.h"
#include "tests/bench/peer_ring.h"
#include "tests/bench/peer_shm.h"
#include "tests/bench/peer_tcp.h"

namespace shmbroker::bench {
namespace {

uint64_t some(size_t) { return 32; }
uint64_t ring_lap(size_t size) { return kRingBytes / size + 64; }
uint64_t boost_lap(size_t size) { return 2 * boost_depth(size); }

}  // namespace

const std::vector<Peer>& peers() {
  static const std::vector<Peer> all = {
      {"shm", "ShmBroker topic", kStream | kManyWriters | kManyReaders | kWake, ring_lap, open_shm_writer,
       open_shm_reader},
      {"shared", "ShmBroker topic, open to more writers", kStream | kWake, ring_lap, open_shared_writer,
       open_shm_reader},
      {"shm16", "ShmBroker topic, batches of 16", kStream | kBatch, ring_lap, open_shm16_writer,
       open_shm16_reader},
      {"loan", "ShmBroker topic, in place", kStream | kHeaderOnly, ring_lap, open_loan_writer,
       open_peek_reader},
      {"queue", "ShmBroker queue", kStream | kManyWriters | kShareReaders, ring_lap, open_queue_writer,
       open_queue_reader},
      {"ring", "bare ring", kStream, ring_lap, open_ring_writer, open_ring_reader},
      {"ring16", "bare ring, published every 16", kStream | kBatch, ring_lap, open_ring16_writer,
       open_ring_reader},
      {"boost", "Boost.Interprocess", kStream | kWake | kManyWriters | kShareReaders, boost_lap,
       open_boost_writer, open_boost_reader},
      {"pipe", "named pipe", kStream | kWake, some, open_pipe_writer, open_pipe_reader},
      {"copydata", "WM_COPYDATA", kStream | kManyWriters | kWake, some, open_copydata_writer,
       open_copydata_reader},
      {"tcp", "TCP loopback", kStream | kWake, some, open_tcp_writer, open_tcp_reader},
      {"note", "the note: mutex, copy, PostMessage", kStream | kManyWriters | kWake, some, open_note_writer,
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
