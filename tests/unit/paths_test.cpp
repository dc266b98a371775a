// Where a service that is registered with a command keeps its data: what set-up prepares.
#include "service/host/paths.h"

#include <gtest/gtest.h>

#include "service/support/folders.h"

namespace shmbroker::service {
namespace {

TEST(Paths, AreWhatTheServicesCommandNames) {
  const BrokerPaths paths = paths_of_command(
      LR"("C:\Program Files\ShmBroker\shmbroker.exe" --config "D:\my own.json" --data=D:\data)");
  EXPECT_EQ(paths.config, LR"(D:\my own.json)");
  EXPECT_EQ(paths.data, LR"(D:\data)");
}

TEST(Paths, AreTheCommonOnesWhereTheCommandNamesNone) {
  const BrokerPaths paths = paths_of_command(LR"(C:\ShmBroker\shmbroker.exe)");
  EXPECT_EQ(paths.data, common_folder());
  EXPECT_EQ(paths.config, find_paths({}, {}, LogTo::service).config);
}

}  // namespace
}  // namespace shmbroker::service
