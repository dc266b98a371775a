// What was seen of all channels so far: their figures now, and two minutes of rate and lag.
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "figures.h"

namespace samples::monitor {

struct Sample {
  uint64_t time_ms;
  std::optional<double> rate;  // messages a second
  uint64_t lag;                // bytes
};

struct Observed {
  Watched watched;
  Figures figures;
  std::deque<Sample> past;  // the oldest first
  uint64_t turn = 0;        // the snapshot that had it last
};

class Observations {
 public:
  static constexpr uint64_t kMemoryMs = 120'000;

  // One that tells of trouble leaves no channel, and the past of each as it was.
  void add(const Snapshot& snapshot);

  // Those of the last snapshot, in its order.
  const std::vector<const Observed*>& channels() const { return present_; }
  // Null: it was not there at the last snapshot.
  const Observed* find(const std::wstring& name) const;

 private:
  void add(const Watched& watched);

  uint64_t turn_ = 0;  // snapshots so far
  std::map<std::wstring, Observed> known_;
  std::vector<const Observed*> present_;
};

}  // namespace samples::monitor
