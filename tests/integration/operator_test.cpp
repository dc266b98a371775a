// The commands with which an operator looks at a running service.
#include <gmock/gmock.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "tests/support/program.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Operator : public ServiceTest {
 protected:
  Operator()
      : ServiceTest(config_of({block("value"), topic("topic", "wait", 65536), queue("jobs", 65536)})) {}
};

class OperatorOfAService : public ServiceTest {
 protected:
  OperatorOfAService()
      : ServiceTest(config_of({R"({ "name": "service", "kind": "service" })",
                               R"({ "name": "unserved", "kind": "service" })",
                               R"({ "name": "crowded", "kind": "service", "max_clients": 256 })"})) {}
};

nlohmann::json json_of(const std::wstring& arguments, DWORD exit_code = 0) {
  const Outcome outcome = run(arguments);
  EXPECT_EQ(outcome.exit_code, exit_code) << outcome.text;
  return nlohmann::json::parse(outcome.text);
}

nlohmann::json finding_of(const nlohmann::json& doctor, const char* what) {
  for (const auto& finding : doctor) {
    if (finding["what"] == what) return finding;
  }
  return nlohmann::json();
}

std::string this_process() {
  return "process " + std::to_string(GetCurrentProcessId()) + " (operator_test.exe)";
}

TEST_F(Operator, ListsTheChannels) {
  EXPECT_THAT(run(L"list").text, AllOf(HasSubstr("CHANNEL"), HasSubstr("topic    topic    64 KiB")));
  const auto list = json_of(L"list --json");
  ASSERT_EQ(list.size(), 3u);
  EXPECT_EQ(list[0]["name"], "jobs");
  EXPECT_EQ(list[1]["when_full"], "wait");
  EXPECT_EQ(list[2]["capacity"], 512);
  EXPECT_EQ(list[2]["access"], "read, write");
}

TEST_F(Operator, ShowsWhoHasAChannelOpenAndWhoHoldsItUp) {
  const Opened in(L"topic", SHM_READ);
  Peer peer;
  const ShmChannel out = peer.open("topic", "w");
  for (int i = 0; i < 60; ++i) EXPECT_EQ(peer.write(out, std::string(1000, 'x')).status, SHM_OK);
  EXPECT_EQ(peer.ask("write " + std::to_string(out) + " 0 " + std::string(20000, 'x')).status, SHM_E_FULL);
  const auto shown = json_of(L"show topic --json");
  EXPECT_EQ(shown["clients"].size(), 2u);
  EXPECT_EQ(shown["messages"], 60);
  for (const auto& client : shown["clients"]) {
    EXPECT_EQ(client["cursor"], 0) << "it has not read";
    EXPECT_EQ(client["blocks"], client["side"] == "reader");
    EXPECT_EQ(client["pid"], client["side"] == "reader" ? GetCurrentProcessId() : peer.pid());
    EXPECT_EQ(client["program"], client["side"] == "reader" ? "operator_test.exe" : "peer.exe");
  }
  EXPECT_THAT(run(L"show topic").text,
              AllOf(HasSubstr("when full: wait"), HasSubstr("HOLDS UP THE CHANNEL"), HasSubstr("rights ")));
  const Outcome doctor = run(L"doctor topic");
  EXPECT_EQ(doctor.exit_code, 1u);
  EXPECT_THAT(doctor.text, HasSubstr(this_process() + " holds it up"));
  EXPECT_THAT(run(L"list").text, HasSubstr("\ntopic    topic    64 KiB"))
      << "before those that are not held up";
  EXPECT_THAT(run(L"list").text, HasSubstr("  " + this_process() + "\njobs "));
  EXPECT_THAT(run(L"top --count 1 --sort name").text, HasSubstr("\ntopic    " + this_process() + "  topic "));
  EXPECT_THAT(run(L"list --held-up").text, Not(HasSubstr("jobs")));
}

