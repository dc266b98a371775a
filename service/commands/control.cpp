// start, stop, reload: what sc.exe does, and waits for the outcome.
#include <windows.h>

#include <cstdio>

#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/host/install.h"
#include "service/support/error.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

// Returns what the service says about it. Throws Error with its reason if it kept the old configuration.
std::string reload_and_wait() {
  const ClientApi api;
  const uint32_t before = inspect_service(api).reloads;
  reload();
  constexpr int kTries = 300;
  for (int i = 0; i < kTries; ++i) {
    const ShmServiceState state = inspect_service(api);
    if (state.reloads == before) {
      Sleep(100);  // the service has it in its queue
      continue;
    }
    std::string text = win::display_utf8(state.reload_text);
    if (state.reload_status == SHM_OK) return text;
    throw Error("the service goes on with the configuration that it has: " + text);
  }
  throw Error("the service does not get round to it; see its log");
}

}  // namespace

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
      std::printf("The service has read its configuration again: %s\n", reload_and_wait().c_str());
      return 0;
    };
  });
}

}  // namespace shmbroker::service
