// Has the running service read its configuration again, and tells before what that would do.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "service/commands/client_api.h"
#include "service/config/config.h"

namespace shmbroker::service {

// Returns what the service says about it. Throws Error with its reason if it kept the old configuration.
std::string reload_and_wait();

// What a reload of a configuration would do to the channels that there are.
struct ReloadPlan {
  std::vector<std::string> added;
  std::vector<std::string> ended;    // each with who has it open
  std::vector<std::string> changed;  // each with what of it
  std::vector<std::string> refused;  // why the reload would be refused as a whole; empty: it would be taken

  bool is_empty() const { return added.empty() && ended.empty() && changed.empty() && refused.empty(); }
  std::string text() const;
  nlohmann::ordered_json json() const;
};
ReloadPlan plan_reload(const ClientApi& api, const Config& config);

// Whether the service runs and lets this user see all channels, as an administrator, and reads this file.
bool can_plan(const ClientApi& api, const std::wstring& file);

}  // namespace shmbroker::service
