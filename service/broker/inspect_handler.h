// Answers those who watch: which channels there are, what one does, how the service is.
#pragma once

#include <string>

#include "protocol/pipe_message.h"
#include "service/broker/caller.h"
#include "service/broker/channel_setup.h"
#include "service/broker/channel_table.h"
#include "service/broker/client_watch.h"
#include "service/broker/config_reload.h"
#include "service/broker/service_counts.h"

namespace shmbroker::service {

class InspectHandler {
 public:
  // The references must outlive it.
  InspectHandler(const ChannelTable& channels, ChannelSetup& setup, const ClientWatch& watch,
                 const ConfigReload& configuration, const ServiceCounts& counts)
      : channels_(channels), setup_(setup), watch_(watch), configuration_(configuration), counts_(counts) {}

  void list(const pipe::ListRequest& request, Caller& caller, pipe::ListReply& reply);
  void inspect(const pipe::InspectRequest& request, Caller& caller, pipe::InspectReply& reply);
  void inspect_service(const pipe::ServiceRequest& request, Caller& caller, pipe::ServiceReply& reply);

 private:
  const ChannelTable& channels_;
  ChannelSetup& setup_;
  const ClientWatch& watch_;
  const ConfigReload& configuration_;
  const ServiceCounts& counts_;
};

}  // namespace shmbroker::service
