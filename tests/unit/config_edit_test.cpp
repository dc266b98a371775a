// Channels that are added, changed and removed by a command, in files that people have written.
#include "service/config/config_edit.h"

#include <gmock/gmock.h>

namespace shmbroker::service {
namespace {

using testing::HasSubstr;

constexpr char kFile[] = R"({
  // Ours.
  "channels": [
    { "name": "a", "kind": "block", "capacity": 8 }, // the first
    {
      "name": "b", "kind": "topic", /* a stream */ "capacity": "64 KiB",
      "access": { "read": ["Users"] /* all */, "write": ["Administrators"] }
    }
    // , { "name": "no more" }
  ],
  "at_stop": "carry_on" // as ever
}
)";

using Accounts = std::vector<std::string>;

const NewChannel kNew{
    .name = "c", .kind = "queue", .capacity = "1 MiB", .access = {.read = Accounts{"CONTOSO\\bob"}}};

// What is parsed is sound, or the test fails by the exception.
Config parsed(const std::string& text) { return parse_config(text, "test.json"); }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(ConfigEdit, AddsAChannelBehindTheLastOneAndLeavesTheRest) {
  const std::string text = with_channel(kFile, kNew);
  EXPECT_EQ(text, replaced(kFile, "}\n    // , {",
                           R"(},
    { "name": "c", "kind": "queue", "capacity": "1 MiB", )"
                           R"("access": { "read": ["CONTOSO\\bob"], "write": ["INTERACTIVE"] } })"
                           "\n    // , {"));
  EXPECT_EQ(parsed(text).channels.size(), 3u);
}

TEST(ConfigEdit, AddsTheFirstChannel) {
  for (const char* text : {R"({ "channels": [] })", R"({ "channels": [ // none yet
  ] })"}) {
    const Config config = parsed(with_channel(text, kNew));
    ASSERT_EQ(config.channels.size(), 1u);
    EXPECT_EQ(config.channels[0].name, "c");
    EXPECT_EQ(config.channels[0].capacity, 1u << 20);
  }
}

TEST(ConfigEdit, AddsToAFileOfOneLine) {
  const std::string text =
      with_channel(R"({"channels":[{"name":"a","kind":"block","capacity":8}]})",
                   {.name = "b", .kind = "topic", .when_full = "wait", .capacity = "4096"});
  EXPECT_EQ(text, R"({"channels":[{"name":"a","kind":"block","capacity":8}, )"
                  R"({ "name": "b", "kind": "topic", "when_full": "wait", "capacity": 4096 }]})");
}

TEST(ConfigEdit, AddsAService) {
  const std::string text = with_channel(R"({"channels":[{"name":"a","kind":"block","capacity":8}]})",
                                        {.name = "s",
                                         .kind = "service",
                                         .max_request = "1 KiB",
                                         .max_answer = "4096",
                                         .max_calls = "4",
                                         .max_clients = "8",
                                         .access = {.serve = Accounts{"CONTOSO\\pricing"}}});
  EXPECT_THAT(text, HasSubstr(R"({ "name": "s", "kind": "service", "max_request": "1 KiB", )"
                              R"("max_answer": 4096, "max_calls": 4, "max_clients": 8, )"
                              R"("access": { "call": ["INTERACTIVE"], "serve": ["CONTOSO\\pricing"] } })"));
  const ChannelConfig added = parsed(text).channels.at(1);
  EXPECT_EQ(added.max_message, 1024u);
  EXPECT_EQ(added.capacity, 4096u);
  EXPECT_EQ(added.calls, 4u);
  EXPECT_EQ(added.clients, 8u);
  EXPECT_EQ(parsed(with_channel(text, {.name = "t", .kind = "service"})).channels.at(2).access,
            (AccessConfig{.read = {"INTERACTIVE"}, .write = {"INTERACTIVE"}, .of_service = true}));
}

TEST(ConfigEdit, KeepsTheLineEndsOfWindows) {
  const std::string text = with_channel(
      "{ \"channels\": [\r\n    { \"name\": \"a\", \"kind\": \"block\", \"capacity\": 8 }\r\n] }\r\n", kNew);
  EXPECT_THAT(text, HasSubstr("},\r\n    { \"name\": \"c\""));
  EXPECT_EQ(text.find("}\n"), std::string::npos);
  EXPECT_EQ(parsed(text).channels.size(), 2u);
}

