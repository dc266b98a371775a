// shmbroker.exe as a person uses it: its commands, exit codes and texts, and the broker in a console.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "win/handle.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A folder with a blank in its name, as many have.
class Command : public testing::Test {
 protected:
  Command() : data_(folder_.path() / L"with blank"), config_(data_ / L"shmbroker.json") {
    std::filesystem::create_directories(data_);
    configure(config_of({block("MapName")}));
  }
  void configure(const std::string& config) { std::ofstream(config_, std::ios::binary) << config; }
  std::wstring config_option() const { return L" --config " + quoted(config_); }
  std::wstring options() const { return config_option() + L" --data " + quoted(data_); }

  TempFolder folder_;
  std::filesystem::path data_;
  std::filesystem::path config_;
};

TEST_F(Command, HelpNamesEveryCommand) {
  const Outcome help = run(L"--help");
  EXPECT_EQ(help.exit_code, 0u);
  for (const char* word :
       {"run", "install", "uninstall", "check-config", "--config", "--data", "Exit codes"}) {
    EXPECT_THAT(help.text, HasSubstr(word));
  }
}

TEST_F(Command, WrongUsageIsToldApartFromFailure) {
  for (const wchar_t* wrong : {L"no-such-command", L"--no-such-option", L"run install", L"run --config"}) {
    EXPECT_EQ(run(wrong).exit_code, 2u);
  }
}

TEST_F(Command, WithoutOneAPersonIsTold) {
  const Outcome outcome = run(L"");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, AllOf(HasSubstr("service control manager"), HasSubstr("install")));
}

TEST_F(Command, CheckConfigSaysWhatIsWrongAndWhere) {
  EXPECT_EQ(run(L"check-config" + config_option()).exit_code, 0u);
  EXPECT_THAT(run(L"check-config" + config_option()).text, HasSubstr("is sound: 1 channel\n"));
  for (const auto& [config, reason] :
       {std::pair<std::string, std::string>("{", "not valid JSON"),
        {config_of({block("MapName", 0)}), "/channels/0/capacity: expected a size"},
        {config_of({block("MapName", 8, R"({ "read": ["no such account"] })")}), "no such account"}}) {
    configure(config);
    const Outcome outcome = run(L"check-config" + config_option());
    EXPECT_EQ(outcome.exit_code, 1u);
    EXPECT_THAT(outcome.text, HasSubstr(reason));
  }
  const Outcome json = run(L"check-config --json" + config_option());
  EXPECT_EQ(json.exit_code, 1u);
  EXPECT_THAT(json.text, AllOf(HasSubstr("\"ok\": false"), HasSubstr("no such account")));
  std::filesystem::remove(config_);
  const Outcome missing = run(L"check-config" + config_option());
  EXPECT_EQ(missing.exit_code, 1u);
  EXPECT_THAT(missing.text, HasSubstr("cannot read the configuration"));
}

TEST_F(Command, CheckConfigTriesWhatAStartWould) {
  const auto file_at = [&](const char* name, const std::string& path, const std::string& more = {}) {
    return "{ \"name\": \"" + std::string(name) +
           "\", \"kind\": \"block\", \"capacity\": 8, \"file\": { \"path\": " + nlohmann::json(path).dump() +
           more + " } }";
  };
  const std::string folder = win::display_utf8(data_.wstring());
  const auto configuration = [&](const std::vector<std::string>& channels) {
    std::string text = config_of(channels);
    return text.insert(1, "\"file_folders\": [" + nlohmann::json(folder).dump() + "], ");
  };
  std::ofstream(data_ / L"long.bin") << "more than eight bytes";
  std::ofstream(data_ / L"short.bin") << "x";
  std::ofstream(data_ / L"taken.bin") << "x";
  const win::Handle taken(CreateFileW((data_ / L"taken.bin").c_str(), GENERIC_READ, 0, nullptr, OPEN_EXISTING,
                                      FILE_ATTRIBUTE_NORMAL, nullptr));
  ASSERT_TRUE(taken);
  configure(configuration(
      {file_at("good", folder + "\\made at the start.bin"), file_at("long", folder + "\\long.bin"),
       file_at("taken", folder + "\\taken.bin"), file_at("gone", folder + "\\gone\\value.bin"),
       file_at("outside", "C:\\windows\\win.ini"),
       file_at("short", folder + "\\short.bin", ", \"offset\": 4096"), block("huge", uint64_t{1} << 40)}));
  const Outcome outcome = run(L"check-config" + config_option());
  EXPECT_EQ(outcome.exit_code, 1u);
  for (const char* pointer : {"/channels/1/file: ", "/channels/2/file: ", "/channels/3/file: ",
                              "/channels/4/file: ", "/channels/5/file: "})
    EXPECT_THAT(outcome.text, HasSubstr(pointer));
  EXPECT_THAT(outcome.text, Not(HasSubstr("/channels/0/")));
  EXPECT_THAT(outcome.text, HasSubstr("under none of the file_folders"));
  EXPECT_FALSE(std::filesystem::exists(data_ / L"made at the start.bin")) << "a trial makes nothing";
  const Outcome json = run(L"check-config --json" + config_option());
  const size_t unavailable = nlohmann::json::parse(json.text)["unavailable"].size();
  // Some systems promise 4 TiB that they do not have.
  EXPECT_EQ(unavailable, outcome.text.find("/channels/6/capacity: ") == std::string::npos ? 5u : 6u)
      << json.text;

  configure(configuration({file_at("good", folder + "\\made at the start.bin")}));
  EXPECT_EQ(run(L"check-config" + config_option()).exit_code, 0u);
}