TEST_F(Operator, ListAndTopShowSomeOfTheChannels) {
  const auto names = [](const std::wstring& arguments) {
    std::string all;
    for (const auto& channel : json_of(arguments)) all += channel["name"].get<std::string>() + " ";
    return all;
  };
  EXPECT_EQ(names(L"list --json --filter \"*o*\""), "jobs topic ");
  EXPECT_EQ(names(L"list --json --kind block"), "value ");
  EXPECT_EQ(names(L"list --json --filter \"*o*\" --kind block"), "");
  EXPECT_EQ(names(L"list --json --held-up"), "");
  EXPECT_THAT(run(L"list --filter nobody").text, HasSubstr("None of the channels"));
  EXPECT_EQ(run(L"list --kind shelf").exit_code, 2u);
  const Outcome top = run(L"top --count 1 --filter v*");
  EXPECT_THAT(top.text, AllOf(HasSubstr("\nvalue "), Not(HasSubstr("topic"))));
}

TEST_F(Operator, ShowSaysWhatIsNotThere) {
  const Outcome outcome = run(L"show nobody");
  EXPECT_EQ(outcome.exit_code, 4u);
  EXPECT_THAT(outcome.text, HasSubstr("there is no channel 'nobody'"));
}

TEST_F(Operator, SendsAndPrintsTextBytesAndFiles) {
  EXPECT_EQ(run(L"send topic \"\x7B80\x5355 text\"").text, "sent 14 bytes\n");
  EXPECT_EQ(run(L"send topic --utf8 plain").exit_code, 0u);
  EXPECT_EQ(run(L"send topic --hex \"00 ff10\"").exit_code, 0u);
  const TempFolder folder;
  std::ofstream(folder.path() / L"message.bin", std::ios::binary) << "from a file";
  EXPECT_EQ(run(L"send topic --file " + quoted(folder.path() / L"message.bin")).text, "sent 11 bytes\n");
  EXPECT_EQ(run(L"tail topic --count 1").text, "\xE7\xAE\x80\xE5\x8D\x95 text\n");
  EXPECT_EQ(run(L"tail topic --hex --timeout 0").text,
            "80 7b 55 53 20 00 74 00 65 00 78 00 74 00\n"
            "70 6c 61 69 6e\n"
            "00 ff 10\n"
            "66 72 6f 6d 20 61 20 66 69 6c 65\n");
  EXPECT_THAT(run(L"tail topic --utf8 --timeout 0").text, HasSubstr("plain\n"));
}

TEST_F(OperatorOfAService, CallsAndSeesWhoServes) {
  Peer peer;
  const ShmChannel server = peer.open("service", "r");
  peer.begin("echo " + std::to_string(server));
  EXPECT_EQ(run(L"call service \"\x7B80\x5355 text\"").text, "\xE7\xAE\x80\xE5\x8D\x95 text\n");
  EXPECT_EQ(run(L"call service --hex \"00 ff10\"").text, "00 ff 10\n");
  const auto shown = json_of(L"show service --json");
  EXPECT_EQ(shown["kind"], "service");
  EXPECT_EQ(shown["messages"], 2) << "calls";
  ASSERT_EQ(shown["clients"].size(), 1u);
  EXPECT_EQ(shown["clients"][0]["side"], "server");
  EXPECT_EQ(shown["clients"][0]["pid"], peer.pid());
  EXPECT_EQ(shown["clients"][0]["messages"], 2);
  EXPECT_EQ(shown["calls"]["under_way"], 0);
  EXPECT_GT(shown["calls"]["serve_p50"].get<double>(), 0);
  EXPECT_GE(shown["calls"]["serve_p99"].get<double>(), shown["calls"]["serve_p50"].get<double>());
  EXPECT_THAT(run(L"show service").text, HasSubstr("for 50 % of the last requests"));
  EXPECT_THAT(run(L"list").text, HasSubstr("call, serve"));
  EXPECT_EQ(run(L"call unserved x --timeout 0").exit_code, 6u);
}

TEST_F(OperatorOfAService, SeesHowManyCallsAreUnderWay) {
  const Opened client(L"unserved", SHM_CLIENT);
  ShmToken token = 0;
  for (int i = 0; i < 3; ++i) EXPECT_SHM(SHM_OK, ShmCallBegin(client, "x", 1, &token, 0));
  EXPECT_SHM(SHM_OK, ShmCallCancel(client, token));
  EXPECT_EQ(json_of(L"show unserved --json")["calls"]["under_way"], 2);
  EXPECT_THAT(run(L"show unserved").text, HasSubstr("not known yet"));
  const auto top = json_of(L"top --count 1 --sort name --json");
  EXPECT_EQ(top["channels"][2]["calls"]["under_way"], 2);
  EXPECT_EQ(top["channels"][2]["calls"]["serve_p99"], nullptr);
  EXPECT_THAT(run(L"top --count 1").text, HasSubstr("UNDER WAY"));
}

