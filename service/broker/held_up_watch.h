// Looks now and then whether a channel stands still, and tells it when that lasts; and has queues wake
// readers for messages that others were woken for.
#pragma once

#include <windows.h>

#include "service/broker/awaited_names.h"
#include "service/broker/channel_table.h"
#include "service/broker/client_log.h"
#include "service/broker/client_watch.h"
#include "service/broker/config_reload.h"
#include "service/broker/held_up_channels.h"

namespace shmbroker::service {

class HeldUpWatch {
 public:
  // The references must outlive it.
  HeldUpWatch(const ChannelTable& channels, const ClientWatch& watch, const ConfigReload& configuration,
              AwaitedNames& names, ClientLog& log)
      : channels_(channels), watch_(watch), configuration_(configuration), names_(names), log_(log) {}

  // Returns the milliseconds until it wants to be called again, or INFINITE.
  DWORD look_if_due();

 private:
  void tell(const HeldUpChannels::News& news);

  const ChannelTable& channels_;
  const ClientWatch& watch_;
  const ConfigReload& configuration_;
  AwaitedNames& names_;
  ClientLog& log_;
  HeldUpChannels held_up_;
  ULONGLONG due_ = 0;  // when to look again, in GetTickCount64's time
};

}  // namespace shmbroker::service
