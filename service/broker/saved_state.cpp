#include "service/broker/saved_state.h"

#include <spdlog/spdlog.h>

namespace shmbroker::service {

SavedState::SavedState(std::filesystem::path file, ClientWatch& watch)
    : file_(std::move(file)), watch_(watch) {
  State state = load_state(file_);
  known_ = std::move(state.channels);
  keepers_ = std::move(state.keepers);
  watch_.remember(std::move(state.accounts));
  for (const auto& [name, known] : known_) configured_.insert(name);  // until set_configured()
}

const State::Known* SavedState::find(const std::string& name) const {
  const auto found = known_.find(name);
  return found == known_.end() ? nullptr : &found->second;
}

void SavedState::note(const std::string& name, State::Known known) {
  const State::Known* before = find(name);
  if (before == nullptr || before->instance != known.instance) unsaved_.insert(name);
  known_[name] = std::move(known);
  given_up_.erase(name);
}

void SavedState::forget(const std::string& name) {
  known_.erase(name);
  unsaved_.erase(name);
}

std::vector<std::pair<std::string, State::Known>> SavedState::created() const {
  std::vector<std::pair<std::string, State::Known>> created;
  for (const auto& [name, known] : known_) {
    if (!known.config.creator.empty()) created.emplace_back(name, known);
  }
  return created;
}

void SavedState::set_configured(const Config& config) {
  configured_.clear();
  add_configured(config);
}

void SavedState::add_configured(const Config& config) {
  for (const ChannelConfig& channel : config.channels) configured_.insert(channel.name);
}

void SavedState::save() {
  State state;
  for (const auto& [name, known] : known_) {
    const bool is_created = !known.config.creator.empty() && !given_up_.contains(name);
    if (is_created || configured_.contains(name)) state.channels.emplace(name, known);
  }
  state.keepers = keepers_;
  state.accounts = watch_.accounts();
  save_state(file_, state);
  unsaved_.clear();
}

void SavedState::save_if_possible() {
  try {
    save();
  } catch (const std::exception& error) {
    spdlog::warn("{}", error.what());
  }
}

void SavedState::save_soon(Saved saved) {
  is_due_ = true;
  if (saved) waiting_.push_back(std::move(saved));
}

DWORD SavedState::save_if_due() {
  if (!std::exchange(is_due_, false)) return INFINITE;
  std::exception_ptr failure;
  try {
    save();
  } catch (const std::exception& error) {
    failure = std::current_exception();
    spdlog::warn("{}", error.what());
  }
  for (const Saved& saved : std::exchange(waiting_, {})) saved(failure);
  return is_due_ ? 0 : INFINITE;
}

}  // namespace shmbroker::service
