// What the installer has read of a service that an older version then takes away.
#include "service/host/service_settings.h"

#include <gmock/gmock.h>

namespace shmbroker::service {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ServiceSettings, AreWhatTheRegistryHas) {
  const ServiceSettings settings =
      settings_of({L"install", L"--start", L"#3", L"--delayed", L"#1", L"--account",
                   L"NT AUTHORITY\\NetworkService", L"--dependencies", L"[~]RpcSs[~]Tcpip[~]"});
  EXPECT_EQ(settings.start, DWORD{SERVICE_DEMAND_START});
  EXPECT_TRUE(settings.is_delayed);
  EXPECT_EQ(settings.account, L"NT AUTHORITY\\NetworkService");
  EXPECT_THAT(settings.dependencies, ElementsAre(L"RpcSs", L"Tcpip"));
}

TEST(ServiceSettings, AreTheUsualOnesWhereNothingWasChosen) {
  for (const ServiceSettings& settings :
       {settings_of({L"install"}), settings_of({L"install", L"--start", L"#2", L"--delayed", L"",
                                                L"--account", L"", L"--dependencies", L""})}) {
    EXPECT_EQ(settings.start, DWORD{SERVICE_AUTO_START});
    EXPECT_FALSE(settings.is_delayed);
    EXPECT_EQ(settings.account, kUsualAccount);
    EXPECT_THAT(settings.dependencies, IsEmpty());
  }
}

TEST(ServiceSettings, KnowWhichAccountsHaveAPassword) {
  for (const wchar_t* without :
       {L"LocalSystem", L"NT AUTHORITY\\LocalService", L"nt authority\\networkservice",
        L"NT SERVICE\\ShmBroker", L"CONTOSO\\broker$"})
    EXPECT_FALSE(needs_password(without));
  for (const wchar_t* with : {L".\\bob", L"CONTOSO\\bob", L"bob@contoso.example"})
    EXPECT_TRUE(needs_password(with));
}

}  // namespace
}  // namespace shmbroker::service
