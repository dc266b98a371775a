// check-config: what is wrong with a configuration, before a service is told to read it.
#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <sstream>

#include "service/broker/config_file.h"
#include "service/broker/config_trial.h"
#include "service/commands/commands.h"
#include "service/commands/output.h"
#include "service/commands/reload.h"
#include "service/commands/words.h"
#include "service/support/error.h"
#include "win/security.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

constexpr wchar_t kAdministrators[] = L"S-1-5-32-544";

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

// Channels of a service that runs with this file, which has their files and memory. Empty where there is
// none.
std::set<std::string> find_served(const std::filesystem::path& file) {
  std::set<std::string> served;
  try {
    const ClientApi api;
    if (!can_plan(api, file.wstring())) return served;
    for (const ShmChannelSummary& channel : inspect_all(api)) {
      if ((channel.flags & SHM_CHANNEL_UNAVAILABLE) == 0) served.insert(win::display_utf8(channel.name));
    }
  } catch (const Error&) {
    // Then nothing is served.
  }
  return served;
}

// What a start would find, or a reload. Of files, which the service opens as itself, an ordinary user knows
// nothing.
std::vector<std::string> try_out(const std::filesystem::path& file, const Config& config) {
  if (win::process_owner() != kAdministrators) return {};
  return find_unavailable(config, find_served(file));
}

void print_trial(const std::vector<std::string>& unavailable) {
  for (const std::string& line : unavailable) print("unavailable: " + line + "\n");
  if (!unavailable.empty())
    print("The service would serve the other channels, and try these again until they are to be had.\n");
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
    std::vector<std::string> unavailable = config.unavailable;
    std::ranges::copy(try_out(file, config), std::back_inserter(unavailable));
    if (!as_json) print_trial(unavailable);
    json["ok"] = unavailable.empty();
    json["unavailable"] = unavailable;
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
  auto* command = app.add_subcommand(
      "check-config", "Say what is wrong with the configuration, and what a start could not have");
  command->add_flag("--json", *as_json, "For scripts");
  command->footer(
      "As an administrator: tries files and memory too, and makes and changes nothing.\n"
      "Exit code 0: it is sound, and all of it is to be had; 1: it is not.");
  command->callback([&action, as_json, find_paths] {
    action = [as_json, find_paths] { return check_config(find_paths().config, *as_json); };
  });
}

}  // namespace shmbroker::service
