// Channels that are not in the configuration: a client creates one, and it is there for as long as somebody
// has it open.
#pragma once

#include <memory>
#include <string>

#include "protocol/pipe_message.h"
#include "service/broker/caller.h"
#include "service/broker/channel_table.h"
#include "service/broker/client_log.h"
#include "service/broker/creation_policy.h"
#include "service/broker/saved_state.h"

namespace shmbroker::service {

class ChannelCreator {
 public:
  // The references must outlive it.
  ChannelCreator(ChannelTable& channels, const CreationPolicy& policy, SavedState& state, ClientLog& log)
      : channels_(channels), policy_(policy), state_(state), log_(log) {}

  // Takes over those that an earlier run has left, and that clients or the keeper have kept alive.
  void take_over();

  // Creates one that there is not yet. Throws Refusal where the caller may not, and Error.
  std::shared_ptr<Channel> create(const std::wstring& name, const pipe::OpenRequest& request, Caller& caller);

 private:
  std::shared_ptr<Channel> add(ChannelConfig config);
  void remove_unsaved(const std::string& name);
  void check_quota(const ChannelConfig& wanted, Caller& caller);

  ChannelTable& channels_;
  const CreationPolicy& policy_;
  SavedState& state_;
  ClientLog& log_;
};

}  // namespace shmbroker::service