// As many as one page of clients, and more than the readers and writers of any other kind.
TEST_F(OperatorOfAService, SeesAllOfItsManyClients) {
  std::vector<std::unique_ptr<Opened>> clients;
  for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<Opened>(L"crowded", SHM_CLIENT));
  EXPECT_EQ(json_of(L"show crowded --json")["clients"].size(), 200u);
}

TEST_F(Operator, CallSaysWhatIsNoService) {
  const Outcome outcome = run(L"call jobs x");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, HasSubstr("it is no service"));
}

TEST_F(Operator, SendToAFullChannelSaysWhoHoldsItUp) {
  const Opened reader(L"topic", SHM_READ);
  const Opened writer(L"topic", SHM_WRITE);
  const std::string kilobyte(1024, 'x');
  while (write(writer, kilobyte) == SHM_OK) {
  }
  const Outcome outcome = run(L"send topic --timeout 0 --file " + quoted(service.config_file()));
  EXPECT_EQ(outcome.exit_code, 6u);
  EXPECT_THAT(outcome.text, HasSubstr("process " + std::to_string(GetCurrentProcessId())));
}

TEST_F(Operator, SendRefusesWhatIsNoHex) {
  for (const wchar_t* wrong : {L"send topic --hex 0", L"send topic --hex 0x"}) {
    EXPECT_EQ(run(wrong).exit_code, 1u);
  }
  EXPECT_EQ(json_of(L"show topic --json")["messages"], 0);
}

TEST_F(Operator, TailTakesAQueuesMessagesOnlyIfToldTo) {
  EXPECT_EQ(run(L"send jobs one").exit_code, 0u);
  const Outcome refused = run(L"tail jobs --timeout 0");
  EXPECT_EQ(refused.exit_code, 1u);
  EXPECT_THAT(refused.text, HasSubstr("--take"));
  EXPECT_EQ(run(L"tail jobs --take --timeout 0").text, "one\n");
  EXPECT_EQ(run(L"tail jobs --take --timeout 0").text, "");
}

// As `shmbroker tail topic | head -1` does it: reads a line and has enough.
class LostOutput : public Operator {
 protected:
  // Returns the exit code of a command whose output is not read any more after its first line.
  static DWORD end_after_a_line(const std::wstring& arguments) {
    Child command(shmbroker(arguments));
    command.receive();
    command.close_output();
    return command.await_end();
  }
};

TEST_F(LostOutput, EndsATailThatWaits) {
  ASSERT_EQ(run(L"send topic one").exit_code, 0u);
  EXPECT_EQ(end_after_a_line(L"tail topic"), 1u);
}

TEST_F(LostOutput, EndsATopThatSleeps) {
  EXPECT_EQ(end_after_a_line(L"top --json"), 1u);
  EXPECT_EQ(end_after_a_line(L"top --interval 3600000"), 1u);
}

TEST_F(LostOutput, CostsNoMessageOfAQueue) {
  const Opened jobs(L"jobs", SHM_READ | SHM_WRITE);
  ASSERT_EQ(run(L"send jobs one").exit_code, 0u);
  Child tail(shmbroker(L"tail jobs --take"));
  EXPECT_EQ(tail.receive(), "one");
  tail.close_output();
  for (const char* text : {"two", "three"}) ASSERT_SHM(SHM_OK, write(jobs, text));
  EXPECT_EQ(tail.await_end(), 1u);
  ASSERT_TRUE(eventually([&] { return info_of(jobs).readers == 1; }));
  EXPECT_EQ(read(jobs).text, "two");
  EXPECT_EQ(read(jobs).text, "three");
}

TEST_F(LostOutput, EndsWhatPrintsOnceToo) {
  for (const wchar_t* command :
       {L"list", L"list --json", L"show topic", L"doctor", L"check-config", L"check-config --json"}) {
    Child child(shmbroker(command));
    child.close_output();
    child.await_end();
  }
}

