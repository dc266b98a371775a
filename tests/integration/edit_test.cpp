// The configuration changed by commands, and in parts that products bring.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/program.h"
#include "tests/support/shm_testing.h"
#include "win/text.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Edit : public ServiceTest {
 protected:
  Edit() : ServiceTest("// ours\n" + config_of({block("value"), topic("topic", "wait", 65536)})) {}

  std::string file() const { return read_file(service.config_file()); }
  std::filesystem::path parts() const { return service.config_file().parent_path() / L"conf.d"; }
  std::filesystem::path write_part(const std::wstring& name, const std::string& text) const {
    std::filesystem::create_directories(parts());
    std::ofstream(parts() / name, std::ios::binary) << text;
    return parts() / name;
  }
};

TEST_F(Edit, AddsAChannelThatIsThereAtOnce) {
  const std::string before = file();
  const Outcome added = run(
      L"add-channel new --kind topic --when-full wait --capacity \"64 KiB\" --read Everyone --write Users "
      L"--write Administrators");
  EXPECT_EQ(added.exit_code, 0u) << added.text;
  EXPECT_THAT(added.text, HasSubstr("serving 3 channels"));
  EXPECT_THAT(run(L"show new").text,
              AllOf(HasSubstr("topic, when full: wait"), HasSubstr("read: Everyone; write: Users, Admin")));
  EXPECT_THAT(file(), HasSubstr("// ours\n"));
  const Outcome removed = run(L"remove-channel new");
  EXPECT_EQ(removed.exit_code, 0u) << removed.text;
  EXPECT_EQ(run(L"show new").exit_code, 4u);
  std::string after = file();
  std::erase(after, '\n');
  std::string same = before;
  std::erase(same, '\n');
  EXPECT_EQ(after, same);
}

TEST_F(Edit, ChangesWhoMayUseAChannel) {
  EXPECT_EQ(run(L"set-access value --write Administrators").exit_code, 0u);
  EXPECT_THAT(run(L"show value").text, HasSubstr("read: Everyone; write: Administrators"));
  EXPECT_EQ(run(L"set-access value").exit_code, 2u);
}

TEST_F(Edit, AddsAServiceAndChangesWhoMayUseIt) {
  const Outcome added =
      run(L"add-channel prices --kind service --max-request \"1 KiB\" --max-answer 64 --max-calls 2 "
          L"--max-clients 3 --call Everyone --serve Users");
  ASSERT_EQ(added.exit_code, 0u) << added.text;
  EXPECT_THAT(run(L"show prices").text,
              AllOf(HasSubstr("service"), HasSubstr("call: Everyone; serve: Users")));
  {
    const Opened client(L"prices", SHM_CLIENT);
    EXPECT_EQ(info_of(client).max_message, 1024u);
    EXPECT_EQ(info_of(client).capacity, 64u);
  }
  EXPECT_EQ(run(L"set-access prices --serve Administrators").exit_code, 0u);
  EXPECT_THAT(run(L"show prices").text, HasSubstr("call: Everyone; serve: Administrators"));
  const std::string before = file();
  const Outcome refused = run(L"set-access prices --read Users");
  EXPECT_EQ(refused.exit_code, 1u);
  EXPECT_THAT(refused.text, HasSubstr("of a service, say call and serve"));
  EXPECT_EQ(run(L"set-access value --call Users").exit_code, 1u);
  EXPECT_EQ(run(L"add-channel new --kind service --capacity 64").exit_code, 1u);
  EXPECT_EQ(run(L"add-channel new --kind block --capacity 8 --max-calls 2").exit_code, 1u);
  EXPECT_EQ(run(L"add-channel new --kind block").exit_code, 2u) << "it needs a capacity";
  EXPECT_EQ(file(), before);
}

TEST_F(Edit, RefusesWhatIsNotSoundAndChangesNothing) {
  const std::string before = file();
  for (const wchar_t* wrong :
       {L"add-channel new --kind block --capacity 0", L"add-channel value --kind block --capacity 8",
        L"add-channel new --kind block --capacity 8 --read \"no such account\"", L"remove-channel nobody",
        L"add-channel new --kind block --capacity 8 --max-message 8", L"set-access nobody --read Users"}) {
    EXPECT_EQ(run(wrong).exit_code, 1u) << win::display_utf8(wrong);
  }
  EXPECT_EQ(run(L"add-channel new --kind shelf --capacity 8").exit_code, 2u);
  EXPECT_EQ(file(), before);
}

