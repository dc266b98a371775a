// sender.exe and receiver.exe, caller.exe and server.exe, as scripts use them: lines in, lines out, and an
// exit code.
#include <gmock/gmock.h>

#include "tests/samples/program.h"
#include "tests/support/peer_process.h"

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
      : ServiceTest(config_of({block("MapName"), topic("ticks", "wait"), topic("loop", "overwrite", 4 << 20),
                               R"({ "name": "jobs", "kind": "queue", "capacity": 4096, "max_message": 512,
                                    "access": { "read": ["Everyone"], "write": ["Everyone"] } })",
                               R"({ "name": "Echo", "kind": "service", "max_request": 64, "max_answer": 64,
                                    "access": { "call": ["Everyone"], "serve": ["Everyone"] } })"})) {}
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

// Of each kind: a sender that fills the memory where it lies, and a receiver that looks at it there.
TEST_F(SampleConsoles, ExchangeInPlace) {
  for (const std::wstring channel : {L"MapName", L"ticks", L"jobs"}) {
    const std::wstring in_place = L"--in-place --channel " + channel;
    EXPECT_EQ(run(L"sender.exe", in_place + L" \"在其所在之处 🎈\"").exit_code, 0u);
    const Result text = run(L"receiver.exe", in_place + L" --timeout 0");
    EXPECT_EQ(text.exit_code, 0u);
    EXPECT_THAT(text.output, HasSubstr("\n在其所在之处 🎈\n"));
    const std::string bytes("\0\r\n\xFF\n", 5);
    EXPECT_EQ(run(L"sender.exe", in_place + L" --binary", bytes.substr(0, 4)).exit_code, 0u);
    const Result binary = run(L"receiver.exe", in_place + L" --timeout 0 --binary");
    EXPECT_THAT(binary.output, HasSubstr(bytes + "receiver: messages read")) << "and nothing behind it";
  }
}

// Writers that never wait lap a reader that looks in place: what they overwrite meanwhile must not be shown.
// Messages of a megabyte take long enough to look at.
TEST_F(SampleConsoles, InPlaceNothingTornIsShown) {
  constexpr size_t kLength = 500'000;
  Child senders[] = {start(L"sender.exe", L"--in-place --channel loop --repeat 0"),
                     start(L"sender.exe", L"--in-place --channel loop --repeat 0")};
  for (char letter = 'a'; Child & sender : senders) {
    sender.send(std::string(kLength, letter++));
    sender.end_input();
  }
  Child receiver = start(L"receiver.exe", L"--in-place --channel loop --count 50");
  int lines = 0;
  for (std::string text = receiver.receive(); !text.starts_with("receiver: messages read: 50,");
       text = receiver.receive()) {
    if (text.starts_with("receiver: ")) continue;  // which channel it reads, and that some were lost
    ASSERT_EQ(text.size(), kLength);
    ASSERT_EQ(text.find_first_not_of(text[0]), std::string::npos) << "line " << lines;
    ++lines;
  }
  EXPECT_EQ(lines, 50);
}

TEST_F(SampleConsoles, InPlaceOrNotTooLargeAMessageIsRefusedAlike) {
  for (const std::wstring channel : {L"MapName", L"jobs"}) {
    const std::string too_large(600, 'x');
    const Result copied = run(L"sender.exe", L"--binary --channel " + channel, too_large);
    const Result in_place = run(L"sender.exe", L"--binary --in-place --channel " + channel, too_large);
    EXPECT_EQ(copied.exit_code, 1u);
    EXPECT_EQ(in_place.exit_code, 1u);
    EXPECT_THAT(copied.output, HasSubstr("bytes are more than the"));
    EXPECT_EQ(copied.output, in_place.output);
    EXPECT_EQ(run(L"receiver.exe", L"--timeout 0 --channel " + channel).exit_code, 6u)
        << "nothing was published";
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
  EXPECT_THAT(stopped.output, HasSubstr("sc.exe start ShmBroker"));
}

TEST_F(SampleConsoles, CallerPrintsWhatTheServerAnswers) {
  Child server = start(L"server.exe", L"--count 5");
  EXPECT_EQ(server.receive(), "server: serving channel 'Echo'");
  Child caller = start(L"caller.exe", L"");
  const std::string end = ", said process " + std::to_string(caller.pid());
  for (const std::string line : {"one", "zwölf  ", "三 🎈"}) {
    caller.send(line);
    EXPECT_EQ(caller.receive(), line + end);
  }
  const Result said_nothing = run(L"caller.exe", L"\"\"");
  EXPECT_EQ(said_nothing.exit_code, 1u);
  EXPECT_EQ(said_nothing.output,
            "caller: channel 'Echo': the server refused the call with code 1: say something.\n");
  const Result said_much = run(L"caller.exe", std::wstring(32, L'x'));
  EXPECT_EQ(said_much.exit_code, 1u);
  EXPECT_EQ(said_much.output, "caller: channel 'Echo': the server refused the call with code 2: say less.\n");
  DWORD exit_code = 99;
  EXPECT_EQ(server.rest(exit_code), "server: requests taken: 5, refused: 2\n");
  EXPECT_EQ(exit_code, 0u);
  caller.end_input();
  EXPECT_EQ(caller.rest(exit_code), "");
  EXPECT_EQ(exit_code, 0u);
}

TEST_F(SampleConsoles, CallerAndServerEndWithASixWhereThereIsNobody) {
  EXPECT_EQ(run(L"caller.exe", L"--timeout 0 hello").exit_code, 6u);
  const Result server = run(L"server.exe", L"--timeout 0");
  EXPECT_EQ(server.exit_code, 6u);
  EXPECT_THAT(server.output, HasSubstr("server: requests taken: 0, refused: 0\n"));
  EXPECT_EQ(run(L"caller.exe", L"--channel MapName hello").exit_code, 1u) << "a block is not called";
}

TEST_F(SampleConsoles, ExplainThemselves) {
  for (const wchar_t* program : {L"sender.exe", L"receiver.exe", L"caller.exe", L"server.exe"}) {
    const Result help = run(program, L"--help");
    EXPECT_EQ(help.exit_code, 0u);
    EXPECT_THAT(help.output, HasSubstr("--channel"));
    EXPECT_THAT(help.output, HasSubstr("Exit codes"));
  }
}

}  // namespace
}  // namespace shmbroker::tests