TEST_F(Operator, TailShowsWhatATerminalWouldObey) {
  const Opened topic(L"topic", SHM_WRITE);
  ASSERT_SHM(SHM_OK, write(topic, "\x1b[2J\x9b red"));
  EXPECT_EQ(run(L"tail topic --utf8 --count 1").text, "\\x1b[2J\\x9b red\n");
  EXPECT_EQ(run(L"tail topic --utf8 --raw --count 1").text, "\x1b[2J\x9b red\n");
  ASSERT_EQ(run(L"send topic --hex \"1b 00 5b 00 2e 20\"").exit_code, 0u);
  EXPECT_THAT(run(L"tail topic --timeout 0").text, HasSubstr("\\x1b[\\u202e\n"));
  EXPECT_THAT(run(L"tail topic --timeout 0 --raw").text, HasSubstr("\x1b[\u202E\n"));
}

TEST_F(Operator, TailDoesNotEndATextAtAZero) {
  ASSERT_EQ(run(L"send topic --hex \"61 00 62 00\"").exit_code, 0u);
  EXPECT_EQ(run(L"tail topic --utf8 --count 1").text, "a\\x00b\n");
  EXPECT_EQ(run(L"tail topic --utf8 --raw --count 1").text, std::string("a\0b\n", 4));
}

TEST_F(Operator, SendWithoutATextIsWrongUsageAndWritesNothing) {
  EXPECT_EQ(run(L"send value text").exit_code, 0u);
  const Outcome outcome = run(L"send value");
  EXPECT_EQ(outcome.exit_code, 2u);
  EXPECT_EQ(run(L"tail value --count 1").text, "text\n");
  EXPECT_EQ(run(L"send value \"\"").text, "sent 0 bytes\n");
}

TEST_F(Operator, SendReadsTheStandardInput) {
  Child send(shmbroker(L"send topic --file -"));
  send.send("line\x1a\r");
  send.end_input();
  EXPECT_EQ(send.receive(), "sent 7 bytes");
  EXPECT_EQ(run(L"tail topic --hex --count 1").text, "6c 69 6e 65 1a 0d 0a\n");
}

TEST_F(Operator, TellsScriptsWhyACommandFailed) {
  EXPECT_EQ(run(L"tail nobody --timeout 0").exit_code, 4u);
  EXPECT_EQ(run(L"show \"no\\name\"").exit_code, 2u);
  EXPECT_EQ(run(L"shwo topic").exit_code, 2u);
  EXPECT_EQ(run(L"--help").exit_code, 0u);
  service.stop();
  for (const wchar_t* command : {L"list", L"show topic", L"top --count 1", L"send topic x", L"tail topic"})
    EXPECT_EQ(run(command).exit_code, 3u) << win::display_utf8(command);
}

TEST_F(Operator, SaysItsVersionAsTheInstallerDoes) {
  const std::string version =
      std::to_string(SHM_VERSION >> 16) + "." + std::to_string(SHM_VERSION & 0xFFFF) + ".0";
  EXPECT_EQ(run(L"--version").text, version + "\n");
  EXPECT_EQ(finding_of(json_of(L"doctor --json"), "DLL")["found"], "version " + version);
}

TEST_F(Operator, CheckConfigTellsAllErrorsAndWarnings) {
  service.configure(R"({ "channels": [ { "nam": "a" } ], "lug": {} })");
  const Outcome wrong = run(L"check-config");
  EXPECT_EQ(wrong.exit_code, 1u);
  EXPECT_THAT(wrong.text, AllOf(HasSubstr("did you mean \"name\"?"), HasSubstr("did you mean \"log\"?")));
  EXPECT_EQ(json_of(L"check-config --json", 1)["errors"].size(), 5u);
  service.configure(config_of({block("value"), block("Value")}));
  EXPECT_THAT(run(L"check-config").text, HasSubstr("warning: "));
  EXPECT_EQ(json_of(L"check-config --json")["warnings"].size(), 1u);
}

