// What a worker process does in one sample.
#include <windows.h>

#include <algorithm>

#include "tests/bench/clock.h"
#include "tests/bench/memory.h"
#include "tests/bench/process.h"
#include "tests/bench/sample.h"
#include "tests/bench/spin.h"
#include "tests/bench/stage.h"

namespace shmbroker::bench {
namespace {

// Points at which all workers of a sample meet.
enum Meeting : uint32_t { kOpened = 1, kWarm = 2, kDone = 3, kClosed = 4 };

constexpr uint64_t kPacedWarmUp = 100;  // each wakes the reader, so a lap of a deep ring would take minutes

double cpu_seconds() { return process_cpu_seconds(GetCurrentProcess()); }

uint32_t party(const Sample& sample) { return sample.writers + sample.readers; }
bool is_pair(const Sample& sample) { return party(sample) == 2; }

// A pair has a core each; more workers than that are the scheduler's to place.
void pin(const Sample& sample, DWORD core) {
  if (is_pair(sample)) SetThreadAffinityMask(GetCurrentThread(), DWORD_PTR{1} << core);
}

LinkSpec link_of(const Sample& sample, const std::string& address) {
  // Where there are more workers than cores, whoever spins takes the core from those it waits for.
  return {sample.name,    address,        sample.size,
          sample.writers, sample.readers, sample.work != Work::paced && is_pair(sample)};
}

bool readers_share(const Sample& sample, const Peer& peer) {
  return sample.readers > 1 && (peer.can & kShareReaders) != 0;
}

// Messages of each writer.
uint64_t warm_up_of(const Sample& sample, const Peer& peer) {
  const uint64_t lap = peer.warm_up(sample.size) / sample.writers;
  return sample.work == Work::paced ? std::min(lap, kPacedWarmUp) : lap;
}

class Sender {
 public:
  Sender(const Sample& sample, uint32_t index, Writer& writer, Stage& stage)
      : sample_(sample), index_(index), writer_(writer), stage_(stage) {}

  void send(uint32_t flags, Fill fill) {
    if ((flags & kWarmUp) == 0) ++measured_;
    std::byte* memory = writer_.begin();
    compose(memory, sample_.size, sent_++, {index_, flags, fill});
    if (sample_.work != Work::stream) stamp(memory, ticks());
    writer_.end();
  }

  void warm_up(uint64_t count) {
    const Fill fill = sample_.header_only ? Fill::header : Fill::whole;
    for (; count > 0; --count) {
      send(kWarmUp, fill);
      if (sample_.work != Work::stream) await_read();
    }
    send_last(kWarmUp, fill);
    if (sample_.work != Work::stream) await_read();
  }

  // Looks at the clock only now and then: it costs as much as a message.
  void stream(double ns_per_tick) {
    const auto end = ticks() + static_cast<uint64_t>(sample_.milliseconds * 1e6 / ns_per_tick);
    const Fill fill = sample_.header_only ? Fill::header : Fill::sampled;
    const uint64_t most = std::max<uint64_t>(1, 16'384 / sample_.size * 4);
    uint64_t between = 1;
    while (ticks() < end) {
      for (uint64_t i = 0; i < between; ++i) send(0, fill);
      between = std::min(between * 2, most);
    }
    send_last(0, fill);
  }

  uint64_t measured() const { return measured_; }

  void one_by_one() {
    for (uint32_t i = 1; i <= sample_.messages; ++i) {
      if (sample_.work == Work::paced) Sleep(1);
      send(i == sample_.messages ? kLast : 0, Fill::sampled);
      await_read();
    }
  }

 private:
  // Of readers that share the messages, each stops at the first of these that it gets.
  void send_last(uint32_t flags, Fill fill) {
    const bool share = readers_share(sample_, find_peer(sample_.peer));
    for (uint32_t i = 0; i < (share ? sample_.readers : 1); ++i) send(flags | kLast, fill);
    writer_.flush();
  }
  void await_read() { stage_.await_acknowledged(sent_); }

  const Sample& sample_;
  const uint32_t index_;
  Writer& writer_;
  Stage& stage_;
  uint64_t sent_ = 0;
  uint64_t measured_ = 0;
};

}  // namespace

Finding work_as_writer(const Sample& sample, uint32_t index, const std::string& address) {
  Stage stage(sample.name + ".stage");
  const Peer& peer = find_peer(sample.peer);
  const double ns_per_tick = sample.work == Work::stream ? calibrate_ns_per_tick() : 0;
  pin(sample, 0);
  const auto writer = peer.open_writer(link_of(sample, address));
  Sender sender(sample, index, *writer, stage);
  Finding found;
  stage.meet(party(sample), kOpened);
  if (is_pair(sample)) found.bounce_before = stage.bounce(true);
  sender.warm_up(warm_up_of(sample, peer));
  stage.meet(party(sample), kWarm);
  const double cpu = cpu_seconds();
  found.first = ticks();
  if (sample.work == Work::stream) {
    sender.stream(ns_per_tick);
  } else {
    sender.one_by_one();
  }
  found.cpu_seconds = cpu_seconds() - cpu;
  found.messages = sender.measured();
  stage.meet(party(sample), kDone);
  if (is_pair(sample)) found.bounce_after = stage.bounce(true);
  stage.meet(party(sample), kClosed);
  return found;
}

Finding work_as_reader(const Sample& sample, uint32_t index, void (*on_open)(const std::string& address)) {
  Stage stage(sample.name + ".stage");
  const Peer& peer = find_peer(sample.peer);
  pin(sample, 1);
  const bool shares = readers_share(sample, peer);
  const auto reader = peer.open_reader(link_of(sample, {}));
  Checker checker(sample.size, sample.writers, shares);
  Finding found;
  on_open(reader->address());
  if (index == 0 || !shares) reader->start();
  stage.meet(party(sample), kOpened);
  if (is_pair(sample)) stage.bounce(false);

  uint64_t received = 0;
  const auto next = [&] {
    const Received message = reader->next();
    const uint64_t now = sample.work == Work::stream ? 0 : ticks();
    const Head head = checker.check(message.data, message.size, message.lost);
    if ((head.flags & kWarmUp) == 0 && now != 0) found.latencies.push_back(now - head.stamp);
    ++received;
    if (sample.work != Work::stream) stage.acknowledge(received);
    return head;
  };
  // Up to the last message of each writer. Returns how many there were.
  const auto read_all = [&] {
    uint64_t messages = 0;
    for (uint32_t open = sample.writers; open > 0; ++messages) {
      if ((next().flags & kLast) != 0) --open;
    }
    return messages;
  };
  read_all();
  stage.meet(party(sample), kWarm);
  const double cpu = cpu_seconds();
  found.messages = read_all();
  found.last = ticks();
  found.cpu_seconds = cpu_seconds() - cpu;
  stage.meet(party(sample), kDone);
  if (is_pair(sample)) stage.bounce(false);
  stage.meet(party(sample), kClosed);
  return found;
}

}  // namespace shmbroker::bench
