#include "tests/bench/report.h"

#include <fmt/core.h>

#include <fstream>
#include <stdexcept>

namespace shmbroker::bench {
namespace {

std::string rate_text(double rate) {
  return rate >= 1e6 ? fmt::format("{:.2f} M/s", rate / 1e6) : fmt::format("{:.2f} k/s", rate / 1e3);
}

std::string time_text(double ns) {
  return ns >= 1e4 ? fmt::format("{:.1f} us", ns / 1e3) : fmt::format("{:.0f} ns", ns);
}

// The first of a row's peers is ours.
void print_row(const Row& row, const Results& results, std::ostream& out) {
  const bool is_stream = row.sample.work == Work::stream;
  const Measure measure = is_stream ? Measure::rate : Measure::p50;
  const auto text = is_stream ? rate_text : time_text;
  out << fmt::format("\n{}\n  {:<38} {:>11}  {:^25} {:>9}  {}\n", row.title, "", is_stream ? "rate" : "p50",
                     "middle half", "to ours", is_stream ? "CPU a message" : "p99, p99.9, CPU a message");
  for (const std::string& peer : row.peers) {
    if (!results.has(row.name, peer)) continue;
    const Spread spread = results.spread(row.name, peer, measure);
    const Spread cpu = results.spread(row.name, peer, Measure::cpu);
    std::string ratio;
    if (results.has(row.name, row.peers[0])) {
      ratio =
          fmt::format("{:.2f}", results.ratio({row.name, peer}, {row.name, row.peers[0]}, measure).median);
    }
    std::string more = time_text(cpu.median);
    if (!is_stream) {
      more = time_text(results.spread(row.name, peer, Measure::p99).median) + ", " +
             time_text(results.spread(row.name, peer, Measure::p999).median) + ", " + more;
    }
    out << fmt::format("  {:<38} {:>11}  {:>11} .. {:<11} {:>8}  {}\n", find_peer(peer).title,
                       text(spread.median), text(spread.low), text(spread.high), ratio, more);
  }
}

// Of the time between two messages, each reader's part; median and middle half of the rounds.
Spread ns_a_reader(const Row& row, const Results& results) {
  const Spread rate = results.spread(row.name, row.peers[0], Measure::rate);
  const double ns = 1e9 / row.sample.readers;
  return {ns / rate.high, ns / rate.median, ns / rate.low, rate.count};
}

}  // namespace

void print_rows(const std::vector<Row>& rows, const Results& results, std::ostream& out) {
  for (const Row& row : rows) print_row(row, results, out);
}

void write_chart_data(const Results& results, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream throughput(folder / "throughput.dat");
  const char* const peers[] = {"shm", "shm16", "loan", "ring", "boost", "tcp", "pipe", "copydata", "note"};
  const struct {
    const char* row;
    size_t size;
  } sizes[] = {{"stream-64", 64}, {"stream-1K", 1024}, {"stream-64K", 65536}, {"stream-1M", 1 << 20}};
  for (const char* peer : peers) {
    throughput << '"' << find_peer(peer).title << "\"\n";
    for (const auto& each : sizes) {
      if (!results.has(each.row, peer)) continue;
      const Spread rate = results.spread(each.row, peer, Measure::rate);
      throughput << each.size << ' ' << rate.median << ' ' << rate.low << ' ' << rate.high << '\n';
    }
    throughput << "\n\n";
  }
  for (const char* row : {"latency", "paced"}) {
    std::ofstream latency(folder / (std::string(row) + ".dat"));
    for (const char* peer : {"shm", "ring", "event", "boost", "pipe", "tcp", "copydata", "note"}) {
      if (!results.has(row, peer)) continue;
      const Spread p50 = results.spread(row, peer, Measure::p50);
      latency << '"' << find_peer(peer).title << "\" " << p50.median << ' ' << p50.low << ' ' << p50.high
              << ' ' << results.spread(row, peer, Measure::p99).median << '\n';
    }
    if (!latency.flush()) throw std::runtime_error("cannot write the charts' data");
  }
  if (!throughput.flush()) throw std::runtime_error("cannot write the charts' data");
}

void print_readers(const std::vector<Row>& rows, const Results& results, std::ostream& out) {
  out << "\n| readers | messages a second | ns a message and reader | to one reader's |\n| --- | --- | --- | "
         "--- |\n";
  const double one = ns_a_reader(rows.front(), results).median;
  for (const Row& row : rows) {
    const Spread ns = ns_a_reader(row, results);
    out << fmt::format("| {} | {} | {} | {:.2f} |\n", row.sample.readers,
                       rate_text(results.spread(row.name, row.peers[0], Measure::rate).median),
                       text_of(ns, 1), ns.median / one);
  }
}

void write_readers_chart_data(const std::vector<Row>& rows, const Results& results,
                              const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream file(folder / "readers.dat");
  for (const Row& row : rows) {
    const Spread ns = ns_a_reader(row, results);
    file << row.sample.readers << ' ' << ns.median << ' ' << ns.low << ' ' << ns.high << '\n';
  }
  if (!file.flush()) throw std::runtime_error("cannot write the charts' data");
}

}  // namespace shmbroker::bench
