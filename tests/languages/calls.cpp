#include "tests/languages/calls.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/support/shm_testing.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

constexpr auto kCaller = &Language::caller;
constexpr auto kServer = &Language::server;
constexpr uint64_t kLargest = 512;

std::string service(const std::string& name) {
  return R"({ "name": ")" + name + R"(", "kind": "service", "max_request": )" + std::to_string(kLargest) +
         R"(, "max_answer": )" + std::to_string(kLargest) +
         R"(, "access": { "call": ["Everyone"], "serve": ["Everyone"] } })";
}

std::string config() { return config_of({service("calls"), service("shared"), service("alone")}); }

// A call of the test itself, with these bytes.
Calls::Said say(ShmChannel channel, std::wstring_view text, size_t size) {
  std::array<wchar_t, kLargest / sizeof(wchar_t)> answer{};
  size_t bytes = 0;
  Calls::Said said{
      ShmCall(channel, text.data(), size, answer.data(), sizeof answer, &bytes, kPatience), 0, {}};
  if (said.status == SHM_E_REFUSED) said.code = ShmLastRefusal();
  said.text = said.status < 0 ? std::string(ShmLastErrorTextUtf8())
                              : win::display_utf8({answer.data(), bytes / sizeof(wchar_t)});
  return said;
}

// The DLL's words for a call that fails at once, or for an open that does.
std::string error_of_call(const wchar_t* name) {
  const Opened channel(name, SHM_CLIENT);
  size_t size = 0;
  EXPECT_LT(ShmCall(channel, nullptr, 0, nullptr, 0, &size, 0), 0);
  return ShmLastErrorTextUtf8();
}

std::string error_of_open(const wchar_t* name) {
  ShmChannel channel = 0;
  EXPECT_LT(ShmOpen(name, nullptr, &channel), 0);
  return ShmLastErrorTextUtf8();
}

}  // namespace

std::vector<std::string> Calls::lines_of(const std::string& caller, const std::string& server) {
  std::vector<std::string> lines = {"简单的共享内存示例 🎈𠮷", "\tzwölf Boxkämpfer  "};
  for (std::string& line : lines) line.insert(0, caller + " to " + server + " ");
  return lines;
}

Calls::Calls() {
  Service service(config());
  service.start();
  err();
  be_alone();
  call_each_server();
  share();
}

void Calls::err() {
  Runs wrong(kCaller, L"--nonsense");
  Runs wrong_too(kServer, L"--nonsense");
  Runs lost(kCaller, L"--channel nowhere text");
  Runs lost_too(kServer, L"--channel nowhere");
  wrong_callers = wrong.finish();
  wrong_servers = wrong_too.finish();
  lost_callers = lost.finish();
  lost_servers = lost_too.finish();
  no_channel = error_of_open(L"nowhere");
  Runs asked(kCaller, L"--help");
  Runs asked_too(kServer, L"--help");
  asked_callers = asked.finish();
  asked_servers = asked_too.finish();
}

void Calls::be_alone() {
  late_callers = Runs(kCaller, L"--channel alone --timeout 0 text").finish();
  lateness = error_of_call(L"alone");
  idle_servers = Runs(kServer, L"--channel alone --timeout 0").finish();
}

void Calls::call_each_server() {
  for (const Language& language : languages()) {
    if (language.missing.empty()) call_a_server(language);
  }
}

void Calls::call_a_server(const Language& language) {
  constexpr size_t kOwn = 3;
  const auto callers_there =
      std::ranges::count_if(languages(), [](const Language& each) { return each.missing.empty(); });
  size_t& wanted = requests[language.name];
  wanted = kOwn + static_cast<size_t>(callers_there) * kRepeat * lines_of("", "").size();
  ProgramRun server(language.server, L"--channel calls --timeout 20000 --count " + std::to_wstring(wanted));
  eventually([&] { return server.bytes_of_errors() != 0 || server.has_ended(); });
  Runs runs(kCaller, L"--channel calls --timeout 60000 --repeat " + std::to_wstring(kRepeat),
            [&](const std::string& caller) {
              std::string input;
              for (const std::string& line : lines_of(caller, language.name)) input += line + "\n";
              return input;
            });
  const Opened channel(L"calls", SHM_CLIENT);
  constexpr std::wstring_view kHalf = L"half a unit?";
  to_nothing[language.name] = say(channel, {}, 0);
  to_much[language.name] = say(channel, std::wstring(kLargest / sizeof(wchar_t), L'x'), kLargest);
  to_half[language.name] = say(channel, kHalf, kHalf.size() * sizeof(wchar_t) - 1);
  callers[language.name] = runs.finish();
  servers[language.name] = server.finish();
}

void Calls::share() {
  Runs serving(kServer, L"--channel shared");
  serving.await_words();
  Runs refused(kCaller, L"--channel shared --timeout 60000 \"\"");
  Runs calling(kCaller, L"--channel shared --timeout 60000 --repeat 20 shared");
  refused_callers = refused.finish();
  sharing_callers = calling.finish();
  shared_calls = refused_callers.size() + 20 * sharing_callers.size() + 1;
  refusal = say(Opened(L"shared", SHM_CLIENT), {}, 0).text;
  serving.press_ctrl_c();
  sharing_servers = serving.finish();
}

}  // namespace shmbroker::tests
