// Who may create channels, and who else may use those: what `create` in the configuration says, with the
// accounts looked up once and not for each request.
#pragma once

#include <string>
#include <vector>

#include "service/broker/access.h"
#include "service/config/config.h"

namespace shmbroker::service {

struct CreationRights {
  std::vector<std::wstring> creators;  // SIDs
  Access also;
  Access also_of_service;
  std::string
      unknown;  // why accounts could not be looked up, which are left out then; "" where all are known
};

// Looks the accounts up. Throws nothing but std::bad_alloc.
CreationRights look_up_creators(const CreateConfig& config);

// The access of a channel that a client has created: the policy's, and its creator's own.
AccessConfig access_of_created(const ChannelConfig& channel, const CreateConfig& policy);
// The same, looked up.
Access access_of_created(const ChannelConfig& channel, const CreationRights& rights);

}  // namespace shmbroker::service
