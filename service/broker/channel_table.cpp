#include "service/broker/channel_table.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/crash_point.h"
#include "service/support/error.h"
#include "service/support/event_log.h"

namespace shmbroker::service {
namespace {

State::Known known_of(const Channel& channel) { return {channel.instance(), channel.config()}; }

// Whether a channel of this configuration can have memory that was made for what is known.
bool is_made_so(const State::Known& known, const ChannelConfig& config) {
  const ChannelConfig& made = known.config;
  return known.layout == core::kLayoutVersion && made.creator == config.creator && made.kind == config.kind &&
         made.when_full == config.when_full && made.capacity == config.capacity &&
         made.max_message == config.max_message && made.calls == config.calls &&
         made.clients == config.clients;
}

}  // namespace

ChannelTable::ChannelTable(ObjectNamespace objects, SavedState& state, ClientWatch& watch, ClientLog& log)
    : objects_(std::move(objects)), state_(state), watch_(watch), log_(log) {}

std::shared_ptr<Channel> ChannelTable::find(const std::wstring& name) const {
  const auto found = channels_.find(name);
  return found == channels_.end() ? nullptr : found->second;
}

bool ChannelTable::note_instance(const ChannelConfig& config) {
  const State::Known* known = state_.find(config.name);
  if (known != nullptr && (known->is_new || may_live(*known))) return false;
  State::Known next{new_instance(), config};
  next.is_new = true;
  state_.note(config.name, std::move(next));
  return true;
}

bool ChannelTable::may_live(const State::Known& known) const {
  return !known.is_new && Channel::lives(known.config, objects_, known.instance, known.layout);
}

std::shared_ptr<Channel> ChannelTable::add(const ChannelConfig& config, const Access& access) {
  std::shared_ptr<Channel> channel = take_over(config, access);
  if (!channel) channel = make_anew(config, access);
  state_.note(config.name, known_of(*channel));
  if (keeper_) channel->entrust_to(keeper_);
  channels_.emplace(channel->name(), channel);
  if (channel->is_created()) {
    EndedMemory::Use& use = created_[config.creator];
    ++use.channels;
    use.bytes += channel->bytes();
  }
  return channel;
}

// What the last run left of a channel, or this one, where a reload had removed it. Null: there is nothing, or
// nothing that can be used.
std::unique_ptr<Channel> ChannelTable::take_over(const ChannelConfig& config, const Access& access) {
  const State::Known* known = state_.find(config.name);
  if (known == nullptr || !may_live(*known)) return nullptr;
  if (is_made_so(*known, config)) {
    if (auto channel = Channel::take_over(config, access, objects_, known->instance, watch_)) return channel;
  }
  const std::string text =
      "channel '" + config.name + "': " +
      (is_made_so(*known, config) ? "its memory is damaged, or somebody else has one of its names"
                                  : "its memory was made for another configuration or version") +
      "; it has ended for those who have it open, and is made anew";
  spdlog::warn("{}", text);
  report_event(Event::failed, text);
  Channel::leave_behind(known->config, objects_, known->instance, known->layout);
  return nullptr;
}

// Under the name that note_instance() has chosen, or another one where that is taken: somebody may have seen
// the first of a channel's names and been quick with the next.
std::unique_ptr<Channel> ChannelTable::make_anew(const ChannelConfig& config, const Access& access) {
  constexpr int kMostTries = 3;
  const State::Known* noted = state_.find(config.name);
  const bool is_free = noted != nullptr && !may_live(*noted);
  Instance instance = is_free ? noted->instance : new_instance();
  for (int tries = 1;; ++tries) {
    try {
      return Channel::make(config, access, objects_, instance, watch_);
    } catch (const Error& error) {
      if (error.win32() != ERROR_ALREADY_EXISTS || tries == kMostTries) throw;
      spdlog::warn("channel '{}': {}; trying another name", config.name, error.what());
    }
    instance = new_instance();
  }
}

void ChannelTable::remove(const std::wstring& name) {
  const auto found = channels_.find(name);
  if (found == channels_.end()) return;
  const std::shared_ptr<Channel> channel = found->second;
  channels_.erase(found);
  const auto use = created_.find(channel->config().creator);
  if (use == created_.end()) return;
  use->second.bytes -= channel->bytes();
  if (--use->second.channels == 0) created_.erase(use);
}

EndedMemory::Use ChannelTable::created_by(const std::string& creator) const {
  const auto found = created_.find(creator);
  return found == created_.end() ? EndedMemory::Use{} : found->second;
}

bool ChannelTable::remove_if_unused(Channel& channel) {
  if (!channel.is_unused()) return false;
  log_.note(win::to_utf16(channel.config().creator).value_or(L""), 0, ClientLog::Level::info,
            "channel '" + channel.config().name + "' has ended: nobody has it open any more",
            GetTickCount64());
  ended_memory_.add(channel.config().creator, channel.object_prefix(), channel.bytes());
  state_.forget(channel.config().name);
  remove(channel.name());
  SHM_CRASH_POINT("drop.erased");
  return true;
}

}  // namespace shmbroker::service