// The service serves the rest, so nothing says that it would not.
TEST_F(Operator, CheckConfigAndADryRunGoOnBehindWhatCantBeHad) {
  const std::string gone = win::display_utf8((service.config_file().parent_path() / L"gone").wstring());
  std::string text = config_of({block("value"), block("late", 8, R"({ "read": ["no such account"] })"),
                                R"({ "name": "kept", "kind": "block", "capacity": 8, "file": { "path": )" +
                                    nlohmann::json(gone + "\\value.bin").dump() + " } }"});
  service.configure(text.insert(1, "\"file_folders\": [" + nlohmann::json(gone).dump() + "], "));
  const Outcome check = run(L"check-config");
  EXPECT_EQ(check.exit_code, 1u);
  EXPECT_THAT(check.text, AllOf(HasSubstr("is sound: 3 channels\n"), HasSubstr("added: 'late'\n"),
                                HasSubstr("/channels/1/access/read/0: no account is named 'no such account'"),
                                HasSubstr("/channels/2/file: cannot open")));
  EXPECT_EQ(json_of(L"check-config --json", 1)["unavailable"].size(), 2u);
  const Outcome plan = run(L"reload --dry-run");
  EXPECT_EQ(plan.exit_code, 0u);
  EXPECT_THAT(plan.text, AllOf(HasSubstr("unavailable: "), HasSubstr("added: 'kept'\n")));
  EXPECT_THAT(run(L"reload").text, HasSubstr("serving 3 channels (2 unavailable)"));
  EXPECT_THAT(run(L"doctor").text, HasSubstr("'no such account'"));
}

TEST_F(Operator, TakesAConfigurationInUtf16AsPowerShellWritesIt) {
  std::string bytes = "\xFF\xFE";
  for (const char c : config_of({block("value"), block("from PowerShell")})) bytes += {c, '\0'};
  service.configure(bytes);
  EXPECT_THAT(run(L"check-config").text, HasSubstr("is sound: 2 channels"));
  service.configure(bytes.substr(0, bytes.size() - 1));
  EXPECT_THAT(run(L"check-config").text, HasSubstr("it is UTF-16 and ends within a character"));
}

TEST_F(Operator, TopPrintsATableForEachLook) {
  const Outcome top = run(L"top --count 2 --interval 100 --sort name");
  EXPECT_EQ(top.exit_code, 0u);
  const size_t second = top.text.find("CHANNEL", 1);
  ASSERT_NE(second, std::string::npos) << top.text;
  EXPECT_EQ(top.text.find("CHANNEL", second + 1), std::string::npos);
  const size_t jobs = top.text.find("jobs", second);
  EXPECT_LT(jobs, top.text.find("topic", jobs));
  EXPECT_LT(top.text.find("topic", jobs), top.text.find("value", jobs));
}

