// An account gets its share of a channel's slots, and no more. The broker runs in the console of a user
// without an administrator's rights: under Wine, where a server sees itself in each of its clients, that
// makes all of them ordinary users.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "tests/support/low_token.h"
#include "tests/support/program.h"
#include "tests/support/service_fixture.h"
#include "tests/support/wine.h"

namespace shmbroker::tests {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr int kMostPerAccount = 48;
constexpr int kSlots = 64;

class Slots : public testing::Test {
 protected:
  explicit Slots(const std::string& limits = {}) {
    const std::filesystem::path file = folder_.path() / L"shmbroker.json";
    std::ofstream(file, std::ios::binary) << R"({ "channels": [)" << block("MapName") << "]" << limits << "}";
    const std::wstring command =
        shmbroker(L"run --config " + quoted(file) + L" --data " + quoted(folder_.path()));
    broker_ = std::make_unique<Child>(command, low_token().get());
    while (broker_->receive().find("Ctrl-C stops it") == std::string::npos) continue;
  }

  // Opens until it is refused, and returns how often it was not.
  static int take_all(Peer& peer, const std::string& access, Answer& refused) {
    for (int taken = 0;; ++taken) {
      refused = peer.ask("open " + access + " MapName");
      if (refused.status != SHM_OK) return taken;
    }
  }

 private:
  TempFolder folder_;
  std::unique_ptr<Child> broker_;
};

TEST_F(Slots, OfOneKindNoAccountGetsAll) {
  Peer user(low_token().get());
  for (const auto& [access, whose] : {std::pair("r", "48 readers"), std::pair("w", "48 writers")}) {
    Answer refused;
    EXPECT_EQ(take_all(user, access, refused), kMostPerAccount) << whose;
    EXPECT_SHM(SHM_E_BUSY, refused.status);
    EXPECT_THAT(refused.text, AllOf(HasSubstr("channel 'MapName'"), HasSubstr(whose),
                                    HasSubstr("(process " + std::to_string(user.pid()) + ": 48)"),
                                    HasSubstr("raise slots.max_per_account in shmbroker.json")));
  }
}

TEST_F(Slots, ThatAnAccountGivesBackItMayHaveAgain) {
  Peer user(low_token().get());
  const ShmChannel first = user.open("MapName", "r");
  Answer refused;
  EXPECT_EQ(take_all(user, "r", refused), kMostPerAccount - 1);
  EXPECT_EQ(user.order("close", first), SHM_OK);
  EXPECT_EQ(take_all(user, "r", refused), 1);
}

TEST_F(Slots, LeaveAnAdministratorRoom) {
  if (is_wine()) GTEST_SKIP() << "a server sees itself in each of its clients: none is an administrator here";
  Peer user(low_token().get());
  Answer refused;
  take_all(user, "r", refused);
  EXPECT_SHM(SHM_OK, write(Opened(L"MapName", SHM_READ | SHM_WRITE), "still open"));
}

class ReservedSlots : public Slots {
 protected:
  ReservedSlots() : Slots(R"(, "slots": { "max_per_account": 64, "reserved_for_administrators": 10 })") {}
};

TEST_F(ReservedSlots, AreForAdministratorsAlone) {
  Peer user(low_token().get());
  Answer refused;
  EXPECT_EQ(take_all(user, "r", refused), kSlots - 10);
  EXPECT_SHM(SHM_E_BUSY, refused.status);
  EXPECT_THAT(refused.text, AllOf(HasSubstr("channel 'MapName' has 54 readers"),
                                  HasSubstr("its last 10 slots are for administrators"),
                                  HasSubstr("lower slots.reserved_for_administrators")));
}

}  // namespace
}  // namespace shmbroker::tests