TEST_F(Command, CheckConfigNamesAllAccountsThatThereAreNot) {
  configure(config_of({block("a", 8, R"({ "read": ["no such one"], "write": ["Users"] })"),
                       block("b", 8, R"({ "read": ["Users"], "write": ["no such other"] })")}));
  EXPECT_THAT(run(L"check-config" + config_option()).text,
              AllOf(HasSubstr("/channels/0/access/read/0: no account is named 'no such one'"),
                    HasSubstr("/channels/1/access/write/0: no account is named 'no such other'")));
}

TEST_F(Command, InstallRegistersAndUninstallRemoves) {
  { const Service removes_leftovers(config_of({})); }
  ASSERT_TRUE(eventually([] { return !open_service(SERVICE_QUERY_CONFIG); }));
  const Outcome nothing = run(L"uninstall");
  EXPECT_EQ(nothing.exit_code, 1u);
  EXPECT_THAT(nothing.text, HasSubstr("cannot open the service"));

  const Outcome installed = run(L"install" + config_option());
  EXPECT_EQ(installed.exit_code, 0u) << installed.text;
  EXPECT_THAT(installed.text, HasSubstr("shmbroker start"));
  {
    const ScmHandle service = open_service(SERVICE_QUERY_CONFIG);
    ASSERT_TRUE(service);
    alignas(QUERY_SERVICE_CONFIGW) std::byte memory[8192];
    const auto& config = *reinterpret_cast<QUERY_SERVICE_CONFIGW*>(memory);
    DWORD size = 0;
    ASSERT_TRUE(QueryServiceConfigW(service.get(), reinterpret_cast<QUERY_SERVICE_CONFIGW*>(memory),
                                    sizeof memory, &size));
    EXPECT_EQ(config.lpBinaryPathName, quoted(program_folder() / L"shmbroker.exe") + config_option());
    EXPECT_STREQ(config.lpServiceStartName, L"NT AUTHORITY\\LocalService");
    EXPECT_EQ(config.dwStartType, DWORD{SERVICE_AUTO_START});
    EXPECT_EQ(config.dwServiceType, DWORD{SERVICE_WIN32_OWN_PROCESS});
  }
  const Outcome again = run(L"install");
  EXPECT_EQ(again.exit_code, 0u) << again.text;
  EXPECT_THAT(again.text, HasSubstr("was there already"));

  const Outcome removed = run(L"uninstall");
  EXPECT_EQ(removed.exit_code, 0u) << removed.text;
  EXPECT_TRUE(eventually([] { return !open_service(SERVICE_QUERY_CONFIG); }));
}

class Console : public Command {
 protected:
  // Reads what the broker says until it serves.
  static void await_running(Child& broker) {
    while (broker.receive().find("Ctrl-C stops it") == std::string::npos) {
    }
  }
  static void press_ctrl_c(const Child& child) {
    Peer finger;
    EXPECT_EQ(finger.ask("ctrl-c " + std::to_string(child.pid())).status, SHM_OK);
  }
};