TEST_F(Operator, TopPrintsALineOfJsonForEachLook) {
  const Outcome top = run(L"top --count 2 --interval 100 --sort name --json");
  EXPECT_EQ(top.exit_code, 0u);
  const size_t end = top.text.find('\n');
  for (const std::string& line : {top.text.substr(0, end), top.text.substr(end + 1)}) {
    const auto whole = nlohmann::json::parse(line);
    EXPECT_TRUE(std::regex_match(whole["time"].get<std::string>(),
                                 std::regex(R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)")));
    const auto& look = whole["channels"];
    ASSERT_EQ(look.size(), 3u);
    EXPECT_EQ(look[1]["name"], "topic");
    EXPECT_EQ(look[1]["held_up_by"], nullptr);
  }
}

// As Ctrl-Break does; see docs/testing.md.
TEST_F(Operator, TopInterruptedLeavesTheConsoleAsItWas) {
  const Started top = start_process(shmbroker(L"top"), {});
  Peer person;
  const std::string there = std::to_string(top.pid);
  ASSERT_TRUE(eventually([&] { return person.ask("cursor " + there).text == "hidden"; }));
  EXPECT_EQ(person.ask("ctrl-c " + there).status, SHM_OK);
  ASSERT_EQ(WaitForSingleObject(top.process.get(), kPatience), DWORD{WAIT_OBJECT_0});
  DWORD exit_code = 99;
  EXPECT_TRUE(GetExitCodeProcess(top.process.get(), &exit_code));
  EXPECT_EQ(exit_code, 0u);
  EXPECT_EQ(person.ask("cursor " + there).text, "shown");
}

TEST_F(Operator, DoctorIsContentWithASoundService) {
  const Outcome doctor = run(L"doctor value --config " + quoted(service.config_file()));
  EXPECT_EQ(doctor.exit_code, 0u) << doctor.text;
  EXPECT_THAT(doctor.text, AllOf(HasSubstr("running"), HasSubstr("3 channels"),
                                 HasSubstr("you may read, write"), Not(HasSubstr("WRONG"))));
}

TEST_F(Operator, DoctorSeesThatNoReaderTakesAQueuesMessages) {
  const Opened jobs(L"jobs", SHM_WRITE);
  const std::string kilobyte(1024, 'x');
  while (write(jobs, kilobyte) == SHM_OK) {
  }
  const Outcome doctor = run(L"doctor jobs");
  EXPECT_EQ(doctor.exit_code, 1u);
  EXPECT_THAT(doctor.text, HasSubstr("it is full, and no reader takes a message: start one"));
}

TEST_F(Operator, DoctorAndCheckConfigLookAtTheFileOfTheInstalledService) {
  const std::string file = win::display_utf8(service.config_file().wstring());
  EXPECT_THAT(run(L"check-config").text, HasSubstr(file + " is sound: 3 channels"));
  EXPECT_THAT(run(L"doctor").text, HasSubstr(file + " is sound: 3 channels"));
  service.configure("{}");
  EXPECT_THAT(run(L"check-config").text, HasSubstr(file + ": line 1, column 1: /: expected"));
}

TEST_F(Operator, DoctorNamesWhatIsWrong) {
  service.stop();
  service.configure("{ \"channels\": 7 }");
  const auto doctor = json_of(L"doctor --json", 1);
  const auto found = [&](const char* what) { return finding_of(doctor, what); };
  EXPECT_EQ(found("DLL")["ok"], true);
  EXPECT_THAT(found("configuration")["found"], HasSubstr("/channels: expected an array"));
  EXPECT_THAT(found("service")["found"], HasSubstr("shmbroker start"));
  EXPECT_EQ(found("reachable")["ok"], false);
}

TEST_F(Operator, StopsStartsAndReloads) {
  EXPECT_EQ(run(L"stop").exit_code, 0u);
  EXPECT_EQ(service.status().dwCurrentState, DWORD{SERVICE_STOPPED});
  EXPECT_EQ(run(L"start").exit_code, 0u);
  EXPECT_EQ(service.status().dwCurrentState, DWORD{SERVICE_RUNNING});
  EXPECT_EQ(run(L"start").exit_code, 0u) << "it runs already";
  service.configure(
      config_of({block("value"), topic("topic", "wait", 65536), queue("jobs", 65536), block("new")}));
  EXPECT_THAT(run(L"reload").text, HasSubstr("serving 4 channels"));
  EXPECT_EQ(run(L"show new").exit_code, 0u);
}

TEST_F(Operator, ReloadSaysWhyTheOldConfigurationStays) {
  service.configure(
      config_of({block("value", 1024), topic("topic", "overwrite", 65536), queue("jobs", 65536)}));
  const Outcome outcome = run(L"reload");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("goes on with the configuration that it has"),
                                  HasSubstr("/channels/0/capacity"), HasSubstr("/channels/1/when_full")));
  const Outcome doctor = run(L"doctor --config " + quoted(service.config_file()));
  EXPECT_EQ(doctor.exit_code, 1u);
  EXPECT_THAT(doctor.text, HasSubstr("the last reload was refused"));
}

void tell_to_reload() {
  SERVICE_STATUS status{};
  EXPECT_TRUE(
      ControlService(open_service(SERVICE_PAUSE_CONTINUE).get(), SERVICE_CONTROL_PARAMCHANGE, &status));
}

uint32_t channels() {
  uint32_t count = 0;
  ShmListChannels(nullptr, 0, &count);
  return count;
}

// So many that a reload takes a while, and that asking about each of them would.
TEST_F(Operator, ReloadOfManyChannelsTakesNoOtherOnesOutcomeAndComparesAccess) {
  constexpr int kMany = 1100;
  std::vector<std::string> many;
  for (int i = 0; i < kMany; ++i) many.push_back(block("channel " + std::to_string(i), 8));
  many.push_back(block("channel last", 8));
  service.configure(config_of(many));
  tell_to_reload();
  ASSERT_TRUE(eventually([] { return channels() > 3; })) << "it has read the file";
  service.configure("{");
  const Outcome outcome = run(L"reload");
  EXPECT_EQ(outcome.exit_code, 1u) << outcome.text;
  EXPECT_THAT(outcome.text, HasSubstr("not valid JSON"));

  many.back() = block("channel last", 8, R"({ "read": ["Users"], "write": ["Administrators"] })");
  service.configure(config_of(many));
  const Outcome plan = run(L"reload --dry-run");
  EXPECT_EQ(plan.text, "changed: 'channel last': access\n");
}

