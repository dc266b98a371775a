// Takes back what a client that has died had open.
#pragma once

#include "service/broker/awaited_names.h"
#include "service/broker/channel_table.h"
#include "service/broker/client_log.h"
#include "service/broker/client_watch.h"
#include "service/broker/saved_state.h"
#include "service/broker/service_counts.h"
#include "service/broker/value_saver.h"

namespace shmbroker::service {

class ClientReclaimer {
 public:
  // The references must outlive it.
  ClientReclaimer(ChannelTable& channels, const ClientWatch& watch, SavedState& state, ValueSaver& saver,
                  AwaitedNames& names, ClientLog& log, ServiceCounts& counts)
      : channels_(channels),
        watch_(watch),
        state_(state),
        saver_(saver),
        names_(names),
        log_(log),
        counts_(counts) {}

  // In all channels that it had open. Throws Error.
  void reclaim(const Client& client);

 private:
  bool reclaim(const Client& client, const std::string& who, const std::shared_ptr<Channel>& channel);

  ChannelTable& channels_;
  const ClientWatch& watch_;
  SavedState& state_;
  ValueSaver& saver_;
  AwaitedNames& names_;
  ClientLog& log_;
  ServiceCounts& counts_;
};

}  // namespace shmbroker::service