TEST_F(Edit, WhatAnotherChannelLacksKeepsNobodyFromChangingThisOne) {
  service.configure(config_of({block("value"), block("late", 8, R"({ "read": ["no such account"] })")}));
  ASSERT_EQ(run(L"reload").exit_code, 0u);
  EXPECT_EQ(run(L"add-channel new --kind block --capacity 8").exit_code, 0u);
  EXPECT_EQ(run(L"set-access value --read Users").exit_code, 0u);
  EXPECT_EQ(run(L"remove-channel new").exit_code, 0u);
  const Outcome refused = run(L"set-access late --write \"no such other\"");
  EXPECT_EQ(refused.exit_code, 1u);
  EXPECT_THAT(refused.text, HasSubstr("no account is named 'no such other'"));
  EXPECT_EQ(run(L"set-access late --read Users").exit_code, 0u);
  EXPECT_EQ(run(L"check-config").exit_code, 0u);
}

TEST_F(Edit, LeavesAFileItsEncoding) {
  std::string bytes = "\xFF\xFE";
  for (const char c : config_of({block("value")})) bytes += {c, '\0'};
  service.configure(bytes);
  ASSERT_EQ(run(L"add-channel new --kind block --capacity 8").exit_code, 0u);
  EXPECT_THAT(file(), AllOf(testing::StartsWith("\xFF\xFE"), HasSubstr(std::string("n\0e\0w\0", 6))));
  EXPECT_EQ(run(L"show new").exit_code, 0u);
}

TEST_F(Edit, WithoutAReloadChangesTheFileAlone) {
  ASSERT_EQ(run(L"add-channel new --kind block --capacity 8 --no-reload").exit_code, 0u);
  EXPECT_EQ(run(L"show new").exit_code, 4u);
  service.stop();
  EXPECT_THAT(run(L"remove-channel new").text, HasSubstr("reads it at its next start"));
}

TEST_F(Edit, PartsOfAConfigurationBringChannelsOfTheirOwn) {
  const auto part = write_part(L"product.json", "{ \"channels\": [\n  " + block("theirs") + "\n] }");
  write_part(L"notes.txt", "no configuration");
  EXPECT_THAT(run(L"doctor").text, HasSubstr("has changed since the service read it"));
  EXPECT_THAT(run(L"check-config").text,
              AllOf(HasSubstr("is sound: 3 channels"), HasSubstr("added: 'theirs'")));
  ASSERT_EQ(run(L"reload").exit_code, 0u);
  EXPECT_EQ(run(L"doctor theirs").exit_code, 0u);
  ASSERT_EQ(run(L"set-access theirs --read Users").exit_code, 0u);
  EXPECT_THAT(read_file(part), HasSubstr(R"("read": ["Users"])"));
  service.stop();
  service.start();
  EXPECT_EQ(run(L"show theirs").exit_code, 0u);
  std::filesystem::remove(part);
  EXPECT_THAT(run(L"check-config").text, HasSubstr("ended: 'theirs'"));
}

TEST_F(Edit, ErrorsInAPartHaveItsName) {
  write_part(L"product.json", "{ \"channels\": [\n  " + block("value") + "\n], \"log\": {} }");
  const Outcome outcome = run(L"check-config");
  EXPECT_EQ(outcome.exit_code, 1u);
  EXPECT_THAT(
      outcome.text,
      AllOf(HasSubstr("product.json: line 2, column 13: /channels/0/name: expected a name that no other"),
            HasSubstr("product.json: line 3, column 4: /log: expected one of the members $schema, chan")));
  write_part(L"product.json",
             "{ \"channels\": [\n  " + block("new", 8, R"({ "read": ["no such account"] })") + "\n] }");
  EXPECT_THAT(run(L"check-config").text,
              HasSubstr("product.json: line 2, column 3: /channels/0/access/read/0"));
}

TEST_F(Edit, ADryRunTellsWhatAReloadWouldDoAndDoesNothing) {
  EXPECT_THAT(run(L"reload --dry-run").text, HasSubstr("would change no channel"));
  Peer peer;
  peer.open("topic", "r");
  service.configure(config_of({block("value", 512, R"({ "read": ["Users"] })"), block("new")}));
  const Outcome plan = run(L"reload --dry-run");
  EXPECT_EQ(plan.exit_code, 0u);
  EXPECT_THAT(plan.text, AllOf(HasSubstr("added: 'new'\n"), HasSubstr("changed: 'value': access\n"),
                               HasSubstr("ended: 'topic'; open in process " + std::to_string(peer.pid()) +
                                         " (peer.exe) of ")));
  EXPECT_EQ(run(L"show new").exit_code, 4u);
  service.configure(config_of({block("value", 1024), topic("topic", "wait", 65536)}));
  const Outcome refused = run(L"reload --dry-run");
  EXPECT_EQ(refused.exit_code, 1u);
  EXPECT_THAT(refused.text, AllOf(HasSubstr("refused: 'value' needs a restart of the service: capacity\n"),
                                  Not(HasSubstr("topic"))));
  const auto json = nlohmann::json::parse(run(L"check-config --json").text);
  EXPECT_EQ(json["reload"]["refused"].size(), 1u);
  EXPECT_EQ(run(L"reload").exit_code, 1u) << "as it was told";
}

}  // namespace
}  // namespace shmbroker::tests
