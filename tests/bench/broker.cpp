#include "tests/bench/broker.h"

#include <fstream>

#include "shmbroker/shmbroker.h"
#include "tests/bench/memory.h"

namespace shmbroker::bench {
namespace {

constexpr char kConfig[] = R"({
  "channels": [],
  "create": { "accounts": ["Everyone"], "max_channels": 1000, "max_bytes": "16 GiB" }
})";

}  // namespace

std::filesystem::path Broker::make_folder(const std::string& config) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("shm_bench-" + std::to_string(GetCurrentProcessId()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "shmbroker.json") << (config.empty() ? kConfig : config);
  return folder;
}

Broker::Broker(const std::string& config)
    : folder_(make_folder(config)),
      process_(L"shmbroker.exe",
               {L"run", L"--config", (folder_ / "shmbroker.json").wstring(), L"--data", folder_.wstring()}) {
  // It says that it serves, or why it does not and ends.
  while (process_.read_line().find("serving") == std::string::npos) {
  }
}

Broker::~Broker() {
  // What it leaves behind is a keeper, which the job ends, and its folder.
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace shmbroker::bench
