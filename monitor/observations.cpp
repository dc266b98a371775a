#include "observations.h"

namespace samples::monitor {

void Observations::add(const Snapshot& snapshot) {
  present_.clear();
  ++turn_;
  if (!snapshot.trouble.empty()) return;
  for (const Watched& watched : snapshot.channels) add(watched);
  std::erase_if(known_, [this](const auto& known) { return known.second.turn != turn_; });
}

void Observations::add(const Watched& watched) {
  Observed& observed = known_[watched.state.name];
  std::deque<Sample>& past = observed.past;
  observed.turn = turn_;
  observed.figures = figures_of(watched, past.empty() ? nullptr : &observed.watched);
  observed.watched = watched;
  past.push_back({watched.time_ms, observed.figures.messages, observed.figures.lag});
  while (past.front().time_ms + kMemoryMs < watched.time_ms) past.pop_front();
  present_.push_back(&observed);
}

const Observed* Observations::find(const std::wstring& name) const {
  const auto found = known_.find(name);
  return found != known_.end() && found->second.turn == turn_ ? &found->second : nullptr;
}

}  // namespace samples::monitor