TEST_F(Operator, SaysWhatIsWrongWithAFileInAnotherEncoding) {
  service.configure("{ \"channels\": [ { \"name\": \"M\xFCnze\" } ] }");
  const std::string reason = "it is not UTF-8: byte 0xFC at line 1, column 29";
  EXPECT_THAT(json_of(L"check-config --json", 1)["error"], HasSubstr(reason));
  const Outcome reload = run(L"reload");
  EXPECT_EQ(reload.exit_code, 1u);
  EXPECT_THAT(reload.text, HasSubstr(reason));
  EXPECT_THAT(finding_of(json_of(L"doctor --json", 1), "running")["found"], HasSubstr(reason));
}

TEST_F(Operator, ReloadAndDoctorNameAllThatCantChange) {
  const std::string name(60, 'n');
  service.configure(config_of({block(name), topic(name + "2", "wait"), queue(name + "3")}));
  ASSERT_EQ(run(L"reload").exit_code, 0u);
  service.configure(config_of(
      {block(name, 1024), topic(name + "2", "overwrite", 256 * 1024), queue(name + "3", 256 * 1024)}));
  for (const wchar_t* command : {L"reload", L"doctor"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.exit_code, 1u);
    for (const char* member : {"/channels/0/capacity", "/channels/1/when_full", "/channels/1/capacity",
                               "/channels/1/max_message", "/channels/2/capacity", "/channels/2/max_message"})
      EXPECT_THAT(outcome.text, HasSubstr(member));
    EXPECT_THAT(outcome.text, HasSubstr("restart the service"));
  }
}

TEST_F(Operator, ReloadSaysWhereTheRestIsOfWhatCantChange) {
  const auto channels_of = [](uint64_t capacity) {
    std::vector<std::string> channels;
    for (int i = 0; i < 40; ++i) channels.push_back(block("channel number " + std::to_string(i), capacity));
    return config_of(channels);
  };
  service.configure(channels_of(512));
  ASSERT_EQ(run(L"reload").exit_code, 0u);
  service.configure(channels_of(1024));
  const Outcome outcome = run(L"reload");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("/channels/9/capacity"), Not(HasSubstr("/channels/39/capacity")),
                                  HasSubstr("\xE2\x80\xA6; the log has the rest\n")));
  EXPECT_THAT(service.log(), HasSubstr("/channels/39/capacity"));
}

TEST_F(Operator, DoctorSeesThatTheServiceWasNotToldOfAChange) {
  service.configure(config_of({block("value")}));
  const Outcome doctor = run(L"doctor --config " + quoted(service.config_file()));
  EXPECT_EQ(doctor.exit_code, 1u);
  EXPECT_THAT(doctor.text, HasSubstr("has changed since the service read it"));
}

TEST_F(Operator, DoctorSeesThatACopyFromBeforeWasPutBack) {
  const auto before = std::filesystem::last_write_time(service.config_file()) - std::chrono::hours(24);
  service.configure(config_of({block("value")}));
  std::filesystem::last_write_time(service.config_file(), before);
  const auto found = finding_of(json_of(L"doctor --json", 1), "in force");
  EXPECT_EQ(found["ok"], false);
  EXPECT_THAT(found["found"], HasSubstr("has changed since the service read it"));
}

TEST_F(Operator, DoctorIsNotContentWithAFileThatIsGone) {
  std::filesystem::remove(service.config_file());
  const auto found = finding_of(json_of(L"doctor --json", 1), "in force");
  EXPECT_EQ(found["ok"], false);
  EXPECT_THAT(found["found"], HasSubstr("can't be read any more; put it back"));
}

