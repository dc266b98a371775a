// start, stop, reload: what sc does, and waits for the outcome.
#include <windows.h>

#include <cstdio>

#include "service/commands/commands.h"
#include "service/error.h"
#include "service/install.h"

namespace shmbroker::service {

void add_control(CLI::App& app, Action& action) {
  app.add_subcommand("start", "Start the installed service")->callback([&action] {
    action = [] {
      start();
      std::puts("The service ShmBroker is running.");
      return 0;
    };
  });
  app.add_subcommand("stop", "Stop the service; clients go on with what they have open")->callback([&action] {
    action = [] {
      stop();
      std::puts("The service ShmBroker has stopped.");
      return 0;
    };
  });
  app.add_subcommand("reload", "Have the running service read its configuration again")->callback([&action] {
    action = [] {
      reload();
      std::puts("The service reads its configuration again; its log says what came of it.");
      return 0;
    };
  });
}

}  // namespace shmbroker::service
