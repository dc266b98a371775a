#include "tests/bench/one_thread.h"

#include <windows.h>

#include <fmt/core.h>

#include <atomic>
#include <cstring>
#include <exception>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <thread>

#include "tests/bench/clock.h"
#include "tests/bench/peer.h"
#include "tests/bench/pinned.h"
#include "tests/bench/results.h"
#include "tests/bench/spin.h"

namespace shmbroker::bench {
namespace {

constexpr const char* kPeers[] = {"shm", "shared", "shm16", "loan", "ring", "ring16"};
constexpr size_t kSize = 64;
constexpr uint32_t kAtOnce = 1024;  // written before they are read: they stay in the processor's cache
constexpr DWORD_PTR kWriterCore = 1;
constexpr DWORD_PTR kReaderCore = 2;

class Link {
 public:
  Link(const Peer& peer, const LinkSpec& spec)
      : reader_(peer.open_reader(spec)), writer_(peer.open_writer(spec)) {
    reader_->start();
  }

  // Returns ticks.
  uint64_t write_some() {
    const uint64_t begun = ticks();
    for (uint32_t i = 0; i < kAtOnce; ++i) {
      const uint64_t number = written_++;
      std::memcpy(writer_->begin(), &number, sizeof number);
      writer_->end();
    }
    writer_->flush();
    return ticks() - begun;
  }

  uint64_t read_some() {
    const uint64_t begun = ticks();
    for (uint32_t i = 0; i < kAtOnce; ++i) {
      const Received received = reader_->next();
      uint64_t number = 0;
      if (received.size == kSize) std::memcpy(&number, received.data, sizeof number);
      if (received.size != kSize || number != read_)
        throw std::runtime_error("message " + std::to_string(read_) + " is not what came");
      ++read_;
    }
    return ticks() - begun;
  }

 private:
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<Writer> writer_;
  uint64_t written_ = 0;
  uint64_t read_ = 0;
};

// Reads on a core of its own what this thread has written, while this thread waits.
class OtherCore {
 public:
  explicit OtherCore(Link& link) : link_(link), thread_([this] { run(); }) {}
  ~OtherCore() {
    turn_ = Turn::over;
    thread_.join();
  }
  OtherCore(const OtherCore&) = delete;
  OtherCore& operator=(const OtherCore&) = delete;

  // Returns ticks.
  uint64_t read_some() {
    turn_ = Turn::reader;
    spin_until([this] { return turn_ == Turn::writer; });
    if (error_) std::rethrow_exception(error_);
    return ticks_;
  }

 private:
  enum class Turn { writer, reader, over };

  void run() {
    const Pinned pinned(kReaderCore);
    for (;;) {
      spin_until([this] { return turn_ != Turn::writer; });
      if (turn_ == Turn::over) return;
      try {
        ticks_ = link_.read_some();
      } catch (...) {
        error_ = std::current_exception();
      }
      turn_ = Turn::writer;
    }
  }

  Link& link_;
  std::atomic<Turn> turn_{Turn::writer};  // seq_cst: hands over what follows
  uint64_t ticks_ = 0;
  std::exception_ptr error_;
  std::thread thread_;
};

// read_some(): has those messages read that were written last. Returns ticks.
template <class ReadSome>
void measure(Link& link, uint64_t warm_up, uint32_t messages, OneThread& found, ReadSome&& read_some) {
  const auto run = [&](uint64_t most) {
    double write = 0;
    double read = 0;
    uint64_t done = 0;
    for (; done < most; done += kAtOnce) {
      write += static_cast<double>(link.write_some());
      read += static_cast<double>(read_some());
    }
    return std::pair(write / static_cast<double>(done), read / static_cast<double>(done));
  };
  run(warm_up);
  const auto [write, read] = run(messages);
  found.write_ns.push_back(write * found.ns_per_tick);
  found.read_ns.push_back(read * found.ns_per_tick);
}

void measure(uint32_t messages, uint32_t threads, OneThread& found) {
  static uint32_t count = 0;
  LinkSpec spec;
  spec.name = "one thread " + std::to_string(GetCurrentProcessId()) + "." + std::to_string(++count);
  spec.size = kSize;
  const Peer& peer = find_peer(found.peer);
  Link link(peer, spec);
  if (threads == 1)
    return measure(link, peer.warm_up(kSize), messages, found, [&] { return link.read_some(); });
  const Pinned pinned(kWriterCore);
  OtherCore other(link);
  measure(link, peer.warm_up(kSize), messages, found, [&] { return other.read_some(); });
}

std::string ticks_of(const std::vector<double>& ns, double ns_per_tick) {
  return fmt::format("{:.0f}", spread_of(ns).median / ns_per_tick);
}

}  // namespace

std::vector<OneThread> measure_one_thread(uint32_t rounds, uint32_t messages, uint32_t threads) {
  const double ns_per_tick = calibrate_ns_per_tick();
  std::vector<OneThread> all;
  for (const char* peer : kPeers) all.push_back({peer, {}, {}, ns_per_tick});
  for (uint32_t round = 1; round <= rounds; ++round) {
    std::cerr << "\rround " << round << " of " << rounds << "          " << std::flush;
    for (OneThread& each : all) measure(messages, threads, each);
  }
  std::cerr << '\n';
  return all;
}

void print_one_thread(const std::vector<OneThread>& all, uint32_t threads, std::ostream& out) {
  out << fmt::format(
      "\n64 B, {} written and read by {}: ns and ticks of {:.2f} ns a message, median and middle half of {} "
      "rounds\n\n"
      "| | write | ticks | read | ticks |\n| --- | --- | --- | --- | --- |\n",
      kAtOnce, threads == 1 ? "one thread" : "two threads by turns", all.front().ns_per_tick,
      all.front().write_ns.size());
  for (const OneThread& each : all) {
    out << fmt::format("| {} | {} | {} | {} | {} |\n", find_peer(each.peer).title,
                       text_of(spread_of(each.write_ns), 0), ticks_of(each.write_ns, each.ns_per_tick),
                       text_of(spread_of(each.read_ns), 0), ticks_of(each.read_ns, each.ns_per_tick));
  }
}

}  // namespace shmbroker::bench