TEST_F(Operator, TailPrintsALineOfJsonForEachMessage) {
  const ShmOptions timed = options_for(SHM_WRITE, SHM_OPEN_TIMED);
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, ShmOpen(L"topic", &timed, &channel));
  ASSERT_SHM(SHM_OK, ShmWrite(channel, "one", 3, 0));
  Peer other;
  ASSERT_SHM(SHM_OK, other.write(other.open("topic", "w"), "\xFF").status);
  const std::string lines = run(L"tail topic --json --utf8 --timeout 0").text;
  const auto first = nlohmann::json::parse(lines.substr(0, lines.find('\n')));
  EXPECT_EQ(first["text"], "one");
  EXPECT_EQ(first["sequence"], 1);
  EXPECT_EQ(first["bytes"], 3);
  EXPECT_TRUE(first["time"].is_string());
  EXPECT_EQ(first["writer"], GetCurrentProcessId());
  const auto second = nlohmann::json::parse(lines.substr(lines.find('\n') + 1));
  EXPECT_EQ(second["text"], "\\xff");
  EXPECT_EQ(second["writer"], other.pid());
  ASSERT_EQ(run(L"send jobs one").exit_code, 0u);
  const auto job = nlohmann::json::parse(run(L"tail jobs --take --json --hex --timeout 0").text);
  EXPECT_EQ(job["hex"], "6f 00 6e 00 65 00");
  EXPECT_EQ(job["sequence"], nullptr) << "it is looked at before it is taken";
  ShmClose(channel);
}

TEST_F(Operator, SelfTestUsesEveryKindOnceAndCleansUp) {
  const Outcome outcome = run(L"selftest");
  EXPECT_EQ(outcome.exit_code, 0u) << outcome.text;
  for (const char* step :
       {"ok     block ", "ok     topic ", "ok     queue ", "ok     waking ", "ok     clean up"})
    EXPECT_THAT(outcome.text, HasSubstr(step));
  EXPECT_EQ(json_of(L"list --json").size(), 3u);
  EXPECT_FALSE(std::filesystem::exists(service.config_file().parent_path() / L"conf.d"));
}

TEST_F(Operator, SelfTestBringsNoOtherChangeIntoForce) {
  service.configure(config_of({block("value")}));
  const Outcome outcome = run(L"selftest");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, HasSubstr("first: shmbroker reload"));
  EXPECT_EQ(json_of(L"list --json").size(), 3u);
}

TEST_F(Operator, SupportPacksWhatABugReportNeedsAndNoPayload) {
  ASSERT_EQ(run(L"send value --utf8 confidential").exit_code, 0u);
  const TempFolder folder;
  const Outcome outcome = run(L"support " + quoted(folder.path() / L"report.zip"));
  EXPECT_EQ(outcome.exit_code, 0u) << outcome.text;
  EXPECT_THAT(outcome.text, Not(HasSubstr("Not in it")));
  const std::string zip = read_file(folder.path() / L"report.zip");
  for (const char* has : {"configuration/shmbroker.json", "logs/shmbroker.log", "channels.json",
                          "doctor.json", "versions.json", "serving 3 channels", "\"service\": \""})
    EXPECT_NE(zip.find(has), std::string::npos) << has;
  EXPECT_EQ(zip.find("confidential"), std::string::npos);
  service.stop();
  EXPECT_THAT(run(L"support " + quoted(folder.path() / L"stopped.zip")).text,
              HasSubstr("Not in it:\nversions"));
}

TEST_F(Operator, StartSaysWhyItFails) {
  service.stop();
  service.configure("{");
  const Outcome outcome = run(L"start");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("the service did not start: "), HasSubstr("line 1, column 1"),
                                  HasSubstr("not valid JSON")));
}

TEST_F(Operator, NamesTheChannelThatWasProbablyMeant) {
  for (const wchar_t* command : {L"show topics", L"tail Topic --timeout 0", L"send tpoic x"}) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.exit_code, 4u);
    EXPECT_THAT(outcome.text, HasSubstr("the service; did you mean \"topic\"?"));
  }
  EXPECT_THAT(run(L"show nobody").text, Not(HasSubstr("did you mean")));
}

TEST_F(Operator, CheckConfigWarnsOfAnSddlThatGivesNobodyARight) {
  service.configure(config_of({block("value", 512, R"x({ "sddl": "D:(A;;RC;;;WD)" })x")}));
  EXPECT_THAT(run(L"check-config").text,
              AllOf(HasSubstr("warning: "), HasSubstr("/channels/0/access/sddl: gives nobody a right")));
  service.configure(config_of({block("value", 512, R"x({ "sddl": "D:(A;;GR;;;WD)" })x")}));
  EXPECT_THAT(run(L"check-config").text, Not(HasSubstr("warning: ")));
}

}  // namespace
}  // namespace shmbroker::tests
