#include "service/broker/account_names.h"

#include <gmock/gmock.h>

namespace shmbroker::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Name = std::optional<std::wstring>;

TEST(AccountNames, AreAskedForOnceEach) {
  AccountNames names;
  for (uint64_t now = 0; now < 10; ++now) {
    EXPECT_EQ(names.find(L"S-1-1", now), std::nullopt);
    EXPECT_EQ(names.find(L"S-1-2", now), std::nullopt);
  }
  EXPECT_THAT(names.begin_to_ask(), ElementsAre(L"S-1-1", L"S-1-2"));
  EXPECT_EQ(names.find(L"S-1-1", 10), std::nullopt);
  EXPECT_THAT(names.begin_to_ask(), IsEmpty());
  names.note(L"S-1-1", L"bob");
  EXPECT_EQ(names.find(L"S-1-1", 11), Name(L"bob"));
  EXPECT_THAT(names.begin_to_ask(), IsEmpty());
}

TEST(AccountNames, AreSidsWhileWindowsTakesItsTime) {
  AccountNames names;
  names.find(L"S-1-1", 0);
  EXPECT_EQ(names.find(L"S-1-1", AccountNames::kPatience - 1), std::nullopt);
  EXPECT_EQ(names.find(L"S-1-1", AccountNames::kPatience), Name(L"S-1-1"));
  names.note(L"S-1-1", L"bob");
  EXPECT_EQ(names.find(L"S-1-1", AccountNames::kPatience), Name(L"bob"));
}

TEST(AccountNames, AreAskedForAgainAfterAWhile) {
  AccountNames names;
  names.find(L"S-1-1", 0);
  names.begin_to_ask();
  names.note(L"S-1-1", L"bob");
  EXPECT_EQ(names.find(L"S-1-1", AccountNames::kMostAge - 1), Name(L"bob"));
  EXPECT_EQ(names.find(L"S-1-1", AccountNames::kMostAge), std::nullopt) << "it may have been renamed";
  EXPECT_THAT(names.begin_to_ask(), ElementsAre(L"S-1-1"));
}

TEST(AccountNames, AreForgottenWhenTooManyCome) {
  AccountNames names;
  for (size_t i = 0; i < AccountNames::kMostRemembered; ++i) {
    const std::wstring sid = std::to_wstring(i);
    names.find(sid, 0);
    names.note(sid, L"name of " + sid);
  }
  EXPECT_EQ(names.find(L"0", AccountNames::kLeastAge), std::nullopt) << "it is remembered still";
}

// Or it would be answered again and again, and never have them all.
TEST(AccountNames, AreAllThereForARequestThatNeedsMoreThanAreRemembered) {
  constexpr size_t kMany = 2 * AccountNames::kMostRemembered;
  constexpr uint64_t kBegin = 1'000'000;
  AccountNames names;
  for (size_t i = 0; i < kMany; ++i) names.find(std::to_wstring(i), kBegin);
  for (const std::wstring& sid : names.begin_to_ask()) names.note(sid, L"name of " + sid);
  size_t found = 0;
  for (size_t i = 0; i < kMany; ++i) {
    const std::wstring sid = std::to_wstring(i);
    if (names.find(sid, kBegin + 1) == Name(L"name of " + sid)) ++found;
  }
  EXPECT_EQ(found, kMany);
}

}  // namespace
}  // namespace shmbroker::service