TEST(ConfigEdit, RemovesAChannelWithItsLines) {
  EXPECT_EQ(without_channel(kFile, "a"),
            replaced(kFile, R"({ "name": "a", "kind": "block", "capacity": 8 },)", ""))
      << "the comment behind it stays";
  const std::string text = without_channel(kFile, "b");
  EXPECT_THAT(text, HasSubstr("8 } // the first\n    // , { \"name\": \"no more\" }\n  ],"));
  EXPECT_EQ(parsed(text).channels.size(), 1u);
  EXPECT_EQ(parsed(without_channel(text, "a")).channels.size(), 0u);
}

TEST(ConfigEdit, ChangesOneSideOfAnAccess) {
  EXPECT_EQ(with_access(kFile, "b", {.read = Accounts{"Everyone", "LOCAL SERVICE"}}),
            replaced(kFile, R"(["Users"])", R"(["Everyone", "LOCAL SERVICE"])"));
  const std::string text = with_access(kFile, "b", {.read = Accounts{"A"}, .write = Accounts{"B"}});
  EXPECT_THAT(text, HasSubstr(R"({ "read": ["A"] /* all */, "write": ["B"] })"));
}

TEST(ConfigEdit, GivesAnAccessToAChannelThatHasNone) {
  const Config config = parsed(with_access(kFile, "a", {.write = Accounts{"Administrators"}}));
  EXPECT_EQ(config.channels[0].access.read, std::vector<std::string>{"INTERACTIVE"}) << "as before";
  EXPECT_EQ(config.channels[0].access.write, std::vector<std::string>{"Administrators"});
}

TEST(ConfigEdit, GivesASideToAnAccessThatLacksIt) {
  const auto access_of = [](const char* access, const AccessChange& change) {
    const std::string text =
        std::string(R"({ "channels": [{ "name": "a", "kind": "block", "capacity": 8, "access": )") + access +
        " }] }";
    return parsed(with_access(text, "a", change)).channels[0].access;
  };
  const AccessConfig both{.read = {"A"}, .write = {"B"}};
  EXPECT_EQ(access_of("{}", {.read = Accounts{"A"}, .write = Accounts{"B"}}), both);
  EXPECT_EQ(access_of("{ }", {.read = Accounts{"A"}}), (AccessConfig{.read = {"A"}}));
  EXPECT_EQ(access_of(R"({ "read": ["A"] })", {.write = Accounts{"B"}}), both);
  EXPECT_EQ(access_of(R"({ "low_integrity": true })", {.read = Accounts{"A"}, .write = Accounts{"B"}}).write,
            both.write);
}

TEST(ConfigEdit, ChangesWhoMayCallAndServe) {
  const std::string none = R"({ "channels": [{ "name": "s", "kind": "service" }] })";
  const std::string text = with_access(none, "s", {.call = Accounts{"Users"}});
  EXPECT_THAT(text, HasSubstr(R"("access": { "call": ["Users"], "serve": ["INTERACTIVE"] })"));
  EXPECT_THAT(with_access(text, "s", {.call = Accounts{"A"}, .serve = Accounts{"B", "C"}}),
              HasSubstr(R"("access": { "call": ["A"], "serve": ["B", "C"] })"));
  EXPECT_THROW(parsed(with_access(text, "s", {.read = Accounts{"A"}})), ConfigError);
  EXPECT_THROW(parsed(with_access(kFile, "a", {.serve = Accounts{"A"}})), ConfigError);
}

TEST(ConfigEdit, RefusesWhatCantBeDone) {
  EXPECT_THROW(with_channel(kFile, {.name = "a", .kind = "block", .capacity = "8"}), ConfigError);
  EXPECT_THROW(without_channel(kFile, "A"), ConfigError) << "case matters";
  EXPECT_THROW(with_access(R"({ "channels": [{ "name": "a", "access": { "sddl": "D:" } }] })", "a",
                           {.read = Accounts{"A"}}),
               ConfigError);
}

}  // namespace
}  // namespace shmbroker::service
