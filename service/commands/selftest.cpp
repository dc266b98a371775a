// selftest: every kind of channel once, through the DLL and the running service, with timings.
#include <windows.h>

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "service/broker/config_file.h"
#include "service/commands/client_api.h"
#include "service/commands/commands.h"
#include "service/commands/exit_code.h"
#include "service/commands/findings.h"
#include "service/commands/output.h"
#include "service/commands/reload.h"
#include "service/host/install.h"
#include "service/support/error.h"
#include "service/support/folders.h"
#include "win/text.h"

namespace shmbroker::service {
namespace {

constexpr uint32_t kPatience = 5000;  // milliseconds for each step
constexpr wchar_t kBlock[] = L"ShmBroker selftest block";
constexpr wchar_t kTopic[] = L"ShmBroker selftest topic";
constexpr wchar_t kQueue[] = L"ShmBroker selftest queue";
constexpr char kPart[] = R"(// Made by shmbroker selftest, which removes it again.
{ "channels": [
  { "name": "ShmBroker selftest block", "kind": "block", "capacity": 4096,
    "access": { "read": ["Administrators"], "write": ["Administrators"] } },
  { "name": "ShmBroker selftest topic", "kind": "topic", "when_full": "wait", "capacity": "64 KiB",
    "access": { "read": ["Administrators"], "write": ["Administrators"] } },
  { "name": "ShmBroker selftest queue", "kind": "queue", "capacity": "64 KiB",
    "access": { "read": ["Administrators"], "write": ["Administrators"] } }
] }
)";

class Stopwatch {
 public:
  double microseconds() const {
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

// The part of the configuration that has the channels of the test. They end with it.
class TestChannels {
 public:
  explicit TestChannels(const std::filesystem::path& config)
      : folder_(parts_folder(config)), file_(folder_ / L"shmbroker-selftest.json") {
    std::error_code error;
    made_folder_ = std::filesystem::create_directory(folder_, error);
    std::ofstream stream(file_, std::ios::binary);
    stream << kPart;
    if (!stream.flush()) {
      throw Error("cannot write " + win::display_utf8(file_.wstring()) +
                  "; the test is for administrators, who may change the configuration");
    }
    stream.close();
    try {
      reload_and_wait();
    } catch (...) {
      remove();
      throw;
    }
  }
  ~TestChannels() {
    try {
      end();
    } catch (const std::exception&) {  // what went wrong before is told
    }
  }
  TestChannels(const TestChannels&) = delete;
  TestChannels& operator=(const TestChannels&) = delete;

  void end() {
    if (remove()) reload_and_wait();
  }

 private:
  // Returns whether there was anything.
  bool remove() const {
    std::error_code error;
    const bool was_there = std::filesystem::remove(file_, error);
    if (made_folder_) std::filesystem::remove(folder_, error);
    return was_there;
  }

  std::filesystem::path folder_;
  std::filesystem::path file_;
  bool made_folder_ = false;
};

// A channel that is open twice, as by two programs.
struct Pair {
  Pair(const ClientApi& dll, const wchar_t* name)
      : api(dll), out(dll, name, SHM_WRITE), in(dll, name, SHM_READ, SHM_OPEN_NEXT) {}

  void write(const std::string& text) const {
    check(api, api.write(out.get(), text.data(), text.size(), kPatience));
  }

  void expect(const std::string& text) const {
    std::vector<char> buffer(4096);
    size_t size = 0;
    check(api, api.read(in.get(), buffer.data(), buffer.size(), &size, kPatience));
    if (std::string(buffer.data(), size) != text) throw Error("what was read is not what was written");
  }

  const ClientApi& api;
  OpenChannel out;
  OpenChannel in;
};

std::string open_once(const ClientApi& api) {
  const Stopwatch watch;
  { const OpenChannel channel(api, kBlock, SHM_READ | SHM_WRITE); }
  return fmt::format("opened and closed in {:.0f} us", watch.microseconds());
}

std::string try_block(const ClientApi& api) {
  const Pair block(api, kBlock);
  constexpr int kTimes = 1000;
  const Stopwatch watch;
  for (int i = 0; i < kTimes; ++i) {
    block.write(std::to_string(i));
    block.expect(std::to_string(i));
  }
  const double each = watch.microseconds() / kTimes;
  void* memory = nullptr;
  size_t size = 0;
  check(api, api.lock(block.out.get(), &memory, &size, kPatience));
  static_cast<char*>(memory)[0] = '=';
  check(api, api.unlock(block.out.get(), size));
  block.expect("=" + std::to_string(kTimes - 1).substr(1));
  return fmt::format("{} values written and read, {:.2f} us each; changed in place under the lock", kTimes,
                     each);
}

// Of a topic and a queue: in order, whole, and some of them written in place.
std::string try_ring(const ClientApi& api, const wchar_t* name) {
  const Pair ring(api, name);
  constexpr int kTimes = 1000;
  const Stopwatch watch;
  for (int i = 0; i < kTimes; ++i) {
    ring.write("message " + std::to_string(i));
    ring.expect("message " + std::to_string(i));
  }
  const double each = watch.microseconds() / kTimes;
  void* memory = nullptr;
  check(api, api.loan(ring.out.get(), 4, &memory, kPatience));
  std::copy_n("loan", 4, static_cast<char*>(memory));
  check(api, api.commit(ring.out.get(), 4));
  ring.expect("loan");
  return fmt::format("{} messages written and read in order, {:.2f} us each; one in place", kTimes, each);
}

std::string try_waking(const ClientApi& api) {
  const Pair topic(api, kTopic);
  std::string failure;
  double late = 0;
  Stopwatch written;
  std::jthread reader([&] {
    try {
      topic.expect("wake up");
      late = written.microseconds();
    } catch (const std::exception& error) {
      failure = error.what();
    }
  });
  Sleep(50);  // so that it sleeps: that is what is tried
  written = Stopwatch();
  topic.write("wake up");
  reader.join();
  if (!failure.empty()) throw Error(failure);
  return fmt::format("a reader that waited had its message after {:.0f} us", late);
}

// What is in the files and not in force would come into force with the channels of the test.
void expect_nothing_new(const ClientApi& api, const std::filesystem::path& config) {
  const ShmServiceState state = inspect_service(api);
  if (state.config[0] == 0) throw Error("the test is for administrators, who may change the configuration");
  if (written_at(config) != state.configured)
    throw Error("the configuration has changed since the service read it; first: shmbroker reload");
}

int selftest(bool as_json) {
  Findings findings(as_json ? Findings::Show::nothing : Findings::Show::lines);
  const std::filesystem::path config = service_paths().config;
  const ClientApi api;
  expect_nothing_new(api, config);
  const Stopwatch watch;
  std::unique_ptr<TestChannels> channels;
  const bool are_there = findings.run("configuration", [&] {
    channels = std::make_unique<TestChannels>(config);
    return std::string("three channels added by a reload");
  });
  if (are_there) {
    findings.run("open", [&] { return open_once(api); });
    findings.run("block", [&] { return try_block(api); });
    findings.run("topic", [&] { return try_ring(api, kTopic); });
    findings.run("queue", [&] { return try_ring(api, kQueue); });
    findings.run("waking", [&] { return try_waking(api); });
    findings.run("clean up", [&] {
      channels->end();
      return fmt::format("the channels have ended; all in {:.1f} s", watch.microseconds() / 1e6);
    });
  }
  if (as_json) print_json(findings.json());
  return findings.have_failed() ? kFailed : kDone;
}

}  // namespace

void add_selftest(CLI::App& app, Action& action) {
  const auto as_json = std::make_shared<bool>(false);
  auto* command = app.add_subcommand(
      "selftest", "After an installation: use every kind of channel once, through the running service");
  command->add_flag("--json", *as_json, "For scripts");
  command->footer(
      "For administrators. It adds channels of its own for some seconds, by a file in conf.d beside the\n"
      "configuration, and touches no other. Exit code 0: all is well; 1: something is wrong.");
  command->callback([&action, as_json] { action = [as_json] { return selftest(*as_json); }; });
}

}  // namespace shmbroker::service