TEST_F(Console, ServesClientsUntilCtrlC) {
  Child broker(shmbroker(L"run" + options()));
  await_running(broker);
  {
    const Opened channel(L"MapName");
    Peer peer;
    peer.write(peer.open("MapName", "w"), "hello");
    EXPECT_EQ(read(channel), (Answer{SHM_OK, "hello"}));
  }
  press_ctrl_c(broker);
  DWORD exit_code = 99;
  EXPECT_THAT(broker.rest(exit_code), HasSubstr("stopped"));
  EXPECT_EQ(exit_code, 0u);
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_NO_SERVICE, ShmOpen(L"MapName", nullptr, &channel));
}

TEST_F(Console, LogsIntoAFolderWhateverItsName) {
  const std::filesystem::path data = folder_.path() / L"\x5171\x4EAB \x00FC";
  std::filesystem::create_directories(data);
  Child broker(shmbroker(L"run" + config_option() + L" --data " + quoted(data)));
  await_running(broker);
  EXPECT_THAT(read_file(data / L"shmbroker.log"), HasSubstr("serving 1 channels"));
  press_ctrl_c(broker);
  DWORD exit_code = 99;
  broker.rest(exit_code);
  EXPECT_EQ(exit_code, 0u);
}

// Whoever asks it which file it has read is in another folder.
TEST_F(Console, TellsItsConfigurationByItsFullPath) {
  const std::filesystem::path here = std::filesystem::current_path();
  std::filesystem::current_path(data_);
  Child broker(shmbroker(L"run --config shmbroker.json --data " + quoted(data_)));
  std::filesystem::current_path(here);
  await_running(broker);
  const Outcome doctor = run(L"doctor");
  EXPECT_EQ(doctor.exit_code, 0u) << doctor.text;
  EXPECT_THAT(doctor.text, HasSubstr(win::display_utf8(config_.wstring()) + " is what the service has read"));
  press_ctrl_c(broker);
  DWORD exit_code = 99;
  broker.rest(exit_code);
}

TEST_F(Console, SaysWhyItDoesNotStart) {
  configure("{}");
  const Outcome outcome = run(L"run" + options());
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, HasSubstr("shmbroker: "));
  EXPECT_THAT(outcome.text, HasSubstr("\"channels\""));
}

// In a pipe that is full, as in a window in which somebody has marked text.
TEST_F(Console, ServesAndEndsThoughNobodyReadsItsOutput) {
  Child broker(shmbroker(L"run" + options()));
  await_running(broker);
  constexpr int kOpens = 300;  // of which the log says something each time: more than a pipe takes
  for (int i = 0; i < kOpens; ++i) {
    ShmChannel channel = 0;
    ASSERT_SHM(SHM_OK, ShmOpen(L"MapName", nullptr, &channel)) << "after " << i;
    ASSERT_SHM(SHM_OK, ShmClose(channel));
  }
  press_ctrl_c(broker);
  EXPECT_EQ(broker.await_end(), 0u);
  EXPECT_THAT(read_file(data_ / L"shmbroker.log"), HasSubstr("stopped"));
}

TEST_F(Console, IsNamedByASetUpWhoseServiceCouldNotStart) {
  Child broker(shmbroker(L"run" + options()));
  await_running(broker);
  const Service service(config_of({}));
  const Outcome outcome = run(L"set-up");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(outcome.text, HasSubstr("a ShmBroker runs in a console"));
  press_ctrl_c(broker);
  DWORD exit_code = 99;
  broker.rest(exit_code);
}

TEST_F(Console, ServiceDoesNotStartBesideIt) {
  Child broker(shmbroker(L"run" + options()));
  await_running(broker);
  Service service(config_of({block("MapName")}));
  EXPECT_EQ(service.start_and_fail().dwServiceSpecificExitCode, 1u);
  EXPECT_THAT(service.log(), HasSubstr("another ShmBroker runs"));
  press_ctrl_c(broker);
  DWORD exit_code = 99;
  broker.rest(exit_code);
  EXPECT_EQ(exit_code, 0u);
  service.start();
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName"), "x"));
}

}  // namespace
}  // namespace shmbroker::tests
