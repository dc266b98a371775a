// Each language's sender with each language's receiver.
#include <gmock/gmock.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "tests/languages/exchange.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

class Languages : public testing::TestWithParam<std::tuple<std::string, std::string>> {
 protected:
  static void SetUpTestSuite() { exchange_ = std::make_unique<Exchange>(); }
  static void TearDownTestSuite() { exchange_.reset(); }
  void SetUp() override {
    for (const std::string& name : {from(), to()}) {
      const std::string& missing = language_of(name).missing;
      if (!missing.empty()) GTEST_SKIP() << name << ": " << missing;
    }
  }

  static const std::string& from() { return std::get<0>(GetParam()); }
  static const std::string& to() { return std::get<1>(GetParam()); }
  static const Exchange& exchange() { return *exchange_; }

 private:
  static inline std::unique_ptr<Exchange> exchange_;
};

size_t count_done(const ByLanguage& programs) {
  return static_cast<size_t>(
      std::ranges::count(programs, DWORD{0}, [](const auto& each) { return each.second.exit_code; }));
}

void expect_done(const Finished& sender) {
  EXPECT_EQ(sender.exit_code, 0u) << sender.errors;
  EXPECT_EQ(sender.output + sender.errors, "") << "a sender that sends has nothing to say";
}

void expect_read(const Finished& receiver, const std::string& channel, size_t messages) {
  EXPECT_EQ(receiver.exit_code, 0u);
  EXPECT_EQ(receiver.errors, "receiver: reading channel '" + channel +
                                 "'\nreceiver: messages read: " + std::to_string(messages) + ", lost: 0\n");
}

// Of all the lines, those that begin with this.
std::vector<std::string> lines_with(const std::string& begin, const std::string& output) {
  std::vector<std::string> lines;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line, '\n');) {
    if (line.starts_with(begin)) lines.push_back(line);
  }
  return lines;
}

// All lines of the sender, in their order, as they were, and nothing else.
void expect_text(const std::string& from, const Finished& receiver, const ByLanguage& senders) {
  std::vector<std::string> expected = Exchange::lines_of(from);
  expected.push_back(from + " end");
  const std::vector<std::string> lines = lines_with(from + " ", receiver.output);
  EXPECT_EQ(lines.size(), expected.size());
  const auto [line, wanted] = std::ranges::mismatch(lines, expected);
  if (line != lines.end() && wanted != expected.end()) {
    EXPECT_EQ(*line, *wanted) << "line " << line - lines.begin();
  }
  EXPECT_THAT(receiver.output, HasSubstr(std::string(Exchange::kNoTextShown) + "\n"));
  const auto printed = static_cast<size_t>(std::ranges::count(receiver.output, '\n'));
  EXPECT_EQ(printed, count_done(senders) * (expected.size() + 1) + 1)
      << "one more each was empty, and one was no text";
  expect_read(receiver, "text", printed);
}

TEST_P(Languages, ExchangeText) {
  expect_done(exchange().text_senders.at(from()));
  expect_text(from(), exchange().text_receivers.at(to()), exchange().text_senders);
}

TEST_P(Languages, FindTextThatWasSentBeforeTheyStarted) {
  expect_text(from(), exchange().late_receivers.at(to()), exchange().text_senders);
}

// No byte, one byte, the largest message. The receiver writes one message behind the other.
TEST_P(Languages, ExchangeBytes) {
  expect_done(exchange().empty_senders.at(from()));
  expect_done(exchange().byte_senders.at(from()));
  expect_done(exchange().large_senders.at(from()));
  const Finished& receiver = exchange().byte_receivers.at(to());
  const size_t single = count_done(exchange().byte_senders);
  const size_t large = count_done(exchange().large_senders);
  expect_read(receiver, "bytes", count_done(exchange().empty_senders) + single + large);
  const std::string bytes = Exchange::large_of(from());
  ASSERT_EQ(receiver.output.size(), single + large * bytes.size());
  const std::string_view output = receiver.output;
  EXPECT_EQ(std::ranges::count(output.substr(0, single), Exchange::byte_of(from())), 1);
  size_t found = 0;
  for (size_t i = 0; i < large; ++i)
    found += output.substr(single + i * bytes.size(), bytes.size()) == bytes ? 1 : 0;
  EXPECT_EQ(found, 1u) << "of the sender's largest message";
}

INSTANTIATE_TEST_SUITE_P(Matrix, Languages,
                         testing::Combine(testing::ValuesIn(language_names()),
                                          testing::ValuesIn(language_names())),
                         [](const auto& each) {
                           return std::get<0>(each.param) + "_to_" + std::get<1>(each.param);
                         });

}  // namespace
}  // namespace shmbroker::tests
