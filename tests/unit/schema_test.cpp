// The schema that editors complete a configuration by, against the parser that the service reads it with:
// each knows the same members, and the same words for them. What else the schema takes and refuses:
// tests/configurations.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "service/config/config.h"

namespace shmbroker::service {
namespace {

using Json = nlohmann::ordered_json;
using testing::HasSubstr;

Json schema() {
  std::ifstream stream(SCHEMA_FILE);
  return Json::parse(stream);
}

std::string error_of_text(const std::string& config) {
  try {
    parse_config(config, "test.json");
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

std::string error_of(const Json& config) { return error_of_text(config.dump()); }

// A sound configuration that has each kind of object.
Json sound() {
  return Json::parse(R"({
    "channels": [{ "name": "x", "kind": "block", "capacity": 512, "access": {}, "file": { "path": "C:\\x" } }],
    "create": { "accounts": [] }, "slots": {}, "log": {} })");
}

struct Place {
  const char* definition;  // in the schema; "": the whole
  const char* pointer;     // in the configuration
};
constexpr Place kPlaces[] = {{"", ""},
                             {"channel", "/channels/0"},
                             {"access", "/channels/0/access"},
                             {"file", "/channels/0/file"},
                             {"create", "/create"},
                             {"slots", "/slots"},
                             {"log", "/log"}};

class Schema : public testing::TestWithParam<Place> {
 protected:
  Schema()
      : all_(schema()),
        object_(*GetParam().definition == 0 ? all_ : all_["definitions"][GetParam().definition]) {}

  Json all_;
  Json object_;
};

bool requires_member(const Json& object, const std::string& name) {
  const auto required = object.find("required");
  return required != object.end() && std::ranges::find(*required, Json(name)) != required->end();
}

// The parser lists what it knows when it is given what it does not.
TEST_P(Schema, HasTheMembersThatTheParserKnows) {
  Json config = sound();
  config[Json::json_pointer(GetParam().pointer)]["unknown"] = 1;
  std::string expected;
  for (const auto& [name, ignored] : object_["properties"].items())
    expected += (expected.empty() ? "" : ", ") + name;
  EXPECT_THAT(error_of(config), HasSubstr("one of the members " + expected + ", found"));
  EXPECT_EQ(object_["additionalProperties"], false);
}

TEST_P(Schema, RequiresWhatTheParserRequires) {
  for (const auto& [name, ignored] : object_["properties"].items()) {
    Json config = sound();
    Json& place = config[Json::json_pointer(GetParam().pointer)];
    if (!place.contains(name)) continue;
    place.erase(name);
    const bool required = requires_member(object_, name) ||
                          (object_.contains("else") && requires_member(object_["else"], name));
    EXPECT_EQ(error_of(config).empty(), !required) << name;
  }
}

TEST_P(Schema, HasTheWordsThatTheParserKnows) {
  for (const auto& [name, property] : object_["properties"].items()) {
    if (!property.contains("enum")) continue;
    Json config = sound();
    Json& place = config[Json::json_pointer(GetParam().pointer)];
    place[name] = "no such word";
    std::string expected;
    for (const auto& word : property["enum"]) expected += (expected.empty() ? "" : ", ") + word.dump();
    if (name == "when_full") place["kind"] = "topic";
    if (name == "when_full") place.erase("file");
    EXPECT_THAT(error_of(config), HasSubstr("expected one of " + expected + ", found")) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Schema, testing::ValuesIn(kPlaces),
                         [](const testing::TestParamInfo<Place>& info) {
                           return std::string(*info.param.definition == 0 ? "root" : info.param.definition);
                         });

// The schema reads the same files in tests/configurations.
TEST(Configurations, AreTakenOrRefusedByTheParserAsByTheSchema) {
  for (const char* folder : {"sound", "refused", "beyond_a_schema"}) {
    size_t count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator(std::filesystem::path(CONFIGURATIONS) / folder)) {
      std::ifstream stream(entry.path());
      const std::string text{std::istreambuf_iterator<char>(stream), {}};
      EXPECT_EQ(error_of_text(text).empty(), std::string(folder) == "sound") << entry.path();
      ++count;
    }
    EXPECT_GT(count, 0u) << folder;
  }
}

TEST(Example, IsSoundAndNamesTheSchema) {
  std::ifstream stream(EXAMPLE_FILE);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_NO_THROW(parse_config(text, "shmbroker.json"));
  EXPECT_EQ(Json::parse(text, nullptr, true, true)["$schema"], "shmbroker.schema.json");
}

}  // namespace
}  // namespace shmbroker::service
