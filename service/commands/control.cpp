// start, stop, reload: what sc.exe does, and waits for the outcome.
#include <windows.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>

#include "service/broker/config_file.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/exit_code.h"
#include "service/commands/output.h"
#include "service/commands/reload.h"
#include "service/host/install.h"
#include "service/support/error.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

// What the service has written last into its log, if that was why it ended; "" where it can't be read.
std::string last_words(const std::filesystem::path& data) {
  std::ifstream stream(data / L"shmbroker.log", std::ios::binary);
  std::string log{std::istreambuf_iterator<char>(stream), {}};
  constexpr std::string_view kMark = " critical: ";
  const size_t at = log.rfind(kMark);
  if (!stream || at == std::string::npos) return {};
  std::erase(log, '\r');
  const size_t text = log.rfind(kMark) + kMark.size();
  return log.substr(text, log.find_last_not_of('\n') + 1 - text);
}

void start_and_explain(const BrokerPaths& paths) {
  try {
    start();
  } catch (const Error& error) {
    if (service_facts().state == SERVICE_RUNNING) throw;
    const std::string why = last_words(paths.data);
    throw Error(why.empty() ? error.what() : "the service did not start: " + why, error.win32());
  }
}

int dry_run(const std::filesystem::path& file) {
  const Config config = load_config(file);
  const ClientApi api;
  inspect_service(api);  // where there is none, that is what is wrong
  if (!can_plan(api, file.wstring())) {
    throw Error(
        "only an administrator is told what a reload would do, and only of the file that the service "
        "reads");
  }
  const ReloadPlan plan = plan_reload(api, config);
  for (const std::string& line : config.unavailable) print("unavailable: " + line + "\n");
  print(plan.text());
  return plan.refused.empty() ? kDone : kFailed;
}

}  // namespace

void add_control(CLI::App& app, Action& action, const std::function<BrokerPaths()>& find_paths) {
  app.add_subcommand("start", "Start the installed service")->callback([&action, find_paths] {
    action = [find_paths] {
      start_and_explain(find_paths());
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
  const auto is_dry = std::make_shared<bool>(false);
  auto* reload_command =
      app.add_subcommand("reload", "Have the running service read its configuration again");
  reload_command->add_flag("--dry-run", *is_dry, "Just say which channels would be added, changed and ended");
  reload_command->callback([&action, is_dry, find_paths] {
    action = [is_dry, find_paths]() -> int {
      if (*is_dry) return dry_run(find_paths().config);
      std::printf("The service has read its configuration again: %s\n", reload_and_wait().c_str());
      return kDone;
    };
  });
}

}  // namespace shmbroker::service
