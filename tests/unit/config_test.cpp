#include "service/config/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include "service/config/suggestion.h"

namespace shmbroker::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Config parse(const std::string& text) { return parse_config(text, "test.json"); }

std::string error_of(const std::string& text) {
  try {
    parse(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

// One sound channel with one member replaced, or added.
std::string channel_with(const std::string& member, const std::string& value) {
  std::string channel;
  for (const auto& [name, usual] : {std::pair<std::string, std::string>{"name", R"("a")"},
                                    {"kind", R"("block")"},
                                    {"capacity", "512"},
                                    {"access", R"({"read": ["Users"]})"}}) {
    channel += (channel.empty() ? "\"" : ", \"") + name + "\": " + (name == member ? value : usual);
  }
  return R"({"channels": [{)" + channel + "}]}";
}

TEST(Config, TakesASoundOneWithCommentsAndAByteOrderMark) {
  const Config config = parse(
      "\xEF\xBB\xBF"
      R"(
    // what the service owns
    { "$schema": "./shmbroker.schema.json",
      "channels": [
        { "name": "共享内存", "kind": "block", "capacity": "64 KiB",
          "access": { "read": ["Users", "S-1-5-4"], "write": [] } } ],
      "log": { "level": "debug", "max_size": "1 MiB", "files": 5 } })");
  ASSERT_EQ(config.channels.size(), 1u);
  EXPECT_EQ(config.channels[0].name, "共享内存");
  EXPECT_EQ(config.channels[0].capacity, 65536u);
  EXPECT_THAT(config.channels[0].access.read, testing::ElementsAre("Users", "S-1-5-4"));
  EXPECT_EQ(config.log.level, "debug");
  EXPECT_EQ(config.log.max_size, 1048576u);
  EXPECT_EQ(config.log.files, 5u);
}

TEST(Config, NeedsNoChannelButTheList) {
  EXPECT_TRUE(parse(R"({"channels": []})").channels.empty());
  EXPECT_THAT(error_of("{}"),
              HasSubstr(R"(test.json: line 1, column 1: /: expected an object with the member "channels")"));
}

TEST(Config, LimitsTheSlotsOfAnAccountAsItSays) {
  const SlotsConfig usual = parse(R"({"channels": []})").slots;
  EXPECT_EQ(usual.max_per_account, 48u);
  EXPECT_EQ(usual.reserved_for_administrators, 4u);
  const SlotsConfig given =
      parse(R"({"channels": [], "slots": {"max_per_account": 64, "reserved_for_administrators": 0}})").slots;
  EXPECT_EQ(given.max_per_account, 64u);
  EXPECT_EQ(given.reserved_for_administrators, 0u);
  EXPECT_THAT(error_of(R"({"channels": [], "slots": {"max_per_account": 0}})"),
              HasSubstr("/slots/max_per_account: expected"));
  EXPECT_THAT(error_of(R"({"channels": [], "slots": {"reserved_for_administrators": 64}})"),
              HasSubstr("/slots/reserved_for_administrators: expected"));
}

TEST(Config, TellsWhereItIsNotJson) {
  EXPECT_THAT(error_of("{ \"channels\": [ }"), AllOf(HasSubstr("test.json"), HasSubstr("line 1, column 17")));
  EXPECT_THAT(error_of(""), HasSubstr("not valid JSON"));
  EXPECT_THAT(error_of("1E999"), AllOf(HasSubstr("not valid JSON"), HasSubstr("number overflow")));
}

// A ConfigError goes into JSON and UTF-16, which take nothing else.
bool is_utf8(const std::string& text) {
  const auto strict = nlohmann::json::error_handler_t::strict;
  try {
    return !nlohmann::json(text).dump(-1, ' ', false, strict).empty();
  } catch (const nlohmann::json::exception&) {
    return false;
  }
}

TEST(Config, TellsInUtf8WhereAFileIsNot) {
  const std::string latin1 = error_of("{ \"channels\": [\n { \"name\": \"M\xFCnze\" } ] }");
  EXPECT_TRUE(is_utf8(latin1));
  EXPECT_THAT(latin1, AllOf(HasSubstr("test.json: it is not UTF-8: byte 0xFC at line 2, column 14"),
                            HasSubstr("save it as UTF-8")));
}

TEST(Config, CutsAWrongValueBetweenCharacters) {
  for (const char* character : {"x", "\u00FC", "\u7B80", "\U0001F600"}) {
    for (size_t before = 0; before < 4; ++before) {
      std::string value(before, 'x');
      while (value.size() < 100) value += character;
      const std::string error = error_of(channel_with("kind", '"' + value + '"'));
      EXPECT_TRUE(is_utf8(error)) << error;
      EXPECT_THAT(error, HasSubstr(std::string(character) + "..."));
    }
  }
}

TEST(Config, NamesTheMemberThatItDoesNotKnow) {
  EXPECT_THAT(error_of(R"({"channels": [], "chanels": []})"),
              HasSubstr("/chanels: expected one of the members"));
}

TEST(Config, NamesThePointerOfAWrongValue) {
  EXPECT_THAT(error_of(channel_with("capacity", "0")), HasSubstr("/channels/0/capacity: expected a size"));
  EXPECT_THAT(error_of(channel_with("capacity", "-1")), HasSubstr("/channels/0/capacity"));
  EXPECT_THAT(error_of(channel_with("capacity", "1.5")), HasSubstr("/channels/0/capacity"));
  EXPECT_THAT(error_of(channel_with("capacity", R"("lots")")), HasSubstr("found \"lots\""));
  EXPECT_THAT(error_of(channel_with("kind", R"("pipe")")),
              HasSubstr("/channels/0/kind: expected one of \"block\", \"topic\", \"queue\""));
  EXPECT_THAT(error_of(channel_with("name", "7")), HasSubstr("/channels/0/name: expected a string"));
  EXPECT_THAT(error_of(channel_with("access", R"({"read": "Users"})")),
              HasSubstr("/channels/0/access/read: expected an array"));
  EXPECT_THAT(error_of(channel_with("access", R"({"read": [1]})")), HasSubstr("/channels/0/access/read/0"));
  EXPECT_THAT(error_of(R"({"channels": [], "log": {"level": "loud"}})"), HasSubstr("/log/level"));
  EXPECT_THAT(error_of(R"({"channels": [], "log": {"files": 0}})"), HasSubstr("/log/files"));
}

TEST(Config, RefusesNamesThatNoChannelCanHave) {
  EXPECT_THAT(error_of(channel_with("name", R"("back\\slash")")), HasSubstr("/channels/0/name"));
  EXPECT_THAT(error_of(channel_with("name", R"("line\n")")), HasSubstr("/channels/0/name"));
  EXPECT_THAT(error_of(channel_with("name", '"' + std::string(64, 'x') + '"')),
              HasSubstr("/channels/0/name"));
  EXPECT_EQ(error_of(channel_with("name", '"' + std::string(63, 'x') + '"')), "no error");
  // 31 pairs of surrogates and one unit more are 63 units; 32 pairs are too many.
  std::string emojis;
  for (int i = 0; i < 31; ++i) emojis += "\xF0\x9F\x98\x80";
  EXPECT_EQ(error_of(channel_with("name", '"' + emojis + "x\"")), "no error");
  EXPECT_THAT(error_of(channel_with("name", '"' + emojis + "xx\"")), HasSubstr("/channels/0/name"));
}

TEST(Config, RefusesNamesThatLookLikeOthersOrMoveTheCursor) {
  for (const char* name :
       {"a ", " ", " a", "a\u00A0", "a\u200Bb", "\u202Egnp", "a\u2066b", "a\uFEFF", "a\uFFFF", "a\u007F"}) {
    EXPECT_THAT(error_of(channel_with("name", '"' + std::string(name) + '"')), HasSubstr("/channels/0/name"))
        << name;
  }
}

TEST(Config, RefusesAMemberThatIsGivenTwice) {
  EXPECT_THAT(
      error_of(R"({"channels": [], "channels": []})"),
      HasSubstr("test.json: line 1, column 18: /channels: is given twice, first at line 1, column 2"));
  EXPECT_THAT(
      error_of(
          R"({"channels": [{"name": "a", "kind": "block", "capacity": 1, "access": {}, "access": {}}]})"),
      HasSubstr("/channels/0/access: is given twice"));
  EXPECT_THAT(error_of(channel_with("access", R"({"read": ["Users"], "read": []})")),
              HasSubstr("/channels/0/access/read: is given twice"));
  EXPECT_THAT(error_of(R"({"channels": [], "log": {"level": "info", "level": "off"}})"),
              HasSubstr("/log/level: is given twice"));
}

TEST(Config, RefusesAMemberThatIsGivenTwiceByCaseAlone) {
  EXPECT_THAT(error_of(channel_with("access", R"({"Read": ["Users"], "read": []})")),
              AllOf(HasSubstr("/channels/0/access/read: is given twice"),
                    HasSubstr("/channels/0/access/Read: expected one of the members")));
}

TEST(Config, TellsAllThatIsWrongEachWithItsPlace) {
  const std::string error = error_of(R"({
  "channels": [
    { "nam": "a", "kind": "blok", "capacity": 0 },
    { "name": "b", "kind": "topic", "capacity": 512, "when_full": "Wait", "access": { "read": [7, "Users", ""] } }
  ],
  "log": { "level": "loud" }
})");
  EXPECT_EQ(std::ranges::count(error, '\n'), 7) << error;
  for (
      const char* part :
      {R"(test.json: line 3, column 7: /channels/0/nam: expected one of the members)",
       R"(found "nam"; did you mean "name"?)",
       R"(line 3, column 5: /channels/0: expected an object with the member "name")",
       R"(line 3, column 27: /channels/0/kind: expected one of "block", "topic", "queue", "service", found "blok"; did you mean "block"?)",
       R"(line 4, column 67: /channels/1/when_full: expected one of "overwrite", "wait", found "Wait"; did you mean "wait"?)",
       R"(/channels/1/access/read/0: expected an account)",
       R"(/channels/1/access/read/2: expected an account)",
       R"(line 6, column 21: /log/level: expected one of "trace")"}) {
    EXPECT_THAT(error, HasSubstr(part));
  }
}

TEST(Config, KnowsAServiceAndWhoCallsAndServesIt) {
  const ChannelConfig usual =
      parse_config(R"({"channels": [{"name": "a", "kind": "service"}]})", "").channels.at(0);
  EXPECT_EQ(usual.kind, core::Kind::service);
  EXPECT_EQ(usual.max_message, 4096u);
  EXPECT_EQ(usual.capacity, 4096u);
  EXPECT_EQ(usual.calls, 16u);
  EXPECT_EQ(usual.clients, 64u);
  const ChannelConfig given = parse_config(R"({"channels": [{"name": "a", "kind": "service", "max_request": 0,
      "max_answer": "1 KiB", "max_calls": 1, "max_clients": 4096,
      "access": {"call": ["Users"], "serve": ["Administrators"]}}]})",
                                           "")
                                  .channels.at(0);
  EXPECT_EQ(given.max_message, 0u);
  EXPECT_EQ(given.capacity, 1024u);
  EXPECT_EQ(given.calls, 1u);
  EXPECT_EQ(given.clients, 4096u);
  EXPECT_THAT(given.access.write, testing::ElementsAre("Users"));
  EXPECT_THAT(given.access.read, testing::ElementsAre("Administrators"));
}

