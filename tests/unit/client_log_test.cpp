#include "service/broker/client_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace shmbroker::service {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class ClientLogTest : public testing::Test {
 protected:
  void note(const std::wstring& account, uint32_t pid, const std::string& text, uint64_t now_ms = 0) {
    log_.note(account, pid, ClientLog::Level::warning, text, now_ms);
  }

  std::vector<std::string> lines_;
  ClientLog log_{[this](ClientLog::Level, const std::string& line) { lines_.push_back(line); }};
};

TEST_F(ClientLogTest, WritesTheFirstLinesAtOnce) {
  note(L"a", 7, "no write access");
  note(L"a", 7, "no such channel");
  EXPECT_THAT(lines_, ElementsAre("no write access", "no such channel"));
  log_.end_periods(ClientLog::kPeriod);
  EXPECT_THAT(lines_, SizeIs(2)) << "there is nothing to count";
}

TEST_F(ClientLogTest, WritesHowOftenALineWasRepeated) {
  for (int i = 0; i < 100'000; ++i) {
    note(L"a", 7, "no write access", 10);
    if (i % 2 == 0) note(L"a", 7, "no such channel", 10);
  }
  EXPECT_THAT(lines_, ElementsAre("no write access", "no such channel"));
  lines_.clear();
  EXPECT_EQ(log_.end_periods(11), 10 + ClientLog::kPeriod);
  EXPECT_THAT(lines_, IsEmpty());
  EXPECT_EQ(log_.end_periods(10 + ClientLog::kPeriod), UINT64_MAX);
  EXPECT_THAT(lines_, ElementsAre("repeated 99999 times within a minute: no write access",
                                  "repeated 49999 times within a minute: no such channel"));
}

TEST_F(ClientLogTest, CountsDifferentLinesInOne) {
  for (int i = 0; i < 1000; ++i) note(L"a", 7, "no channel " + std::to_string(i));
  EXPECT_THAT(lines_, SizeIs(ClientLog::kMostOfAProcess));
  lines_.clear();
  log_.end_periods(ClientLog::kPeriod);
  EXPECT_THAT(lines_, ElementsAre(AllOf(HasSubstr("995 more lines within a minute about process 7;"),
                                        HasSubstr("the last: no channel 999"))));
}

TEST_F(ClientLogTest, BeginsAnewAfterAMinute) {
  note(L"a", 7, "first");
  log_.end_periods(ClientLog::kPeriod);
  lines_.clear();
  for (int i = 0; i < 3; ++i) note(L"a", 7, "first", ClientLog::kPeriod);
  EXPECT_THAT(lines_, ElementsAre("first"));
}

TEST_F(ClientLogTest, KeepsEachProcessApart) {
  for (int i = 0; i < 10; ++i) note(L"a", 7, "seven " + std::to_string(i));
  lines_.clear();
  note(L"a", 8, "seven 1");
  EXPECT_THAT(lines_, ElementsAre("seven 1"));
}

TEST_F(ClientLogTest, GivesAnAccountNoMoreByMoreProcesses) {
  for (uint32_t pid = 1; pid <= 5000; ++pid) {
    for (int i = 0; i < 2; ++i) note(L"a", pid, "x");
  }
  EXPECT_THAT(lines_, SizeIs(ClientLog::kMostOfAnAccount));
  note(L"b", 9000, "of another");
  EXPECT_EQ(lines_.back(), "of another");
  lines_.clear();
  log_.end_periods(ClientLog::kPeriod);
  EXPECT_THAT(lines_, SizeIs(ClientLog::kMostOfAnAccount + 1)) << "how often each was repeated, and the rest";
  EXPECT_THAT(lines_.back(), AllOf(HasSubstr("9900 more lines within a minute about process 5000"),
                                   HasSubstr("others of its account")));
}

}  // namespace
}  // namespace shmbroker::service
