#include "tests/bench/bars.h"

#include <fmt/core.h>

#include <vector>

namespace shmbroker::bench {
namespace {

struct Bar {
  const char* work;
  Results::Side ours;
  Results::Side theirs;
  Measure measure;
  bool at_least;
  double limit;
};

const std::vector<Bar>& bars() {
  static const std::vector<Bar> all = {
      {"one way, 64 B, p50", {"latency", "shm"}, {"latency", "ring"}, Measure::p50, false, 0.9},
      {"one way, 48 B, p50", {"latency-48", "shm"}, {"latency-48", "ring"}, Measure::p50, false, 0.8},
      {"one way, 64 B, p50", {"latency", "shm"}, {"latency", "boost"}, Measure::p50, false, 0.5},
      {"64 B, exclusive writer", {"stream-64", "shm"}, {"stream-64", "ring"}, Measure::rate, true, 1.0},
      {"64 B, open to more writers",
       {"stream-64", "shared"},
       {"stream-64", "ring"},
       Measure::rate,
       true,
       0.85},
      {"64 B", {"stream-64", "shm"}, {"stream-64", "boost"}, Measure::rate, true, 3.5},
      {"64 B, batches of 16", {"stream-64", "shm16"}, {"stream-64", "ring"}, Measure::rate, true, 1.5},
      {"64 B, batches of 16", {"stream-64", "shm16"}, {"stream-64", "ring16"}, Measure::rate, true, 0.9},
      {"1 KiB, copied", {"stream-1K", "shm"}, {"stream-1K", "ring"}, Measure::rate, true, 0.8},
      {"64 KiB, copied", {"stream-64K", "shm"}, {"stream-64K", "ring"}, Measure::rate, true, 0.8},
      {"1 MiB, copied", {"stream-1M", "shm"}, {"stream-1M", "ring"}, Measure::rate, true, 0.8},
      {"in place, untouched: 1 MiB against 64 B",
       {"untouched-1M", "loan"},
       {"untouched-64", "loan"},
       Measure::rate,
       true,
       0.5},
      {"a sleeping reader woken, p50", {"paced", "shm"}, {"paced", "event"}, Measure::p50, false, 1.05},
      {"a sleeping reader woken, p99", {"paced", "shm"}, {"paced", "event"}, Measure::p99, false, 1.2},
      {"four writers, one reader", {"4-to-1", "shm"}, {"4-to-1", "boost"}, Measure::rate, true, 1.0},
      {"one writer, four readers, each gets all",
       {"1-to-4", "shm"},
       {"1-to-4", "boost"},
       Measure::rate,
       true,
       1.0},
      {"one writer, four readers that share",
       {"1-to-4", "queue"},
       {"1-to-4", "boost"},
       Measure::rate,
       true,
       3.0},
  };
  return all;
}

void print(std::ostream& out, const std::string& work, const std::string& bar, const std::string& measured,
           bool holds) {
  out << fmt::format("  {:<42} {:<22} {:<26} {}\n", work, bar, measured, holds ? "holds" : "DOES NOT HOLD");
}

}  // namespace

void print_bars(const Results& results, const Extras& extras, std::ostream& out) {
  out << "\nThe bars: ours divided by theirs, median and middle half of the rounds\n";
  for (const Bar& bar : bars()) {
    if (!results.has(bar.ours.row, bar.ours.peer) || !results.has(bar.theirs.row, bar.theirs.peer)) continue;
    const Spread ratio = results.ratio(bar.ours, bar.theirs, bar.measure);
    const bool holds = bar.at_least ? ratio.median >= bar.limit : ratio.median <= bar.limit;
    print(out, bar.work, fmt::format("{} {} x {}", bar.at_least ? ">=" : "<=", bar.limit, bar.theirs.peer),
          fmt::format("{:.2f} ({:.2f} .. {:.2f})", ratio.median, ratio.low, ratio.high), holds);
  }
  if (results.has("4-to-1", "shm")) {
    const Spread fairness = results.spread("4-to-1", "shm", Measure::fairness);
    print(out, "four writers: slowest / quickest", ">= 0.2",
          fmt::format("{:.2f} ({:.2f} .. {:.2f})", fairness.median, fairness.low, fairness.high),
          fairness.low >= 0.2);
  }
  if (const WakeUps& wake_ups = extras.wake_ups; wake_ups.messages != 0) {
    print(out, fmt::format("wake-ups a message, {} sleeping readers", wake_ups.readers), "<= 1.05",
          fmt::format("{:.3f}", wake_ups.a_message), wake_ups.a_message <= 1.05);
  }
  const Idle& idle = extras.idle;
  if (idle.channels == 0) return;
  print(out, fmt::format("idle: {} channels, as many sleeping readers", idle.channels), "0 % CPU",
        fmt::format("{:.2f} %", idle.cpu_percent), idle.cpu_percent < 0.5);
  print(out, "memory of a channel beyond its capacity", "<= 64 KiB",
        fmt::format("{:.1f} KiB", idle.overhead_kib), idle.overhead_kib <= 64);
}

}  // namespace shmbroker::bench
