// Whom the service lets do what, asked about real tokens. Over the pipe this can't be seen under Wine, where
// a server that impersonates its client remains itself.
#include "service/broker/access.h"

#include <gtest/gtest.h>
#include <sddl.h>

#include "protocol/status.h"
#include "service/support/error.h"
#include "tests/support/label.h"
#include "tests/support/low_token.h"
#include "tests/support/wine.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

constexpr uint32_t kNothing = 0;
constexpr uint32_t kReadWrite = core::kRead | core::kWrite;
const Identity kLocalService{L"S-1-5-19", L""};

// That of a program before its administrator elevates it.
HANDLE user_token() {
  static const win::Handle token = [] {
    const win::Handle primary = tests::low_token();
    HANDLE copy = nullptr;
    EXPECT_TRUE(DuplicateToken(primary.get(), SecurityIdentification, &copy));
    return win::Handle(copy);
  }();
  return token.get();
}

uint32_t user_rights(const AccessConfig& access) {
  return rights_of(user_token(), describe(Object::channel, resolve_access(access), kLocalService));
}

AccessConfig accounts(std::vector<std::string> read, std::vector<std::string> write) {
  AccessConfig access;
  access.read = std::move(read);
  access.write = std::move(write);
  return access;
}

AccessConfig sddl(const std::string& text) {
  AccessConfig access;
  access.sddl = text;
  return access;
}

TEST(Access, IsWhatTheAccountsSay) {
  EXPECT_EQ(user_rights(accounts({"INTERACTIVE"}, {})), core::kRead);
  EXPECT_EQ(user_rights(accounts({}, {"INTERACTIVE"})), core::kWrite);
  EXPECT_EQ(user_rights(accounts({"Users"}, {"Everyone"})), kReadWrite);
  EXPECT_EQ(user_rights(accounts({"S-1-5-32-545"}, {})), core::kRead);
  EXPECT_EQ(user_rights(accounts({}, {})), kNothing);
}

TEST(Access, OfManyChannelsIsThatOfEach) {
  const AccessConfig configs[] = {accounts({"INTERACTIVE"}, {}), accounts({}, {"INTERACTIVE"}),
                                  accounts({}, {}), accounts({"INTERACTIVE"}, {}),
                                  accounts({"Users"}, {"Users"})};
  std::vector<win::SecurityDescriptor> descriptors;
  for (const AccessConfig& config : configs)
    descriptors.push_back(describe(Object::channel, resolve_access(config), kLocalService));
  RightsCache rights(user_token());
  for (size_t i = 0; i < descriptors.size(); ++i)
    EXPECT_EQ(rights.on(descriptors[i]), user_rights(configs[i])) << i;
}

TEST(Access, OfAdministratorsIsNotForTheirProgramsWithoutElevation) {
  EXPECT_EQ(user_rights(accounts({"Administrators"}, {"Administrators", "SYSTEM"})), kNothing);
}

TEST(Access, OfAnAdministratorIsAll) {
  HANDLE primary = nullptr;
  ASSERT_TRUE(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &primary));
  const win::Handle closes(primary);
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateToken(primary, SecurityIdentification, &copy));
  const win::Handle token(copy);
  ASSERT_TRUE(is_among(copy, {L"S-1-5-32-544"})) << "these tests run as an administrator";
  EXPECT_EQ(rights_of(copy, describe(Object::channel, Access{}, kLocalService)), kReadWrite);
}

// Wine's AccessCheck maps generic rights in a descriptor, Windows' does not: so there are none to map.
TEST(Access, IsAskedAboutWithoutGenericRights) {
  const auto descriptor =
      describe(Object::channel, resolve_access(accounts({"Users"}, {"Users"})), kLocalService);
  BOOL present = FALSE;
  BOOL defaulted = FALSE;
  PACL list = nullptr;
  ASSERT_TRUE(GetSecurityDescriptorDacl(descriptor.get(), &present, &list, &defaulted));
  ASSERT_GE(list->AceCount, 4u);
  for (DWORD i = 0; i < list->AceCount; ++i) {
    void* entry = nullptr;
    ASSERT_TRUE(GetAce(list, i, &entry));
    EXPECT_EQ(static_cast<ACCESS_ALLOWED_ACE*>(entry)->Mask & ~kReadWrite, 0u) << i;
  }
}

TEST(Access, DenialComesBeforeWhatIsAllowed) {
  EXPECT_EQ(user_rights(sddl("D:(A;;GRGW;;;WD)(D;;GW;;;IU)")), core::kRead);
  EXPECT_EQ(user_rights(sddl("D:(A;;GRGW;;;WD)(D;;GR;;;IU)")), kNothing) << "who writes sees the memory";
  EXPECT_EQ(user_rights(sddl("D:(A;;GA;;;IU)")), kReadWrite);
  EXPECT_EQ(user_rights(sddl("D:")), kNothing);
}

