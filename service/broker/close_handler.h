// Answers a close: takes slots back that a client gives up.
#pragma once

#include "protocol/pipe_message.h"
#include "service/broker/caller.h"
#include "service/broker/channel_table.h"
#include "service/broker/saved_state.h"
#include "service/broker/value_saver.h"

namespace shmbroker::service {

class CloseHandler {
 public:
  // The references must outlive it.
  CloseHandler(ChannelTable& channels, SavedState& state, ValueSaver& saver)
      : channels_(channels), state_(state), saver_(saver) {}

  void close(const pipe::CloseRequest& request, Caller& caller, pipe::CloseReply& reply);

  // Takes a client's slots back. Returns false where the client does not have them, or not any more.
  bool vacate(const Client& client, const pipe::CloseRequest& slots);

 private:
  ChannelTable& channels_;
  SavedState& state_;
  ValueSaver& saver_;
};

}  // namespace shmbroker::service
