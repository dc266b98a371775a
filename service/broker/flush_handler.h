// Answers a flush, when a block's value is in its file.
#pragma once

#include "protocol/pipe_message.h"
#include "service/broker/caller.h"
#include "service/broker/channel_table.h"
#include "service/broker/unavailable.h"
#include "service/broker/value_saver.h"

namespace shmbroker::service {

class FlushHandler {
 public:
  // The references must outlive it.
  FlushHandler(const ChannelTable& channels, const UnavailableChannels& unavailable, ValueSaver& saver)
      : channels_(channels), unavailable_(unavailable), saver_(saver) {}

  void flush(const pipe::FlushRequest& request, Caller& caller, pipe::FlushReply& reply);

 private:
  const ChannelTable& channels_;
  const UnavailableChannels& unavailable_;
  ValueSaver& saver_;
};

}  // namespace shmbroker::service
