// The rows of the benchmark, and what all rounds of it have found.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/bench/director.h"

namespace shmbroker::bench {

// One piece of work that several peers do.
struct Row {
  std::string name;   // for options and JSON
  std::string title;  // for people
  Sample sample;
  std::vector<std::string> peers;
};

// quick: samples so short that everything ends within a minute.
std::vector<Row> all_rows(bool quick);

// One topic and more and more readers, each of which gets all: rows of their own.
std::vector<Row> reader_rows(bool quick);

enum class Measure { rate, p50, p99, p999, cpu, fairness };
double value_of(const Outcome& outcome, Measure measure);

// A median and the quarters around it.
struct Spread {
  double low = 0;
  double median = 0;
  double high = 0;
  size_t count = 0;
};
Spread spread_of(std::vector<double> values);
// Ours divided by theirs, of samples of the same round.
Spread ratio_of(const std::vector<double>& ours, const std::vector<double>& theirs);
// "12 (11 – 14)": the median and the middle half.
std::string text_of(const Spread& spread, int digits);
std::string in_microseconds(const std::vector<double>& ns, int digits);

class Results {
 public:
  void add(const std::string& row, const std::string& peer, const Outcome& outcome) {
    outcomes_[row][peer].push_back(outcome);
  }
  bool has(const std::string& row, const std::string& peer) const;
  Spread spread(const std::string& row, const std::string& peer, Measure measure) const;

  // One side of a comparison.
  struct Side {
    std::string row;
    std::string peer;
  };
  // Ours divided by theirs, of samples of the same round. Where enough of them ran at the same distance
  // between the two cores, only those count: it moves everything that spins severalfold.
  Spread ratio(const Side& ours, const Side& theirs, Measure measure) const;

  nlohmann::json to_json() const { return outcomes_; }

 private:
  const std::vector<Outcome>& of(const Side& side) const;
  std::map<std::string, std::map<std::string, std::vector<Outcome>>> outcomes_;
};

}  // namespace shmbroker::bench
