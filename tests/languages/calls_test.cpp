// Each language's caller with each language's server, and each by itself.
#include "tests/languages/calls.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <regex>
#include <sstream>

#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class CallTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    if (!calls_) calls_ = std::make_unique<Calls>();
  }
  static void skip_without(const std::string& name) {
    const Language& language = language_of(name);
    if (!language.missing.empty()) GTEST_SKIP() << name << ": " << language.missing;
  }
  static const Calls& seen() { return *calls_; }

 private:
  static inline std::unique_ptr<Calls> calls_;  // for both suites
};

class CallPairs : public CallTest, public testing::WithParamInterface<std::tuple<std::string, std::string>> {
 protected:
  void SetUp() override {
    skip_without(caller());
    skip_without(server());
  }
  static const std::string& caller() { return std::get<0>(GetParam()); }
  static const std::string& server() { return std::get<1>(GetParam()); }
};

// Every answer is that of the caller's own request, has its process, and comes once and in order.
TEST_P(CallPairs, AskAndAnswer) {
  const Finished& run = seen().callers.at(server()).at(caller());
  std::vector<std::string> expected;
  for (const std::string& line : Calls::lines_of(caller(), server()))
    expected.insert(expected.end(), Calls::kRepeat, Calls::answer_to(line, run.pid));
  std::vector<std::string> found;
  std::istringstream stream(run.output);
  for (std::string line; std::getline(stream, line);) {
    std::erase(line, '\r');
    if (line.starts_with(caller() + " to " + server() + " ")) found.push_back(line);
  }
  EXPECT_EQ(found, expected) << run.errors;
}

INSTANTIATE_TEST_SUITE_P(Matrix, CallPairs,
                         testing::Combine(testing::ValuesIn(language_names()),
                                          testing::ValuesIn(language_names())),
                         [](const auto& each) {
                           return std::get<0>(each.param) + "_to_" + std::get<1>(each.param);
                         });

class CallPrograms : public CallTest, public testing::WithParamInterface<std::string> {
 protected:
  void SetUp() override { skip_without(GetParam()); }
  static const Finished& of(const ByLanguage& programs) { return programs.at(GetParam()); }
};

void expect_ended(const Finished& run, DWORD exit_code, const std::string& errors) {
  EXPECT_EQ(run.exit_code, exit_code);
  EXPECT_EQ(run.output, "");
  EXPECT_EQ(run.errors, errors);
}

TEST_P(CallPrograms, CallerPrintsAnAnswerForEachCallAndNothingElse) {
  for (const auto& [server, callers] : seen().callers) {
    SCOPED_TRACE(server);
    const Finished& caller = of(callers);
    EXPECT_EQ(caller.exit_code, 0u);
    EXPECT_EQ(caller.errors, "");
    EXPECT_EQ(static_cast<size_t>(std::ranges::count(caller.output, '\n')),
              Calls::lines_of("", "").size() * Calls::kRepeat);
  }
}

TEST_P(CallPrograms, CallerSaysThatItWasRefused) {
  EXPECT_THAT(seen().refusal, HasSubstr("code 1: say something"));
  expect_ended(of(seen().refused_callers), 1, "caller: " + seen().refusal + "\n");
}

TEST_P(CallPrograms, CallerEndsWithASixWhereNobodyAnswers) {
  expect_ended(of(seen().late_callers), 6, "caller: " + seen().lateness + "\n");
}

TEST_P(CallPrograms, ServerEndsWithASixWhereNobodyCalls) {
  expect_ended(of(seen().idle_servers), 6,
               "server: serving channel 'alone'\nserver: requests taken: 0, refused: 0\n");
}

TEST_P(CallPrograms, ServerCountsWhatItTakesAndRefuses) {
  expect_ended(of(seen().servers), 0,
               "server: serving channel 'calls'\nserver: requests taken: " +
                   std::to_string(seen().requests.at(GetParam())) + ", refused: 2\n");
}

TEST_P(CallPrograms, ServerRefusesWhatHasNoBytes) {
  const Calls::Said& said = seen().to_nothing.at(GetParam());
  EXPECT_SHM(SHM_E_REFUSED, said.status);
  EXPECT_EQ(said.code, 1);
  EXPECT_THAT(said.text, EndsWith(": say something."));
}

TEST_P(CallPrograms, ServerRefusesWhatMakesTooLongAnAnswer) {
  const Calls::Said& said = seen().to_much.at(GetParam());
  EXPECT_SHM(SHM_E_REFUSED, said.status);
  EXPECT_EQ(said.code, 2);
  EXPECT_THAT(said.text, EndsWith(": say less."));
}

TEST_P(CallPrograms, ServerShowsHalfAUnit) {
  const Calls::Said& said = seen().to_half.at(GetParam());
  EXPECT_SHM(SHM_OK, said.status);
  EXPECT_EQ(said.text, Calls::answer_to(std::string(Calls::kHalfShown), GetCurrentProcessId()));
}

TEST_P(CallPrograms, ShareAServiceUntilCtrlC) {
  const Finished& caller = of(seen().sharing_callers);
  EXPECT_EQ(caller.exit_code, 0u) << caller.errors;
  EXPECT_THAT(caller.output, StartsWith(Calls::answer_to("shared", caller.pid)));
  const Finished& server = of(seen().sharing_servers);
  EXPECT_EQ(server.exit_code, 0u);
  EXPECT_THAT(server.errors, HasSubstr("\nserver: requests taken: ")) << "it must end in its own time";
}

TEST_P(CallPrograms, SayWhatIsWrong) {
  for (const auto& [name, lost, wrong] :
       {std::tuple("caller", &seen().lost_callers, &seen().wrong_callers),
        std::tuple("server", &seen().lost_servers, &seen().wrong_servers)}) {
    expect_ended(of(*lost), 4, std::string(name) + ": " + seen().no_channel + "\n");
    EXPECT_EQ(of(*wrong).exit_code, 2u);
    EXPECT_EQ(of(*wrong).output, "");
    EXPECT_THAT(of(*wrong).errors, StartsWith(std::string(name) + ": "));
    EXPECT_THAT(of(*wrong).errors, EndsWith(std::string("\nSee: ") + name + " --help\n"));
  }
}

TEST_P(CallPrograms, ExplainThemselves) {
  for (const ByLanguage* asked : {&seen().asked_callers, &seen().asked_servers}) {
    const Finished& program = of(*asked);
    EXPECT_EQ(program.exit_code, 0u);
    for (const char* words : {"--channel", "--timeout", "Exit codes:"})
      EXPECT_THAT(program.output, HasSubstr(words));
  }
  EXPECT_THAT(of(seen().asked_callers).output, HasSubstr("--repeat"));
  EXPECT_THAT(of(seen().asked_servers).output, HasSubstr("--count"));
}

INSTANTIATE_TEST_SUITE_P(Of, CallPrograms, testing::ValuesIn(language_names()),
                         [](const auto& each) { return each.param; });

// One request goes to one server, whichever languages share the service.
TEST_F(CallTest, ServersOfAllLanguagesTakeEachRequestOnce) {
  size_t taken = 0;
  const std::regex words("requests taken: ([0-9]+)");
  for (const auto& [language, server] : seen().sharing_servers) {
    std::smatch found;
    ASSERT_TRUE(std::regex_search(server.errors, found, words)) << language << ": " << server.errors;
    taken += std::stoul(found[1]);
  }
  EXPECT_EQ(taken, seen().shared_calls);
}

}  // namespace
}  // namespace shmbroker::tests