TEST(Config, TellsOfTooManyErrorsTheFirstAndHowManyMoreThereAre) {
  std::string channels;
  for (int i = 0; i < 300; ++i) channels += i == 0 ? "7" : ", 7";
  EXPECT_THAT(error_of(R"({"channels": [)" + channels + "]}"),
              AllOf(HasSubstr("/channels/99: expected an object"), HasSubstr("\nand 200 more")));
}

TEST(Suggestion, IsTheNearestWordAndOfTwoTheOneInTheCaseThatWasTyped) {
  const auto meant = [](const char* given) {
    return suggestion(given, std::vector<std::string>{"Ticks", "ticks", "jobs"});
  };
  EXPECT_EQ(meant("tcks"), "; did you mean \"ticks\"?");
  EXPECT_EQ(meant("Tcks"), "; did you mean \"Ticks\"?");
  EXPECT_EQ(meant("JOBS"), "; did you mean \"jobs\"?");
  EXPECT_EQ(meant("orders"), "");
}

TEST(Config, SaysThatABackslashIsWrittenTwice) {
  const auto with_path = [](const std::string& path) {
    return R"({"channels": [], "file_folders": [")" + path + "\"]}";
  };
  for (const char* path : {R"(C:\Plant)", R"(C:\users\x)"})
    EXPECT_THAT(error_of(with_path(path)), HasSubstr("a backslash is written twice")) << path;
  for (const char* path : {R"(C:\new)", R"(C:\temp)", R"(D:\bin)"}) {
    EXPECT_THAT(error_of(with_path(path)),
                AllOf(HasSubstr("/file_folders/0"), HasSubstr("a backslash is written twice")))
        << path;
  }
  EXPECT_THAT(error_of(channel_with("access", R"({"read": ["CONTOSO\bob"]})")),
              AllOf(HasSubstr("/channels/0/access/read/0"), HasSubstr("a backslash is written twice")));
  EXPECT_EQ(error_of(with_path(R"(C:\\Plant)")), "no error");
}