TEST(Access, UnknownAccountIsNamed) {
  try {
    resolve_access(accounts({"no such account"}, {}));
    FAIL();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find("no such account"), std::string::npos);
  }
}

TEST(Access, DescriptorWithoutListIsRefused) {
  EXPECT_THROW(resolve_access(sddl("O:SY")), Error);
  EXPECT_THROW(resolve_access(sddl("D:(AU;;GA;;;WD)")), Error);
}

TEST(Access, IsAmongSeesGroups) {
  const win::Handle primary = tests::low_token();
  HANDLE copy = nullptr;
  ASSERT_TRUE(DuplicateToken(primary.get(), SecurityIdentification, &copy));
  const win::Handle token(copy);
  EXPECT_TRUE(is_among(copy, {L"S-1-5-18", L"S-1-5-32-545"}));
  EXPECT_FALSE(is_among(copy, {L"S-1-5-32-544"}));
  EXPECT_FALSE(is_among(copy, {}));
}

std::wstring list_of(const Identity& identity) {
  const auto descriptor = describe(Object::data, resolve_access(accounts({"Users"}, {})), identity);
  wchar_t* text = nullptr;
  EXPECT_TRUE(ConvertSecurityDescriptorToStringSecurityDescriptorW(
      descriptor.get(), SDDL_REVISION_1, OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, &text,
      nullptr));
  const std::wstring list = text;
  LocalFree(text);
  return list;
}

// Under Wine no service has a SID of its own: what can be seen there is the text.
TEST(Access, ServiceWithASidOfItsOwnLeavesItsAccountNothing) {
  const std::wstring shared = list_of(kLocalService);
  EXPECT_NE(shared.find(L"O:LS"), std::wstring::npos) << win::display_utf8(shared);
  EXPECT_NE(shared.find(L"(A;;GA;;;LS)"), std::wstring::npos) << win::display_utf8(shared);
  const std::wstring own = list_of({L"S-1-5-19", L"S-1-5-80-1-2-3-4-5"});
  EXPECT_NE(own.find(L"O:LS"), std::wstring::npos) << win::display_utf8(own);
  EXPECT_NE(own.find(L"(A;;GA;;;S-1-5-80-1-2-3-4-5)"), std::wstring::npos) << win::display_utf8(own);
  EXPECT_NE(own.find(L"(A;;RC;;;OW)"), std::wstring::npos) << win::display_utf8(own);
  EXPECT_EQ(own.find(L";;;LS)"), std::wstring::npos) << win::display_utf8(own);
}

// A copy of this process's token with low integrity, to identify by. Empty where the system has no integrity
// levels.
win::Handle token_of_low_integrity() {
  HANDLE own = nullptr;
  HANDLE copy = nullptr;
  EXPECT_TRUE(OpenProcessToken(GetCurrentProcess(), TOKEN_DUPLICATE, &own));
  const win::Handle closes(own);
  EXPECT_TRUE(DuplicateTokenEx(own, TOKEN_QUERY | TOKEN_ADJUST_DEFAULT, nullptr, SecurityIdentification,
                               TokenImpersonation, &copy));
  win::Handle token(copy);
  TOKEN_MANDATORY_LABEL label{};
  label.Label.Attributes = SE_GROUP_INTEGRITY;
  EXPECT_TRUE(ConvertStringSidToSidW(L"S-1-16-4096", &label.Label.Sid));
  const BOOL set = SetTokenInformation(copy, TokenIntegrityLevel, &label, sizeof label);
  LocalFree(label.Label.Sid);
  if (!set) token.reset();
  return token;
}

TEST(Access, OfLowIntegrityIsToReadAloneUnlessTheChannelSaysOtherwise) {
  if (tests::is_wine()) GTEST_SKIP() << "Wine's AccessCheck knows of no labels";
  const win::Handle token = token_of_low_integrity();
  ASSERT_TRUE(token);
  AccessConfig access = accounts({"Everyone"}, {"Everyone"});
  EXPECT_EQ(rights_of(token.get(), describe(Object::channel, resolve_access(access), kLocalService)),
            core::kRead);
  access.low_integrity = true;
  EXPECT_EQ(rights_of(token.get(), describe(Object::channel, resolve_access(access), kLocalService)),
            kReadWrite);
}

// The text of a descriptor: what no call under Wine would show. Either way it has a label, so that a reload
// can change it.
TEST(Access, LowIntegrityIsLetInByALabelAlone) {
  AccessConfig access = accounts({"Everyone"}, {});
  const auto label = [&] {
    return tests::label_of(describe(Object::data, resolve_access(access), kLocalService).get());
  };
  EXPECT_EQ(label(), tests::kMediumIntegrity);
  access.low_integrity = true;
  EXPECT_EQ(label(), tests::kLowIntegrity);
}

}  // namespace
}  // namespace shmbroker::service
