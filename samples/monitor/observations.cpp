#include "observations.h"

#include <algorithm>

namespace samples::monitor {
namespace {

bool is(const Observed* observed, const std::wstring& name) { return observed->watched.state.name == name; }

}  // namespace

void Observations::add(const Snapshot& snapshot) {
  present_.clear();
  if (!snapshot.trouble.empty()) return;
  for (const Watched& watched : snapshot.channels) add(watched);
  std::erase_if(known_, [this](const auto& known) {
    return std::ranges::find(present_, &known.second) == present_.end();
  });
}

void Observations::add(const Watched& watched) {
  Observed& observed = known_[watched.state.name];
  std::deque<Sample>& past = observed.past;
  observed.figures = figures_of(watched, past.empty() ? nullptr : &observed.watched);
  observed.watched = watched;
  past.push_back({watched.time_ms, observed.figures.messages, observed.figures.lag});
  while (past.front().time_ms + kMemoryMs < watched.time_ms) past.pop_front();
  present_.push_back(&observed);
}

const Observed* Observations::find(const std::wstring& name) const {
  const auto found =
      std::ranges::find_if(present_, [&](const Observed* observed) { return is(observed, name); });
  return found != present_.end() ? *found : nullptr;
}

}  // namespace samples::monitor
