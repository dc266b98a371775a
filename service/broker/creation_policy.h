// Who may create channels and who may use them, as the configuration in force has it. Accounts that Windows
// does not know yet are looked up again.
#pragma once

#include <windows.h>

#include <future>
#include <string>

#include "service/broker/channel_table.h"
#include "service/broker/creation_rights.h"
#include "service/broker/worker.h"
#include "service/config/config.h"

namespace shmbroker::service {

class CreationPolicy {
 public:
  // The references must outlive it.
  CreationPolicy(ChannelTable& channels, Worker& worker) : channels_(channels), worker_(worker) {}

  // Puts a configuration in force, with its accounts looked up; also for the channels that are there.
  void apply(const CreateConfig& config, CreationRights rights);

  const CreateConfig& limits() const { return config_; }

  // Whether the account of this token may create channels. Throws Error.
  bool allows(HANDLE token) const;

  // Who may use a channel that a client has created.
  AccessConfig access_config_of(const ChannelConfig& channel) const {
    return access_of_created(channel, config_);
  }
  Access access_of(const ChannelConfig& channel) const { return access_of_created(channel, rights_); }

  // Looks the unknown accounts up again, on the worker's thread. Returns the milliseconds until it wants to
  // be called again, or INFINITE.
  DWORD look_up_if_due();

 private:
  void take(CreationRights rights);

  ChannelTable& channels_;
  Worker& worker_;
  CreateConfig config_;
  CreationRights rights_;
  uint64_t applied_ = 0;        // how often: a look-up of a configuration that is in force no more is dropped
  bool is_looking_up_ = false;  // on the worker's thread
  ULONGLONG due_ = 0;           // when to look up again those that are unknown, in GetTickCount64's time
  ULONGLONG pause_ = 0;         // that went before, in milliseconds
};

}  // namespace shmbroker::service
