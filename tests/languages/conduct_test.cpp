// Each language's programs by themselves: their options, their words and their exit codes are the same in all
// of them.
#include "tests/languages/conduct.h"

#include <gmock/gmock.h>

#include <memory>

#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Conduct : public testing::TestWithParam<std::string> {
 protected:
  static void SetUpTestSuite() { seen_ = std::make_unique<Conducts>(); }
  static void TearDownTestSuite() { seen_.reset(); }
  void SetUp() override {
    const std::string& missing = language_of(GetParam()).missing;
    if (!missing.empty()) GTEST_SKIP() << missing;
  }

  static const Conducts& seen() { return *seen_; }

 private:
  static inline std::unique_ptr<Conducts> seen_;
};

// A program that ended with an error of the DLL: its own text, behind the program's name, and nothing else.
void expect_error(const Finished& program, const std::string& name, DWORD exit_code,
                  const std::string& text) {
  EXPECT_EQ(program.exit_code, exit_code);
  EXPECT_EQ(program.output, "");
  EXPECT_EQ(program.errors, name + ": " + text + "\n");
}

void expect_output(const Finished& receiver, const std::string& output) {
  EXPECT_EQ(receiver.exit_code, 0u) << receiver.errors;
  EXPECT_EQ(receiver.output, output);
}

TEST_P(Conduct, SaysThatNoChannelHasTheName) {
  expect_error(seen().lost_senders.at(GetParam()), "sender", 4, seen().no_channel);
  expect_error(seen().lost_receivers.at(GetParam()), "receiver", 4, seen().no_channel);
}

TEST_P(Conduct, SaysThatTheServiceIsNotRunning) {
  expect_error(seen().lonely_senders.at(GetParam()), "sender", 3, seen().no_service);
  expect_error(seen().lonely_receivers.at(GetParam()), "receiver", 3, seen().no_service);
}

TEST_P(Conduct, SaysWhatIsNoName) {
  expect_error(seen().misnamed.at(GetParam()), "sender", 2, seen().no_name);
}

TEST_P(Conduct, SaysWhatIsWrongWithTheCommandLine) {
  for (const auto& [name, programs] :
       {std::pair("sender", &seen().wrong_senders), std::pair("receiver", &seen().wrong_receivers)}) {
    const Finished& wrong = programs->at(GetParam());
    EXPECT_EQ(wrong.exit_code, 2u);
    EXPECT_EQ(wrong.output, "");
    EXPECT_THAT(wrong.errors, StartsWith(std::string(name) + ": "));
    EXPECT_THAT(wrong.errors, EndsWith(std::string("\nSee: ") + name + " --help\n"));
  }
}

TEST_P(Conduct, TakesDecimalNumbersAlone) {
  for (const auto* misnumbered : {&seen().misnumbered_senders, &seen().misnumbered_receivers}) {
    for (const auto& [arguments, programs] : *misnumbered) {
      const Finished& wrong = programs.at(GetParam());
      EXPECT_EQ(wrong.exit_code, 2u) << arguments;
      EXPECT_THAT(wrong.errors, EndsWith(" --help\n")) << arguments;
    }
  }
}

TEST_P(Conduct, TakesANumberWithAZeroBeforeItAndADashForAText) {
  const Finished& sender = seen().decimal_senders.at(GetParam());
  EXPECT_EQ(sender.exit_code, 0u) << sender.errors;
  expect_output(seen().decimal_receivers.at(GetParam()), "-\n-\n-\n-\n-\n-\n-\n-\n-\n-\n");
}

TEST_P(Conduct, ExplainsItself) {
  const Finished& sender = seen().asked_senders.at(GetParam());
  EXPECT_EQ(sender.exit_code, 0u);
  for (const char* option : {"--channel", "--repeat", "--interval", "--timeout", "--binary", "--in-place"}) {
    EXPECT_THAT(sender.output, HasSubstr(option));
  }
  const Finished& receiver = seen().asked_receivers.at(GetParam());
  EXPECT_EQ(receiver.exit_code, 0u);
  for (const char* option :
       {"--channel", "--count", "--timeout", "--notify", "--binary", "--next", "--in-place"}) {
    EXPECT_THAT(receiver.output, HasSubstr(option));
  }
  for (const Finished* program : {&sender, &receiver}) {
    EXPECT_THAT(program->output, HasSubstr("Exit codes:"));
    EXPECT_EQ(program->errors, "");
  }
}

TEST_P(Conduct, EndsWithASixWhereNothingCame) {
  const Finished& receiver = seen().idle_receivers.at(GetParam());
  EXPECT_EQ(receiver.exit_code, 6u);
  EXPECT_EQ(receiver.output, "");
  EXPECT_EQ(receiver.errors,
            "receiver: reading channel 'block." + GetParam() + "'\nreceiver: messages read: 0, lost: 0\n");
}

TEST_P(Conduct, SaysWhatIsTooLarge) {
  expect_error(seen().large_senders.at(GetParam()), "sender", 1, seen().too_large.at(GetParam()));
  expect_error(seen().large_in_place_senders.at(GetParam()), "sender", 1, seen().too_large.at(GetParam()));
}

TEST_P(Conduct, FillsABlockInPlaceAndLooksAtItThere) {
  EXPECT_EQ(seen().block_senders.at(GetParam()).exit_code, 0u);
  expect_output(seen().block_receivers.at(GetParam()), Conducts::text_of(GetParam()) + "\n");
}

TEST_P(Conduct, FillsAQueuesMessagesInPlaceAndLooksAtThemThere) {
  EXPECT_EQ(seen().queue_senders.at(GetParam()).exit_code, 0u);
  expect_output(seen().queue_receivers.at(GetParam()), "one\none\nzwölf\nzwölf\n三 🎈\n三 🎈\n");
}

TEST_P(Conduct, IsToldByEventOfWhatIsNew) {
  EXPECT_FALSE(seen().late_by_event.contains(GetParam()));
  expect_output(seen().event_receivers.at(GetParam()), "first\nsecond\nthird\n");
}

TEST_P(Conduct, IsToldByWindowMessageOfWhatIsNew) {
  EXPECT_FALSE(seen().late_by_window.contains(GetParam()));
  expect_output(seen().window_receivers.at(GetParam()), "first\nsecond\nthird\n");
}

TEST_P(Conduct, EndsAtCtrlCAsDone) {
  const Finished& sender = seen().ended_senders.at(GetParam());
  EXPECT_EQ(sender.exit_code, 0u);
  EXPECT_EQ(sender.output + sender.errors, "");
  for (const ByLanguage* receivers :
       {&seen().ended_receivers, &seen().ended_by_event, &seen().ended_by_window}) {
    const Finished& receiver = receivers->at(GetParam());
    EXPECT_EQ(receiver.exit_code, 0u);
    EXPECT_THAT(receiver.output, StartsWith("again\n"));
    EXPECT_THAT(receiver.errors, HasSubstr("receiver: messages read: ")) << "it must end in its own time";
  }
}

TEST_P(Conduct, EndsAtASecondCtrlCWhateverItWaitsFor) {
  if (Conducts::hears_of_ctrl_c_late(GetParam()))
    GTEST_SKIP() << "its handler runs when the output is no longer stuck";
  EXPECT_TRUE(seen().stuck_after_one.contains(GetParam())) << "or this has tested nothing";
  EXPECT_FALSE(seen().stuck_after_two.contains(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(Of, Conduct, testing::ValuesIn(language_names()),
                         [](const auto& each) { return each.param; });

}  // namespace
}  // namespace shmbroker::tests
