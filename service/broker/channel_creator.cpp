#include "service/broker/channel_creator.h"

#include <spdlog/spdlog.h>

#include <utility>

#include "core/crash_point.h"
#include "service/broker/refusal.h"

namespace shmbroker::service {
namespace {

ChannelConfig config_of(const std::wstring& name, const pipe::OpenRequest& request,
                        const std::wstring& creator) {
  ChannelConfig config;
  config.name = win::display_utf8(name);
  config.kind = static_cast<core::Kind>(request.kind);
  config.creator = win::display_utf8(creator);
  config.keep = (request.flags & pipe::kOpenKeep) != 0;
  config.capacity = request.capacity;
  config.max_message = request.capacity;
  if (config.kind == core::Kind::service) {
    const auto asked_or = [](auto asked, auto usual) { return asked != 0 ? asked : usual; };
    config.capacity = asked_or(request.capacity, kUsualCallBytes);
    config.max_message = asked_or(request.max_message, kUsualCallBytes);
    config.calls = asked_or(request.calls, kUsualCalls);
    config.clients = asked_or(request.clients, kUsualClients);
  }
  if (config.kind == core::Kind::topic || config.kind == core::Kind::queue) {
    config.capacity = core::ring_capacity(request.capacity, request.max_message);
    config.max_message =
        request.max_message != 0 ? request.max_message : core::largest_message(config.capacity);
  }
  if (config.kind == core::Kind::topic) {
    config.when_full =
        request.when_full != 0 ? request.when_full : static_cast<uint32_t>(core::WhenFull::overwrite);
  }
  return config;
}

}  // namespace

void ChannelCreator::take_over() {
  for (const auto& [name, known] : state_.created()) {
    if (channels_.contains(win::to_utf16(name).value_or(L""))) continue;
    if (!channels_.may_live(known)) {
      state_.give_up(name);
      continue;
    }
    try {
      const auto channel = add(known.config);
      if (channel->is_unused()) {
        state_.forget(name);
        channels_.remove(std::wstring(channel->name()));
      }
    } catch (const Error& error) {
      state_.give_up(name);
      spdlog::error("lost: channel '{}': {}", name,
                    error.what());  // it is nobody's fault that should keep the service from starting
    }
  }
}

std::shared_ptr<Channel> ChannelCreator::add(ChannelConfig config) {
  config.access = policy_.access_config_of(config);
  return channels_.add(config, policy_.access_of(config));
}

std::shared_ptr<Channel> ChannelCreator::create(const std::wstring& name, const pipe::OpenRequest& request,
                                                Caller& caller) {
  const std::string who = caller.name();
  const ChannelConfig wanted = config_of(name, request, caller.account());
  if (!policy_.allows(caller.token())) {
    throw Refusal(core::Status::access,
                  who + " may not create channel '" + wanted.name +
                      "'; see create.accounts in shmbroker.json, or add the channel there",
                  ERROR_ACCESS_DENIED);
  }
  check_quota(wanted, caller);
  state_.forget(wanted.name);  // an earlier one of this name had memory of its own
  std::shared_ptr<Channel> channel;
  try {
    channel = add(wanted);
  } catch (const Error& error) {
    state_.forget(wanted.name);
    throw Error("channel '" + wanted.name + "': " + error.what(), error.win32());
  }
  SHM_CRASH_POINT("create.made");
  // Those who open it are answered when it is saved. Where it can't be, all of them are refused.
  state_.save_soon([this, made = wanted.name](const std::exception_ptr& failure) {
    if (failure) remove_unsaved(made);
  });
  log_.note(caller.account(), caller.pid(), ClientLog::Level::info,
            "channel '" + wanted.name + "' created by " + who, GetTickCount64());
  return channel;
}

void ChannelCreator::remove_unsaved(const std::string& name) {
  if (state_.has_saved(name)) return;
  state_.forget(name);
  channels_.remove(win::to_utf16(name).value_or(L""));
}

void ChannelCreator::check_quota(const ChannelConfig& wanted, Caller& caller) {
  uint64_t bytes = core::whole_size(geometry_of(wanted));
  if (bytes == 0) {
    throw Refusal(core::Status::argument, "channel '" + wanted.name +
                                              "' can't be created: kind, when_full, capacity, max_message, "
                                              "max_calls or max_clients is out of range");
  }
  const EndedMemory::Use there = channels_.created_by(wanted.creator);
  const EndedMemory::Use ended = channels_.ended_of(wanted.creator);
  const uint64_t count = 1 + there.channels + ended.channels;
  bytes += there.bytes + ended.bytes;
  const CreateConfig& limits = policy_.limits();
  if (count > limits.max_channels || bytes > limits.max_bytes) {
    throw Refusal(core::Status::quota,
                  caller.name() + " would have " + std::to_string(count) + " channels of " +
                      std::to_string(bytes) +
                      " bytes; close some, or raise what create in shmbroker.json allows: " +
                      std::to_string(limits.max_channels) + " and " + std::to_string(limits.max_bytes) +
                      (ended.channels == 0 ? ""
                                           : "; " + std::to_string(ended.channels) +
                                                 " of them are closed, and some program still has a handle "
                                                 "to their memory"));
  }
}

}  // namespace shmbroker::service
