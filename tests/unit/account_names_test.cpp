#include "service/account_names.h"

#include <gtest/gtest.h>

namespace shmbroker::service {
namespace {

class AccountNamesTest : public testing::Test {
 protected:
  std::wstring suffix_ = L"";
  int asked_ = 0;
  AccountNames names_{[this](const std::wstring& sid) {
    ++asked_;
    return L"name of " + sid + suffix_;
  }};
};

TEST_F(AccountNamesTest, AsksWindowsOnceForEachAccount) {
  for (uint64_t now = 0; now < 1000; ++now) {
    EXPECT_EQ(names_.name_of(L"S-1-1", now), L"name of S-1-1");
    EXPECT_EQ(names_.name_of(L"S-1-2", now), L"name of S-1-2");
  }
  EXPECT_EQ(asked_, 2);
}

TEST_F(AccountNamesTest, NoticesAfterAWhileThatAnAccountWasRenamed) {
  names_.name_of(L"S-1-1", 0);
  suffix_ = L", renamed";
  EXPECT_EQ(names_.name_of(L"S-1-1", AccountNames::kMostAge - 1), L"name of S-1-1");
  EXPECT_EQ(names_.name_of(L"S-1-1", AccountNames::kMostAge), L"name of S-1-1, renamed");
}

TEST_F(AccountNamesTest, ForgetsSomeWhenTooManyCome) {
  for (size_t i = 0; i <= AccountNames::kMostRemembered; ++i) names_.name_of(std::to_wstring(i), 0);
  const int before = asked_;
  names_.name_of(L"0", 0);
  EXPECT_EQ(asked_, before + 1) << "it is remembered still";
}

}  // namespace
}  // namespace shmbroker::service
