// The real service under the real service control manager, for the time of a test.
#pragma once

#include <windows.h>

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace shmbroker::tests {

inline constexpr DWORD kPatience = 20'000;  // milliseconds after which a test says that something hangs

// Asks every few milliseconds until the condition holds. Returns false if it does not in time.
bool eventually(const std::function<bool()>& condition, DWORD timeout_ms = kPatience);

// The folder of this program: the service and the other programs of the tests lie beside it.
std::filesystem::path program_folder();
// The folder of the service and the broker: of a 32-bit test it is that of the 64-bit programs.
std::filesystem::path service_folder();

std::string read_file(const std::filesystem::path& file);

// How the names of a channel's objects begin, as the service of this test has made them:
// "Global\\ShmBroker.MapName.0123456789abcdef." Throws std::runtime_error where its state file has no such
// channel.
std::wstring object_prefix(const std::wstring& channel);
// Where that service keeps its state. Its fixture says it.
void use_state_of(const std::filesystem::path& data_folder);

// A folder of its own under %TEMP%, removed at the end.
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// A block in a configuration. access: the JSON of its access; everybody reads and writes where it is empty.
std::string block(const std::string& name, uint64_t capacity = 512, const std::string& access = {});
// The same for a ring. when_full: "overwrite" or "wait".
std::string topic(const std::string& name, const std::string& when_full, uint64_t capacity = 64 * 1024);
std::string queue(const std::string& name, uint64_t capacity = 64 * 1024);
std::string config_of(const std::vector<std::string>& channels);

struct ScmCloser {
  void operator()(SC_HANDLE handle) const { CloseServiceHandle(handle); }
};
using ScmHandle = std::unique_ptr<std::remove_pointer_t<SC_HANDLE>, ScmCloser>;

// Opens the service ShmBroker; empty if there is none.
ScmHandle open_service(DWORD access);

// The service, registered with a configuration and a data folder of its own. Throws std::runtime_error where
// anything but what is tested fails.
class Service {
 public:
  explicit Service(const std::string& config);
  ~Service();
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  void configure(const std::string& config);
  const std::filesystem::path& config_file() const { return config_; }
  const std::filesystem::path& data_folder() const { return data_; }
  std::string log() const { return read_file(data_ / L"shmbroker.log"); }

  void start();
  // Starts it where that is to fail. Returns its last state.
  SERVICE_STATUS_PROCESS start_and_fail();
  void stop();
  // Ends its process from one moment to the next, as a crash would.
  void kill();
  // Has it read its configuration again. Returns once its log has the outcome: true if it took it.
  bool reload();
  SERVICE_STATUS_PROCESS status() const;

 private:
  void await(DWORD state);
  void end_keepers() const;

  TempFolder folder_;
  std::filesystem::path config_;
  std::filesystem::path data_;
  ScmHandle service_;
};

// A test with a running service. Each has its own, so that none meets what another has left.
class ServiceTest : public testing::Test {
 protected:
  explicit ServiceTest(const std::string& config = config_of({block("MapName")})) : service(config) {}
  void SetUp() override { service.start(); }

  Service service;
};

}  // namespace shmbroker::tests
