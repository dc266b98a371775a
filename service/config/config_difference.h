// What of a channel can't change while it is there.
#pragma once

#include <vector>

#include "service/config/config.h"

namespace shmbroker::service {

// The members in which two configurations of a channel differ, of those that need a restart of the service.
inline std::vector<const char*> fixed_differences(const ChannelConfig& now, const ChannelConfig& next) {
  std::vector<const char*> members;
  if (next.kind != now.kind) members.push_back("kind");
  if (next.when_full != now.when_full) members.push_back("when_full");
  if (now.kind == core::Kind::service && next.kind == now.kind) {
    if (next.max_message != now.max_message) members.push_back("max_request");
    if (next.capacity != now.capacity) members.push_back("max_answer");
    if (next.calls != now.calls) members.push_back("max_calls");
    if (next.clients != now.clients) members.push_back("max_clients");
    return members;
  }
  if (next.capacity != now.capacity) members.push_back("capacity");
  // A block's is its capacity, and no member of its own.
  if (next.max_message != now.max_message && now.kind != core::Kind::block) members.push_back("max_message");
  if (next.file != now.file) members.push_back("file");
  return members;
}

}  // namespace shmbroker::service
