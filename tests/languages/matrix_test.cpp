// Each language's sender with each language's receiver.
#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
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

std::vector<std::string> lines_of(const std::string& output) {
  std::vector<std::string> lines;
  std::istringstream stream(output);
  for (std::string line; std::getline(stream, line, '\n');) lines.push_back(line);
  return lines;
}

// Whether a language's sender has sent the line, or the test has.
bool is_known(const std::string& line) {
  return line.empty() || line == Exchange::kNoTextShown ||
         std::ranges::any_of(languages(),
                             [&](const Language& each) { return line.starts_with(each.name + " "); });
}

// All lines of the sender, in their order, as they were.
void expect_lines(const std::string& from, const std::vector<std::string>& lines) {
  std::vector<std::string> expected = Exchange::lines_of(from);
  expected.push_back(from + " end");
  std::vector<std::string> found;
  std::ranges::copy_if(lines, std::back_inserter(found),
                       [&](const std::string& line) { return line.starts_with(from + " "); });
  EXPECT_EQ(found.size(), expected.size());
  const auto [line, wanted] = std::ranges::mismatch(found, expected);
  if (line != found.end() && wanted != expected.end()) {
    EXPECT_EQ(*line, *wanted) << "line " << line - found.begin();
  }
}

void expect_text(const std::string& from, const Finished& receiver, const ByLanguage& senders) {
  const std::vector<std::string> lines = lines_of(receiver.output);
  expect_lines(from, lines);
  EXPECT_EQ(std::ranges::count(lines, Exchange::kNoTextShown), 1);
  EXPECT_EQ(static_cast<size_t>(std::ranges::count(lines, "")), count_done(senders))
      << "one line of each is empty";
  EXPECT_EQ(std::ranges::find_if_not(lines, is_known), lines.end()) << "nobody has sent this";
  expect_read(receiver, "text", lines.size());
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