// An error goes to a terminal and into a log.
TEST(Config, ShowsWhatIsWrongWithEscapes) {
  EXPECT_THAT(error_of("{\"channels\": [], \"a\\u001b[2J\u202E\": 1}"),
              AllOf(HasSubstr("/a\\x1b[2J\\u202e: expected"), HasSubstr("found \"a\\u001b[2J\\u202e\"")));
  EXPECT_THAT(error_of("[\"\\x \u202E\"]"), Not(HasSubstr("\u202E")));
}

TEST(Config, SaysWhatIsEmpty) {
  EXPECT_THAT(error_of(channel_with("name", "\"\"")),
              HasSubstr("/channels/0/name: expected a string, found \"\", which is empty"));
}

TEST(Config, RefusesBracketsWithoutEnd) {
  EXPECT_THAT(error_of(std::string(100'000, '[')), HasSubstr("nest too deeply"));
}

TEST(Config, WarnsOfWhatIsAllowedAndHardlyMeant) {
  const Config config = parse(R"({ "channels": [
    { "name": "ticks", "kind": "topic", "capacity": "64 KiB", "max_message": 99000 },
    { "name": "Ticks", "kind": "block", "capacity": 1, "access": { "write": ["Users"] } } ] })");
  ASSERT_EQ(config.warnings.size(), 3u);
  EXPECT_THAT(config.warnings[0],
              HasSubstr("line 2, column 78: /channels/0/max_message: makes the channel larger"));
  EXPECT_THAT(config.warnings[2], HasSubstr("/channels/1/access: nobody but administrators may read"));
  EXPECT_THAT(config.warnings[1], HasSubstr("/channels/1/name: differs from 'ticks' by case alone"));
  EXPECT_TRUE(parse(channel_with("", "")).warnings.empty());
}

TEST(Config, RefusesTwoChannelsOfOneName) {
  const std::string channel = R"({"name": "a", "kind": "block", "capacity": 1, "access": {}})";
  EXPECT_THAT(error_of(R"({"channels": [)" + channel + ", " + channel + "]}"), HasSubstr("/channels/1/name"));
}

TEST(Config, TakesSddlOrAccountsButNotBoth) {
  EXPECT_EQ(parse(channel_with("access", R"J({"sddl": "D:(A;;GR;;;IU)"})J")).channels[0].access.sddl,
            "D:(A;;GR;;;IU)");
  EXPECT_THAT(error_of(channel_with("access", R"({"sddl": "D:", "read": []})")),
              HasSubstr("/channels/0/access"));
}

TEST(Config, KnowsSizesUpToTheLargestChannel) {
  EXPECT_EQ(parse(channel_with("capacity", R"("1024 GiB")")).channels[0].capacity, uint64_t{1} << 40);
  EXPECT_EQ(parse(channel_with("capacity", R"("3B")")).channels[0].capacity, 3u);
  EXPECT_THAT(error_of(channel_with("capacity", R"("1025 GiB")")), HasSubstr("/channels/0/capacity"));
  EXPECT_THAT(error_of(channel_with("capacity", R"("999999999999 GiB")")), HasSubstr("/channels/0/capacity"));
  EXPECT_THAT(error_of(channel_with("capacity", R"("99999999999999999999")")),
              HasSubstr("/channels/0/capacity"));
  EXPECT_THAT(error_of(channel_with("capacity", R"("64 kb")")), HasSubstr("/channels/0/capacity"));
}

}  // namespace
}  // namespace shmbroker::service
