#include "service/broker/channel_setup.h"

#include <spdlog/spdlog.h>

#include <future>
#include <utility>

#include "service/broker/wide_name.h"
#include "service/support/error.h"
#include "service/support/event_log.h"

namespace shmbroker::service {

// Without its accounts nobody may open the channel, and without its file it has no value: so both is noted.
// But its memory is there all the same: what an earlier run has left in it stays with the clients and the
// keeper, and what those have who die in it is reclaimed.
void ChannelSetup::set_up(ChannelParts parts) {
  const ChannelConfig& config = parts.config;
  std::string reason = parts.no_access;
  DWORD win32 = 0;
  try {
    std::shared_ptr<Channel> channel = channels_.find(wide_name(config));
    if (!channel) {
      ChannelConfig opened = config;
      if (!parts.access) opened.access = {};
      channel = channels_.add(opened, parts.access.value_or(Access{}));
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

void ChannelSetup::note_unavailable(const ChannelParts& parts, const std::string& reason, DWORD win32) {
  const Identity& identity = channels_.objects().identity;
  win::SecurityDescriptor rights;
  try {
    rights = describe(Object::channel, parts.access.value_or(Access{}), identity);
  } catch (const Error&) {  // a list that is too long for a DACL, which is the reason then
    rights = describe(Object::channel, Access{}, identity);
  }
  if (!unavailable_.note(parts.config, std::move(rights), reason, win32, GetTickCount64())) return;
  const std::string text = "channel '" + parts.config.name + "' is unavailable: " + reason;
  spdlog::error("{}", text);
  report_event(win32 == ERROR_ALREADY_EXISTS ? Event::squatted : Event::unavailable, text);
}

bool ChannelSetup::set_up_pending(ULONGLONG end) {
  while (!pending_.empty()) {
    if (GetTickCount64() >= end) return false;
    set_up_pending(pending_.begin()->first);
  }
  return true;
}

void ChannelSetup::set_up_pending(const std::wstring& name) {
  auto parts = pending_.extract(name);
  if (parts.empty()) return;
  const State::Known* noted = state_.find(parts.mapped().config.name);
  const Instance expected = noted != nullptr ? noted->instance : Instance{};
  set_up(std::move(parts.mapped()));
  const auto channel = channels_.find(parts.key());
  if (!channel) return;
  channel->begin();
  // What was there before could not be taken over, or its names were taken: clients come only to memory that
  // the state file knows.
  if (channel->instance() != expected) state_.save_if_possible();
}

bool ChannelSetup::lacks_file(const ChannelConfig& config) const {
  const auto channel = channels_.find(wide_name(config));
  return !channel || channel->lacks_file();
}

DWORD ChannelSetup::retry_if_due() {
  const ULONGLONG now = GetTickCount64();
  for (const Unavailable* channel : unavailable_.begin_due(now)) {
    lookups_.run([config = channel->config] { return look_up_parts(config); },
                 [this, attempt = channel->attempt](std::future<ChannelParts> outcome) {
                   try {
                     open_file_again(std::make_shared<ChannelParts>(outcome.get()), attempt);
                   } catch (const std::exception& error) {  // no memory; the next reload tries it again
                     spdlog::error("{}", error.what());
                   }
                 });
  }
  return unavailable_.until_due(now);
}

void ChannelSetup::open_file_again(std::shared_ptr<ChannelParts> parts, uint64_t attempt) {
  if (!parts->config.file || !lacks_file(parts->config)) return retry(std::move(*parts), attempt);
  disk_.run([parts, folders = folders_, &files = files_] { open_file(*parts, folders, files); },
            [this, parts, attempt](std::future<void> outcome) {
              try {
                outcome.get();
                retry(std::move(*parts), attempt);
              } catch (const std::exception& error) {  // no memory, as above
                spdlog::error("{}", error.what());
              }
            });
}

// parts: what has been got on the workers' threads. Meanwhile a reload may have taken the channel away, or
// changed it.
void ChannelSetup::retry(ChannelParts parts, uint64_t attempt) {
  const std::wstring name = wide_name(parts.config);
  const Unavailable* channel = unavailable_.find(name);
  if (channel == nullptr || channel->attempt != attempt) return;
  if (pending_.contains(name)) return;  // the new configuration sets it up, or notes it anew
  const bool is_made = channels_.contains(name);
  const bool is_noted = !is_made && channels_.note_instance(parts.config);
  try {
    if (is_noted) state_.save();
  } catch (const Error& error) {
    state_.forget(parts.config.name);  // no memory under an instance that no file has
    return note_unavailable(parts, error.what(), error.win32());
  }
  set_up(std::move(parts));
  const auto made = channels_.find(name);
  if (!made) return;
  made->begin();
  if (!is_made) state_.save_if_possible();
}

}  // namespace shmbroker::service
