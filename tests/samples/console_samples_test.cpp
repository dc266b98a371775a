// sender.exe and receiver.exe, as scripts use them: lines in, lines out, and an exit code.
#include <gmock/gmock.h>

#include "tests/integration/peer_process.h"
#include "tests/samples/program.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

struct Result {
  DWORD exit_code;
  std::string output;  // and errors
};

Child start(const wchar_t* program, const std::wstring& arguments) {
  return Child(command_line(program, arguments));
}

Result run(const wchar_t* program, const std::wstring& arguments, const std::string& input = {}) {
  Child child = start(program, arguments);
  if (!input.empty()) child.send(input);
  child.end_input();
  Result result{};
  result.output = child.rest(result.exit_code);
  return result;
}

class SampleConsoles : public ServiceTest {
 protected:
  SampleConsoles()
      : ServiceTest(
            config_of({block("MapName"),
                       R"({ "name": "ticks", "kind": "topic", "capacity": "1 MiB", "when_full": "wait",
                                    "access": { "read": ["Everyone"], "write": ["Everyone"] } })"})) {}
};

TEST_F(SampleConsoles, ReceiverPrintsWhatTheSenderWasGiven) {
  EXPECT_EQ(run(L"sender.exe", L"\"简单的共享内存示例 🎈\"").exit_code, 0u);
  const Result heard = run(L"receiver.exe", L"--timeout 0");
  EXPECT_EQ(heard.exit_code, 0u);
  EXPECT_THAT(heard.output, HasSubstr("简单的共享内存示例 🎈"));
}

TEST_F(SampleConsoles, EveryLineOfTheInputIsAMessage) {
  for (const wchar_t* notify : {L"none", L"event", L"window"}) {
    Child receiver =
        start(L"receiver.exe", std::wstring(L"--channel ticks --next --count 3 --notify ") + notify);
    EXPECT_THAT(receiver.receive(), HasSubstr("reading channel 'ticks'")) << "it must have joined";
    EXPECT_EQ(run(L"sender.exe", L"--channel ticks", "one\nzwölf\n三").exit_code, 0u);
    EXPECT_EQ(receiver.receive(), "one");
    EXPECT_EQ(receiver.receive(), "zwölf");
    EXPECT_EQ(receiver.receive(), "三");
    DWORD exit_code = 99;
    receiver.rest(exit_code);
    EXPECT_EQ(exit_code, 0u) << notify;
  }
}

TEST_F(SampleConsoles, ExitCodesTellWhatWentWrong) {
  EXPECT_EQ(run(L"receiver.exe", L"--timeout 0").exit_code, 6u) << "nothing was written yet";
  EXPECT_EQ(run(L"sender.exe", L"--nonsense").exit_code, 2u);
  EXPECT_EQ(run(L"sender.exe", L"--channel a\\b hello").exit_code, 2u);
  const Result nowhere = run(L"sender.exe", L"--channel nowhere hello");
  EXPECT_EQ(nowhere.exit_code, 4u);
  EXPECT_THAT(nowhere.output, HasSubstr("'nowhere'"));
  service.stop();
  const Result stopped = run(L"receiver.exe", L"--timeout 0");
  EXPECT_EQ(stopped.exit_code, 3u);
  EXPECT_THAT(stopped.output, HasSubstr("sc start ShmBroker"));
}

TEST_F(SampleConsoles, ExplainThemselves) {
  for (const wchar_t* program : {L"sender.exe", L"receiver.exe"}) {
    const Result help = run(program, L"--help");
    EXPECT_EQ(help.exit_code, 0u);
    EXPECT_THAT(help.output, HasSubstr("--channel"));
    EXPECT_THAT(help.output, HasSubstr("Exit codes"));
  }
}

}  // namespace
}  // namespace shmbroker::tests
