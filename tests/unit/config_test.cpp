#include "service/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

namespace shmbroker::service {
namespace {

using testing::AllOf;
using testing::HasSubstr;

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
  EXPECT_THAT(error_of("{}"), HasSubstr(R"(test.json: /: expected an object with the member "channels")"));
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
  const std::string latin1 = error_of("{ \"channels\": [ { \"name\": \"M\xFCnze\" } ] }");
  EXPECT_TRUE(is_utf8(latin1));
  EXPECT_THAT(latin1, AllOf(HasSubstr("not valid JSON"), HasSubstr("line 1, column"), HasSubstr("M\uFFFD")));
  const std::string utf16 = error_of("\xFF\xFE{");
  EXPECT_TRUE(is_utf8(utf16));
  EXPECT_THAT(utf16, HasSubstr("not valid JSON"));
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
