#include "tests/crash/world.h"

#include "tests/support/widths.h"

namespace shmbroker::tests {
namespace {

// Runs the service, and compares in the end what it has with what it had.
class World : public testing::Environment {
 public:
  void SetUp() override {
    if (const std::string missing = x86_missing(L"mortal_peer.exe"); !missing.empty())
      GTEST_SKIP() << missing;
    service_.start();
    expect_unused();
    handles_ = handle_count(service_.status().dwProcessId);
    EXPECT_GT(handles_, 0u);
  }
  void TearDown() override {
    if (handles_ == 0) return;
    expect_unused();
    // Threads of a pool and connections come and go; what each death leaves would be many more.
    EXPECT_TRUE(eventually([&] { return handle_count(service_.status().dwProcessId) <= handles_ + 8; }))
        << "handles: " << handles_ << " before, " << handle_count(service_.status().dwProcessId) << " after";
  }

 private:
  static void expect_unused() {
    for (const wchar_t* name : {L"topic", L"lossy", L"queue", L"MapName"}) {
      expect_places(name, 0, 0);
      expect_every_place(name);
    }
  }

  Service service_{config_of(
      {block("MapName"), topic("topic", "wait"), topic("lossy", "overwrite", 1 << 20), queue("queue")})};
  size_t handles_ = 0;
};

const auto* const world = testing::AddGlobalTestEnvironment(new World);

}  // namespace
}  // namespace shmbroker::tests
