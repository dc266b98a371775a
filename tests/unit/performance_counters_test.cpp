// The values of the performance counters. Wine takes a provider and its instances, and has nobody who
// collects them: so these tests ask as Windows would. Whether PerfMon shows them,
// tests/windows/counters_test.cpp asks.
#include "service/broker/performance_counters.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <thread>

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

namespace fs = std::filesystem;

constexpr ULONG kAddCounter = 1;  // codes of a PERFLIBREQUEST
constexpr ULONG kCollectStart = 5;

TEST(InstanceName, HasNothingThatThePathOfACounterHas) {
  EXPECT_EQ(instance_name(L"line 7/valve (north) #1\\a*"), L"line 7_valve [north] _1_a_");
}

class PerformanceCountersTest : public testing::Test {
 protected:
  PerformanceCountersTest() {
    thread_ = std::thread([this] { loop_.run([this] { return counters_.refresh_if_asked(); }); });
  }
  ~PerformanceCountersTest() override {
    loop_.stop();
    thread_.join();
    std::error_code ignored;
    fs::remove(state_file(), ignored);
  }

  static fs::path state_file() {
    return fs::temp_directory_path() / (L"shmbroker-counters-" + std::to_wstring(GetCurrentProcessId()));
  }
  // On the loop's thread, as all that changes channels.
  template <class Task>
  void run(Task task) {
    const win::Handle done(CreateEventW(nullptr, TRUE, FALSE, nullptr));
    loop_.post([&] {
      task();
      SetEvent(done.get());
    });
    ASSERT_EQ(WaitForSingleObject(done.get(), 20'000), DWORD{WAIT_OBJECT_0});
  }
  void add(const std::string& name) {
    ChannelConfig config;
    config.name = name;
    config.capacity = config.max_message = 8;
    channels_.add(config, {});
  }
  static void collect() {
    EXPECT_EQ(CounterProvider::request(kCollectStart, nullptr, 0), DWORD{ERROR_SUCCESS});
  }

  EventLoop loop_;
  ClientWatch watch_{loop_, [](const Client&) {}};
  ClientLog log_{[](ClientLog::Level, const std::string&) {}};
  ServiceCounts counts_;
  Worker lookups_{loop_};
  Worker disk_{loop_};
  FileRegions files_;
  SavedState state_{state_file(), watch_};
  ChannelTable channels_{find_object_namespace(), state_, watch_, log_};
  ChannelSetup setup_{channels_, state_, lookups_, disk_, files_};
  PerformanceCounters counters_{{loop_, channels_, setup_, watch_, counts_}};
  std::thread thread_;
};

TEST_F(PerformanceCountersTest, AreThoseOfTheChannelsThatThereAreWhenTheyAreCollected) {
  constexpr int kMore = 300;  // than are looked at in one turn
  run([&] {
    for (int i = 0; i < kMore; ++i) add("more " + std::to_string(i));
    add("ticks");
    counts_.denials = 3;
  });
  ASSERT_NE(counters_.service(), nullptr);
  EXPECT_EQ(counters_.service()->get(ServiceSet::kChannels), 0u) << "nobody has asked";
  EXPECT_EQ(CounterProvider::request(kAddCounter, nullptr, 0), DWORD{ERROR_SUCCESS});
  EXPECT_EQ(counters_.channel(L"ticks"), nullptr);
  collect();
  EXPECT_EQ(counters_.service()->get(ServiceSet::kChannels), 1u + kMore);
  EXPECT_EQ(counters_.service()->get(ServiceSet::kAllDenials), 3u);
  EXPECT_EQ(counters_.service()->get(ServiceSet::kUnavailable), 0u);
  ASSERT_NE(counters_.channel(L"ticks"), nullptr);
  EXPECT_EQ(counters_.channel(L"ticks")->get(ChannelSet::kDenials), 0u);

  run([&] {
    channels_.find(L"ticks")->note_denial();
    for (int i = 0; i < kMore; ++i) channels_.remove(L"more " + std::to_wstring(i));
  });
  collect();
  EXPECT_EQ(counters_.service()->get(ServiceSet::kChannels), 1u);
  EXPECT_EQ(counters_.channel(L"ticks")->get(ChannelSet::kDenials), 1u);
  EXPECT_EQ(counters_.channel(L"more 7"), nullptr) << "it has ended";
}

TEST_F(PerformanceCountersTest, KeepNobodyWaitingWhoCollectsWhileTheServiceIsBusy) {
  const win::Handle go_on(CreateEventW(nullptr, TRUE, FALSE, nullptr));
  loop_.post([&] { WaitForSingleObject(go_on.get(), 20'000); });
  const ULONGLONG start = GetTickCount64();
  collect();
  EXPECT_LT(GetTickCount64() - start, 10'000u);
  SetEvent(go_on.get());
}

}  // namespace
}  // namespace shmbroker::service
