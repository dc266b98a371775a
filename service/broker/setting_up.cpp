// The channels of the configuration come into being, each for itself: what stands in the way of one keeps
// none of the others, and is tried again.
#include <spdlog/spdlog.h>

#include "core/crash_point.h"
#include "service/broker/broker.h"
#include "service/broker/request.h"
#include "service/broker/wide_name.h"
#include "service/support/event_log.h"

namespace shmbroker::service {

// Makes the channel, or gives the one there is what it was waiting for. Without its accounts nobody may open
// it, and without its file it has no value: so both is noted. But its memory is there all the same: what an
// earlier run has left in it stays with the clients and the keeper, and those who die in it are buried.
void Broker::set_up(ChannelParts parts) {
  const ChannelConfig& config = parts.config;
  std::string reason = parts.no_access;
  DWORD win32 = 0;
  try {
    const auto found = channels_.find(wide_name(config));
    std::shared_ptr<Channel> channel = found != channels_.end() ? found->second : nullptr;
    if (!channel) {
      ChannelConfig opened = config;
      if (!parts.access) opened.access = {};
      channel = make_channel(opened, parts.access.value_or(Access{}));
      channels_.emplace(channel->name(), channel);
    } else if (parts.access) {
      channel->set_access(config.access, *parts.access);
    }
    if (parts.file && channel->lacks_file()) channel->attach(std::move(parts.file), parts.value);
    if (channel->lacks_file()) {
      reason += (reason.empty() ? "" : "; ");
      reason += parts.no_file.empty() ? "its file has not been opened yet" : parts.no_file;
    }
  } catch (const Error& error) {
    reason = error.what();
    win32 = error.win32();
  } catch (const std::exception& error) {  // no memory
    reason = error.what();
  }
  if (!reason.empty()) {
    note_unavailable(parts, reason, win32);
  } else if (unavailable_.forget(wide_name(config))) {
    spdlog::info("channel '{}' is available now", config.name);
  }
}

void Broker::note_unavailable(const ChannelParts& parts, const std::string& reason, DWORD win32) {
  win::SecurityDescriptor rights;
  try {
    rights = describe(Object::channel, parts.access.value_or(Access{}), realm_.identity);
  } catch (const Error&) {  // a list that is too long for a DACL, which is the reason then
    rights = describe(Object::channel, Access{}, realm_.identity);
  }
  if (!unavailable_.note(parts.config, std::move(rights), reason, win32, GetTickCount64())) return;
  const std::string text = "channel '" + parts.config.name + "' is unavailable: " + reason;
  spdlog::error("{}", text);
  report_event(win32 == ERROR_ALREADY_EXISTS ? Event::squatted : Event::unavailable, text);
}

bool Broker::lacks_file(const ChannelConfig& config) const {
  const auto found = channels_.find(wide_name(config));
  return found == channels_.end() || found->second->lacks_file();
}

// Tries again what is due. Returns the milliseconds until something is, or INFINITE.
DWORD Broker::tend_unavailable() {
  const ULONGLONG now = GetTickCount64();
  for (const Unavailable* channel : unavailable_.begin_due(now)) {
    worker_.run([config = channel->config, wants_file = lacks_file(channel->config),
                 folders = (coming_ ? coming_->config : config_).file_folders,
                 &files = files_] { return get_parts(config, wants_file, folders, files); },
                [this, attempt = channel->attempt](std::future<ChannelParts> outcome) {
                  try {
                    retry(outcome.get(), attempt);
                  } catch (const std::exception& error) {  // no memory; the next reload tries it again
                    spdlog::error("{}", error.what());
                  }
                });
  }
  return unavailable_.until_due(now);
}

// parts: what has been got on the worker's thread. Meanwhile a reload may have taken the channel away, or
// changed it.
void Broker::retry(ChannelParts parts, uint64_t attempt) {
  const std::wstring name = wide_name(parts.config);
  const Unavailable* channel = unavailable_.find(name);
  if (channel == nullptr || channel->attempt != attempt) return;
  if (coming_ && coming_->parts.contains(name)) return;  // the new configuration sets it up, or notes it anew
  const bool is_made = channels_.contains(name);
  const bool is_noted = !is_made && note_instance(parts.config);
  try {
    if (is_noted) save();
  } catch (const Error& error) {
    state_.channels.erase(parts.config.name);  // no memory under an instance that no file has
    return note_unavailable(parts, error.what(), error.win32());
  }
  set_up(std::move(parts));
  const auto found = channels_.find(name);
  if (found == channels_.end()) return;
  found->second->begin();
  if (!is_made) save_what_is_left();
}

// Who may use the channel is told why he can't; and where it is not known who may, administrators are.
Refusal Broker::why_unavailable(const Unavailable& channel, const Caller& caller) const {
  const std::string text = "channel '" + channel.config.name + "' is unavailable";
  const bool may_know = rights_of(caller.token.get(), channel.rights) != 0;
  return Refusal(
      core::Status::unavailable,
      may_know ? text + ": " + channel.reason + ". The service tries again by itself"
               : text + "; an administrator finds the reason with: shmbroker show " + channel.config.name,
      channel.win32);
}

}  // namespace shmbroker::service
