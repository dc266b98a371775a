// How long servers have their requests. A server stores the times of its last ones; who watches looks at
// those of all servers. Clients can write there, too: it is for people, and nothing depends on it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <vector>

#include "core/call_layout.h"

namespace shmbroker::core {

// For a server. relaxed, all of it: of two threads that answer at once through one handle one time may be
// lost.
inline void note_served(ServeTimes& served, uint32_t time) {
  const uint32_t count = served.count.load(std::memory_order_relaxed);
  served.times[count % std::size(served.times)].store(time, std::memory_order_relaxed);
  served.count.store(count + 1, std::memory_order_relaxed);
}

// Adds the times that are there to a list. relaxed, as in note_served().
inline void collect_served(const ServeTimes& served, std::vector<uint32_t>& times) {
  const size_t count =
      std::min<size_t>(served.count.load(std::memory_order_relaxed), std::size(served.times));
  for (size_t i = 0; i < count; ++i) times.push_back(served.times[i].load(std::memory_order_relaxed));
}

// The time that so many of a hundred do not exceed. times: in any order; not empty.
inline uint32_t percentile(std::vector<uint32_t>& times, uint32_t of_a_hundred) {
  const size_t rank = (times.size() * of_a_hundred + 99) / 100;
  const auto found = times.begin() + static_cast<std::ptrdiff_t>(std::max<size_t>(rank, 1) - 1);
  std::ranges::nth_element(times, found);
  return *found;
}

}  // namespace shmbroker::core
