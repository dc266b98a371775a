#include "tests/crash/victim.h"

#include "tests/crash/crash_point.h"
#include "tests/support/service_fixture.h"
#include "tests/support/widths.h"

namespace shmbroker::tests {
namespace {

// Of the other width where there is one: then who lives and who dies are not of the same.
std::filesystem::path mortal_peer() {
  for (const std::filesystem::path& other : {x86_programs(), x64_programs()}) {
    if (!other.empty()) return other / L"mortal_peer.exe";
  }
  return program_folder() / L"mortal_peer.exe";
}

}  // namespace

std::unique_ptr<Child> start_mortal(const std::wstring& command, const std::string& point, int pass) {
  // A child inherits the environment of the moment at which it is made.
  SetEnvironmentVariableA("SHM_CRASH_AT",
                          point.empty() ? nullptr : (point + ":" + std::to_string(pass)).c_str());
  auto child = std::make_unique<Child>(command);
  SetEnvironmentVariableA("SHM_CRASH_AT", nullptr);
  return child;
}

testing::AssertionResult dies_at_its_point(Child& child) {
  DWORD exit_code = 0;
  const std::string words = child.rest(exit_code);
  if (exit_code == kCrashed) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "exit code " << exit_code << ", last words: " << words;
}

Victim::Victim(const std::string& point, int pass)
    : child_(start_mortal(L"\"" + mortal_peer().wstring() + L"\"", point, pass)) {}

std::string Victim::filled(const std::string& command) const {
  const size_t at = command.find('$');
  return at == std::string::npos ? command : command.substr(0, at) + channel_ + command.substr(at + 1);
}

Answer Victim::ask(const std::string& command) {
  begin(command);
  const std::string line = child_->receive();
  const size_t blank = line.find(' ');
  const Answer answer{std::stoi(line.substr(0, blank)),
                      blank == std::string::npos ? "" : line.substr(blank + 1)};
  if (command.starts_with("open ")) channel_ = answer.text;
  return answer;
}

void Victim::perform(std::initializer_list<std::string> commands) {
  const std::string* const last = commands.end() - 1;
  for (const std::string& command : commands) {
    if (&command == last) return begin(command);
    EXPECT_GE(ask(command).status, 0) << command << ": " << ShmLastErrorTextUtf8();
  }
}

}  // namespace shmbroker::tests
