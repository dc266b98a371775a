#include "tests/bench/results.h"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace shmbroker::bench {
namespace {

constexpr size_t kEnoughAlike = 3;

Sample stream(size_t size, uint32_t milliseconds, uint32_t writers = 1, uint32_t readers = 1) {
  Sample sample;
  sample.size = size;
  sample.writers = writers;
  sample.readers = readers;
  sample.milliseconds = milliseconds;
  return sample;
}

Sample untouched(size_t size, uint32_t milliseconds) {
  Sample sample = stream(size, milliseconds);
  sample.header_only = true;
  return sample;
}

Sample one_by_one(Work work, uint32_t messages, size_t size = 64) {
  Sample sample;
  sample.size = size;
  sample.work = work;
  sample.messages = messages;
  return sample;
}

bool alike(const Outcome& one, const Outcome& other) {
  return one.steady && other.steady &&
         std::max(one.line_ns, other.line_ns) < 1.5 * std::min(one.line_ns, other.line_ns);
}

}  // namespace

std::vector<Row> all_rows(bool quick) {
  const uint32_t ms = quick ? 20 : 100;
  const uint32_t few = quick ? 30 : 200;
  const uint32_t many = quick ? 200 : 1000;
  const std::vector<std::string> copying = {"shm", "ring", "boost", "pipe", "tcp", "copydata", "note"};
  std::vector<std::string> with_batches = copying;
  with_batches.insert(with_batches.begin() + 1, {"shared", "shm16", "loan"});
  with_batches.insert(with_batches.begin() + 5, "ring16");
  std::vector<std::string> with_loan = copying;
  with_loan.insert(with_loan.begin() + 1, "loan");
  return {
      {"latency", "64 B one way, one at a time, both sides spinning", one_by_one(Work::latency, many),
       copying},
      {"latency-48",
       "48 B one way, one at a time, both sides spinning: a line with its header",
       one_by_one(Work::latency, many, 48),
       {"shm", "ring"}},
      {"paced",
       "64 B, 1,000 a second, the reader asleep",
       one_by_one(Work::paced, few),
       {"shm", "event", "boost", "pipe", "tcp", "copydata", "note"}},
      {"stream-64", "64 B, as many as go", stream(64, ms), with_batches},
      {"stream-1K", "1 KiB, as many as go", stream(1024, ms), with_batches},
      {"stream-64K", "64 KiB, as many as go", stream(65536, ms), with_loan},
      {"stream-1M", "1 MiB, as many as go", stream(1 << 20, 2 * ms), with_loan},
      {"untouched-64", "64 B in place, payload untouched", untouched(64, ms), {"loan"}},
      {"untouched-1M", "1 MiB in place, payload untouched", untouched(1 << 20, ms), {"loan"}},
      {"4-to-1",
       "64 B, four writers to one reader",
       stream(64, 2 * ms, 4, 1),
       {"shm", "queue", "boost", "copydata", "note"}},
      {"1-to-4", "64 B, one writer to four readers", stream(64, 2 * ms, 1, 4), {"shm", "queue", "boost"}},
  };
}

std::vector<Row> reader_rows(bool quick) {
  std::vector<Row> rows;
  for (const uint32_t readers : {1u, 2u, 4u, 8u, 16u, 32u, 64u}) {
    if (quick && readers > 4) break;
    const std::string number = std::to_string(readers);
    rows.push_back({"readers-" + number,
                    "64 B, one topic, readers: " + number,
                    stream(64, quick ? 20 : 200, 1, readers),
                    {"shm"}});
  }
  return rows;
}

double value_of(const Outcome& outcome, Measure measure) {
  switch (measure) {
    case Measure::rate:
      return outcome.rate;
    case Measure::p50:
      return outcome.p50;
    case Measure::p99:
      return outcome.p99;
    case Measure::p999:
      return outcome.p999;
    case Measure::cpu:
      return outcome.cpu_ns;
    case Measure::fairness:
      return outcome.fairness;
  }
  return 0;
}

Spread spread_of(std::vector<double> values) {
  if (values.empty()) return {};
  std::ranges::sort(values);
  const size_t last = values.size() - 1;
  return {values[last / 4], values[last / 2], values[last - last / 4], values.size()};
}

Spread ratio_of(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios(ours.size());
  std::ranges::transform(ours, theirs, ratios.begin(), std::divides());
  return spread_of(std::move(ratios));
}

std::string text_of(const Spread& spread, int digits) {
  return fmt::format("{:.{}f} ({:.{}f} – {:.{}f})", spread.median, digits, spread.low, digits, spread.high,
                     digits);
}

std::string in_microseconds(const std::vector<double>& ns, int digits) {
  const Spread spread = spread_of(ns);
  return text_of({spread.low / 1e3, spread.median / 1e3, spread.high / 1e3, spread.count}, digits);
}

bool Results::has(const std::string& row, const std::string& peer) const {
  const auto found = outcomes_.find(row);
  return found != outcomes_.end() && found->second.contains(peer);
}

const std::vector<Outcome>& Results::of(const Side& side) const {
  if (!has(side.row, side.peer))
    throw std::runtime_error("there is no result of " + side.peer + " at " + side.row);
  return outcomes_.at(side.row).at(side.peer);
}

Spread Results::spread(const std::string& row, const std::string& peer, Measure measure) const {
  std::vector<double> values;
  for (const Outcome& outcome : of({row, peer})) values.push_back(value_of(outcome, measure));
  return spread_of(std::move(values));
}

Spread Results::ratio(const Side& ours, const Side& theirs, Measure measure) const {
  const auto& one = of(ours);
  const auto& other = of(theirs);
  std::vector<double> all;
  std::vector<double> same_distance;
  for (size_t round = 0; round < std::min(one.size(), other.size()); ++round) {
    const double ratio = value_of(one[round], measure) / value_of(other[round], measure);
    all.push_back(ratio);
    if (alike(one[round], other[round])) same_distance.push_back(ratio);
  }
  return spread_of(same_distance.size() >= kEnoughAlike ? same_distance : all);
}

}  // namespace shmbroker::bench
