// The commands that docs/operations.md tells an operator to give: each is one that shmbroker takes and, with
// a sound service, succeeds with.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "tests/support/peer_process.h"
#include "tests/support/program.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

// What stands there in backquotes or in a line of its own, without what is piped on; each once, in its order.
std::vector<std::string> commands_of(const std::string& page) {
  static const std::regex kCommand(R"((?:`|\n    )(shmbroker [^`\n|&]*))");
  std::vector<std::string> commands;
  for (std::sregex_iterator each(page.begin(), page.end(), kCommand), end; each != end; ++each) {
    std::string command = (*each)[1];
    command.erase(command.find_last_not_of(" #") + 1);
    if (std::ranges::find(commands, command) == commands.end()) commands.push_back(command);
  }
  return commands;
}

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += by.size())
    text.replace(at, what.size(), by);
  return text;
}

// As the reader does: with names in the places of those words, without the brackets, and with an end.
std::string filled_in(std::string command) {
  for (const auto& [what, by] :
       std::map<std::string, std::string>{{"CHANNEL", "ticks"}, {"[", ""}, {"]", ""}})
    command = replaced(command, what, by);
  if (command == "shmbroker show") command += " ticks";  // as it is called where no channel matters
  if (command.starts_with("shmbroker top")) command += " --count 1";
  if (command.starts_with("shmbroker tail")) command += " --timeout 0";
  return command;
}

// They change the machine, or go on until somebody ends them, and have tests of their own.
bool is_tried_elsewhere(const std::string& command) {
  for (const char* other :
       {"shmbroker run", "shmbroker install", "shmbroker uninstall", "shmbroker set-up"}) {
    if (command.starts_with(other)) return true;
  }
  return false;
}

Outcome run_in(const std::filesystem::path& folder, const std::string& command) {
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(folder);
  Child child(shmbroker(win::to_utf16(command.substr(command.find(' ') + 1)).value_or(L"")));
  std::filesystem::current_path(here);
  child.end_input();
  Outcome outcome;
  outcome.text = child.rest(outcome.exit_code);
  return outcome;
}

TEST(OperationsPage, HasCommandsThatSucceed) {
  Service service(config_of({block("MapName"), topic("ticks", "wait"), topic("orders", "wait"), queue("jobs"),
                             R"({ "name": "prices", "kind": "service" })"}));
  service.start();
  Peer server;
  server.begin("echo " + std::to_string(server.open("prices", "r")));
  const TempFolder folder;
  std::ofstream(folder.path() / L"message.bin", std::ios::binary) << "message";
  const std::vector<std::string> commands = commands_of(read_file(OPERATIONS_PAGE));
  EXPECT_GT(commands.size(), 20u);
  for (const std::string& command : commands) {
    if (is_tried_elsewhere(command)) continue;
    const std::string filled = filled_in(command);
    if (service.status().dwCurrentState != SERVICE_RUNNING) service.start();
    const Outcome outcome = run_in(folder.path(), filled);
    EXPECT_EQ(outcome.exit_code, 0u) << filled << "\n" << outcome.text;
  }
}

}  // namespace
}  // namespace shmbroker::tests
