// The commands of shmbroker.exe that ask a running service something, and do so as any client would: through
// shmclient.dll, with the user's own rights.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>

#include "service/host/paths.h"

namespace shmbroker::service {

// What the command line asks for. Returns the exit code; see exit_code.h. Throws Error.
using Action = std::function<int()>;

// Each adds a command, which sets the action when it is given.
void add_control(CLI::App& app, Action& action,
                 const std::function<BrokerPaths()>& find_paths);  // start, stop, reload
void add_list(CLI::App& app, Action& action);                      // list, show
void add_top(CLI::App& app, Action& action);
void add_transfer(CLI::App& app, Action& action);  // tail, send
void add_call(CLI::App& app, Action& action);
void add_check(CLI::App& app, Action& action,
               const std::function<BrokerPaths()>& find_paths);  // check-config
void add_edit(CLI::App& app, Action& action,
              const std::function<BrokerPaths()>& find_paths);  // add-channel, set-access, remove-channel
void add_selftest(CLI::App& app, Action& action);
void add_support(CLI::App& app, Action& action, const std::function<BrokerPaths()>& find_paths);
void add_doctor(CLI::App& app, Action& action, const std::function<BrokerPaths()>& find_paths);

}  // namespace shmbroker::service
