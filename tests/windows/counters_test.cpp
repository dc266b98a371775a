// The performance counters as PerfMon, typeperf and others read them.
#include <windows.h>

#include <gtest/gtest.h>
#include <pdh.h>

#include <memory>
#include <string>

#include "tests/support/shm_testing.h"
#include "tests/support/wine.h"
#include "tests/windows/installed_broker.h"

namespace shmbroker::tests {
namespace {

class Query {
 public:
  Query() { EXPECT_EQ(PdhOpenQueryW(nullptr, 0, &query_), ERROR_SUCCESS); }
  ~Query() { PdhCloseQuery(query_); }

  // Of now. path: in English, as \ShmBroker Channel(MapName)\Readers.
  double value(const wchar_t* path) const {
    PDH_HCOUNTER counter = nullptr;
    PDH_FMT_COUNTERVALUE value{};
    EXPECT_EQ(PdhAddEnglishCounterW(query_, path, 0, &counter), ERROR_SUCCESS);
    EXPECT_EQ(PdhCollectQueryData(query_), ERROR_SUCCESS);
    EXPECT_EQ(PdhGetFormattedCounterValue(counter, PDH_FMT_DOUBLE, nullptr, &value), ERROR_SUCCESS);
    PdhRemoveCounter(counter);
    return value.doubleValue;
  }

 private:
  PDH_HQUERY query_ = nullptr;
};

class WindowsCounters : public testing::Test {
 protected:
  void SetUp() override {
    if (is_wine()) GTEST_SKIP() << "lodctr.exe registers nothing, and no counter is read";
    broker_ = std::make_unique<InstalledBroker>();
  }
  std::unique_ptr<InstalledBroker> broker_;
};

TEST_F(WindowsCounters, AreRegisteredAndRead) {
  const Query query;
  EXPECT_GE(query.value(L"\\ShmBroker\\Channels"), 1.0);
  const Opened reader(L"MapName", SHM_READ);
  EXPECT_EQ(query.value(L"\\ShmBroker Channel(MapName)\\Readers"), 1.0);
  EXPECT_EQ(query.value(L"\\ShmBroker Channel(MapName)\\Held Up"), 0.0);
  EXPECT_GE(query.value(L"\\ShmBroker\\Readers and Writers"), 1.0);
}

}  // namespace
}  // namespace shmbroker::tests
