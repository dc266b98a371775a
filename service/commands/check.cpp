// check-config: what is wrong with a configuration, before a service is told to read it.
#include <fmt/core.h>

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "service/broker/config_file.h"
#include "service/commands/commands.h"
#include "service/commands/output.h"
#include "service/commands/reload.h"
#include "service/commands/words.h"
#include "service/support/error.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

// Nothing where no service runs that reads this file, or does not let the user know.
std::optional<ReloadPlan> find_plan(const std::filesystem::path& file, const Config& config) {
  try {
    const ClientApi api;
    if (can_plan(api, file.wstring())) return plan_reload(api, config);
  } catch (const Error&) {
    // The file is sound all the same.
  }
  return std::nullopt;
}

int check_config(const std::filesystem::path& file, bool as_json) {
  const std::string name = win::display_utf8(file.wstring());
  nlohmann::ordered_json json = {{"file", name}};
  try {
    const Config config = load_config(file);
    if (!as_json) {
      print(fmt::format("{} is sound: {}\n", name, count_words(config.channels.size(), "channel")));
      for (const std::string& warning : config.warnings) print("warning: " + warning + "\n");
    }
    const std::optional<ReloadPlan> plan = find_plan(file, config);
    if (plan && !as_json) print(plan->is_empty() ? plan->text() : "With a reload:\n" + plan->text());
    if (plan) json["reload"] = plan->json();
    json["ok"] = true;
    json["channels"] = config.channels.size();
    json["warnings"] = config.warnings;
  } catch (const std::exception& error) {
    if (!as_json) throw;
    json["ok"] = false;
    json["error"] = error.what();
    json["errors"] = lines_of(error.what());
  }
  if (as_json) print_json(json);
  return json["ok"] ? 0 : 1;
}

}  // namespace

void add_check(CLI::App& app, Action& action, const std::function<BrokerPaths()>& find_paths) {
  const auto as_json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand("check-config", "Say what is wrong with the configuration");
  command->add_flag("--json", *as_json, "For scripts");
  command->footer("Exit code 0: it is sound; 1: it is not.");
  command->callback([&action, as_json, find_paths] {
    action = [as_json, find_paths] { return check_config(find_paths().config, *as_json); };
  });
}

}  // namespace shmbroker::service
