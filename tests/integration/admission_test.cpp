// Places are given and given back exactly once, whatever becomes of the messages about it: a service that
// stands still, that is busy, that is away, a client that gives up.
#include <atomic>
#include <filesystem>
#include <thread>
#include <vector>

#include "core/layout.h"
#include "protocol/pipe_message.h"
#include "tests/integration/suspended.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "win/handle.h"
#include "win/security.h"

namespace shmbroker::tests {
namespace {

constexpr const char* kNames[] = {"MapName", "a", "b", "c", "d", "e"};

std::string config() {
  std::vector<std::string> channels;
  for (const char* name : kNames) channels.push_back(block(name));
  return config_of(channels);
}

ShmOptions exclusive(uint32_t timeout_ms = 0) {
  ShmOptions options = options_for(SHM_WRITE, SHM_OPEN_EXCLUSIVE);
  options.open_timeout_ms = timeout_ms;
  return options;
}

class Admission : public ServiceTest {
 protected:
  Admission() : ServiceTest(config()) {}

  DWORD service_pid() const { return service.status().dwProcessId; }

  // By the service's own count, asked by another process: this one asks for nothing that could help.
  bool is_free(const std::string& name) {
    return eventually([&] {
      const Answer opened = other_.ask("open wx " + name);
      if (opened.status != SHM_OK) return false;
      return other_.order("close", static_cast<ShmChannel>(std::stoul(opened.text))) == SHM_OK;
    });
  }

 private:
  Peer other_;
};

// ---- opens

TEST_F(Admission, OfAClientThatGaveUpWaitingIsUndone) {
  ShmChannel channel = 0;
  const ShmOptions options = exclusive(200);
  {
    const Suspended still(service_pid());
    ASSERT_TRUE(still.has_any());
    for (int i = 0; i < 3; ++i) EXPECT_SHM(SHM_E_TIMEOUT, ShmOpen(L"MapName", &options, &channel));
  }
  EXPECT_TRUE(is_free("MapName"));
  EXPECT_SHM(SHM_OK, ShmOpen(L"MapName", &options, &channel));
  EXPECT_SHM(SHM_OK, ShmClose(channel));
}

TEST_F(Admission, OfACreatorThatGaveUpWaitingLeavesNoChannel) {
  service.configure(config().substr(0, config().rfind('}')) + R"(, "create": { "accounts": ["Everyone"] }})");
  ASSERT_TRUE(service.reload());
  ShmOptions options = options_for(SHM_READ | SHM_WRITE, SHM_OPEN_CREATE);
  options.kind = SHM_BLOCK;
  options.capacity = 100;
  options.open_timeout_ms = 200;
  ShmChannel channel = 0;
  {
    const Suspended still(service_pid());
    EXPECT_SHM(SHM_E_TIMEOUT, ShmOpen(L"mine", &options, &channel));
  }
  EXPECT_TRUE(eventually([&] { return service.log().find("channel 'mine' created") != std::string::npos; }));
  // Who opens it before its creator is known to have gone keeps it.
  EXPECT_TRUE(eventually([&] {
    const int32_t status = ShmOpen(L"mine", nullptr, &channel);
    if (status == SHM_OK) {
      EXPECT_SHM(SHM_OK, ShmClose(channel));
    }
    return status == SHM_E_NOT_FOUND;
  }));
}

TEST_F(Admission, TellsABusyServiceAsBusy) {
  const Suspended still(service_pid());
  std::vector<win::Handle> before;  // who are connected, or wait to be
  for (;;) {
    win::Handle pipe(CreateFileW(pipe::kPipeName, GENERIC_READ | FILE_WRITE_DATA, 0, nullptr, OPEN_EXISTING,
                                 SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
    if (!pipe) break;
    before.push_back(std::move(pipe));
  }
  ASSERT_EQ(GetLastError(), DWORD{ERROR_PIPE_BUSY});
  ShmChannel channel = 0;
  const ShmOptions options = exclusive(100);
  EXPECT_SHM(SHM_E_TIMEOUT, ShmOpen(L"MapName", &options, &channel));
  EXPECT_NE(std::string(ShmLastErrorTextUtf8()).find("busy"), std::string::npos) << ShmLastErrorTextUtf8();
}

TEST_F(Admission, OfManyThreadsAtOnceGivesEachItsTurnAndKeepsNone) {
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 40; ++t) {
    threads.emplace_back([t] {
      ShmOptions options = options_for(SHM_READ);
      options.open_timeout_ms = kPatience;
      const std::string name = kNames[t % std::size(kNames)];
      for (int i = 0; i < 5; ++i) {
        ShmChannel channel = 0;
        EXPECT_SHM(SHM_OK, ShmOpenUtf8(name.c_str(), &options, &channel));
        EXPECT_TRUE(channel == 0 || ShmClose(channel) == SHM_OK);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  ShmInfo list[std::size(kNames)] = {};
  list[0].size = sizeof(ShmInfo);
  uint32_t count = 0;
  ASSERT_SHM(SHM_OK, ShmListChannels(list, std::size(kNames), &count));
  for (const ShmInfo& info : list) EXPECT_EQ(info.readers, 0u);
}

// ---- closes

TEST_F(Admission, EndsWhenAServiceThatStoodStillGoesOn) {
  std::vector<ShmChannel> channels;
  for (const char* name : kNames) {
    const ShmOptions options = exclusive();
    ASSERT_SHM(SHM_OK, ShmOpenUtf8(name, &options, &channels.emplace_back()));
  }
  Suspended still(service_pid());
  const ULONGLONG begun = GetTickCount64();
  for (const ShmChannel channel : channels) EXPECT_SHM(SHM_OK, ShmClose(channel));
  EXPECT_LT(GetTickCount64() - begun, 8000u) << "they wait for the service one after the other";
  still.resume();
  for (const char* name : kNames) EXPECT_TRUE(is_free(name)) << name;
}

TEST_F(Admission, EndsWhenThereIsAServiceAgain) {
  ShmChannel channel = 0;
  const ShmOptions options = exclusive();
  ASSERT_SHM(SHM_OK, ShmOpen(L"MapName", &options, &channel));
  service.kill();
  EXPECT_SHM(SHM_OK, ShmClose(channel));
  service.start();
  EXPECT_TRUE(is_free("MapName"));
}

// What the same process asks for next finds its own places free, however much is still to be told.
TEST_F(Admission, EndsBeforeTheSameProcessIsGivenAnother) {
  const ShmOptions options = exclusive(kPatience);
  ShmChannel channel = 0;
  ASSERT_SHM(SHM_OK, ShmOpen(L"MapName", &options, &channel));
  {
    const Suspended still(service_pid());
    EXPECT_SHM(SHM_OK, ShmClose(channel));
  }
  ASSERT_SHM(SHM_OK, ShmOpen(L"MapName", &options, &channel));
  EXPECT_SHM(SHM_OK, ShmClose(channel));
}

// ---- a module that is unloaded meanwhile

class OtherModule {
 public:
  explicit OtherModule(const std::filesystem::path& folder) : path_(folder / L"other_shmclient.dll") {
    std::filesystem::copy_file(program_folder() / L"shmclient.dll", path_);
    module_ = LoadLibraryW(path_.c_str());
  }
  ~OtherModule() { unload(); }
  OtherModule(const OtherModule&) = delete;
  OtherModule& operator=(const OtherModule&) = delete;

  template <class Function>
  Function* find(const char* name) const {
    return reinterpret_cast<Function*>(reinterpret_cast<void*>(GetProcAddress(module_, name)));
  }
  void unload() {
    if (module_ != nullptr) FreeLibrary(std::exchange(module_, nullptr));
  }
  static bool is_loaded() { return GetModuleHandleW(L"other_shmclient.dll") != nullptr; }

 private:
  std::filesystem::path path_;
  HMODULE module_ = nullptr;
};

class Unloading : public Admission {
 protected:
  void SetUp() override {
    Admission::SetUp();
    ASSERT_NE(open_, nullptr);
    const ShmOptions options = exclusive();
    ASSERT_SHM(SHM_OK, open_(L"MapName", &options, &channel_));
  }

  TempFolder folder_;
  OtherModule module_{folder_.path()};
  decltype(&ShmOpen) open_ = module_.find<std::remove_pointer_t<decltype(&ShmOpen)>>("ShmOpen");
  decltype(&ShmClose) close_ = module_.find<std::remove_pointer_t<decltype(&ShmClose)>>("ShmClose");
  ShmChannel channel_ = 0;
};

TEST_F(Unloading, WaitsForTheAnswerToAClose) {
  Suspended still(service_pid());
  EXPECT_SHM(SHM_OK, close_(channel_));
  module_.unload();
  EXPECT_TRUE(OtherModule::is_loaded()) << "nobody is left to repeat the close";
  still.resume();
  EXPECT_TRUE(is_free("MapName"));
  EXPECT_TRUE(eventually([] { return !OtherModule::is_loaded(); }));
}

TEST_F(Unloading, HappensAtOnceWhereNothingIsUnanswered) {
  EXPECT_SHM(SHM_OK, close_(channel_));
  module_.unload();
  EXPECT_FALSE(OtherModule::is_loaded());
  EXPECT_TRUE(is_free("MapName"));
}

// ---- a server that hangs up, and one of another version

// Serves the pipe as a broker in a console would.
class FakeService {
 public:
  // hang_ups: of so many clients it reads the request, and hangs up. To the next one it answers with the
  // status, in a reply of that size.
  FakeService(int hang_ups, int32_t status, uint32_t reply_size = sizeof(pipe::OpenReply))
      : reply_size_(reply_size) {
    // The pipe of the test before may still be there for a moment.
    eventually([this] { return static_cast<bool>(pipe_ = listen()); });
    if (!pipe_) {
      over_ = true;
      return;
    }
    has_listened_ = true;
    thread_ = std::thread([this, hang_ups, status] {
      for (int i = 0; i <= hang_ups; ++i) serve(i < hang_ups ? 0 : status);
      over_ = true;
    });
  }
  // Comes as those clients that have not come, so that the thread ends.
  ~FakeService() {
    for (; !over_; Sleep(5)) {
      const win::Handle client(CreateFileW(pipe::kPipeName, GENERIC_READ | FILE_WRITE_DATA, 0, nullptr,
                                           OPEN_EXISTING, 0, nullptr));
    }
    if (thread_.joinable()) thread_.join();
  }
  bool has_listened() const { return has_listened_; }

 private:
  static win::Handle listen() {
    const auto descriptor =
        win::SecurityDescriptor::from_sddl(L"O:" + win::process_owner() + L"D:P(A;;GA;;;WD)");
    SECURITY_ATTRIBUTES security = descriptor.attributes();
    return win::Handle(CreateNamedPipeW(pipe::kPipeName, PIPE_ACCESS_DUPLEX,
                                        PIPE_TYPE_MESSAGE | PIPE_READMODE_MESSAGE, PIPE_UNLIMITED_INSTANCES,
                                        pipe::kMaxReply, pipe::kMaxRequest, 0, &security));
  }

  void serve(int32_t status) {
    const win::Handle pipe = std::move(pipe_);
    ConnectNamedPipe(pipe.get(), nullptr);
    pipe_ = listen();  // the name is there without a break
    std::byte request[pipe::kMaxRequest];
    DWORD bytes = 0;
    ReadFile(pipe.get(), request, sizeof request, &bytes, nullptr);
    if (status == 0) return;
    pipe::ReplyHeader header{};
    header.size = reply_size_;
    header.protocol = pipe::kProtocolVersion;
    header.status = status;
    std::vector<std::byte> reply(reply_size_, std::byte{0xEE});
    std::memcpy(reply.data(), &header, std::min(reply.size(), sizeof header));
    WriteFile(pipe.get(), reply.data(), reply_size_, &bytes, nullptr);
    FlushFileBuffers(pipe.get());
  }

  const uint32_t reply_size_;
  std::atomic<bool> over_{false};
  bool has_listened_ = false;
  win::Handle pipe_;  // the thread's from its start on
  std::thread thread_;
};

TEST(HangUp, IsNoReasonToGiveUpBeforeTheTimeIsUp) {
  FakeService fake(3, SHM_E_QUOTA);
  ASSERT_TRUE(fake.has_listened());
  const ShmOptions options = exclusive(kPatience);
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_QUOTA, ShmOpen(L"MapName", &options, &channel));
}

TEST(Reply, OfANewerServiceMayBeLonger) {
  FakeService fake(0, SHM_E_QUOTA, sizeof(pipe::OpenReply) + 300);
  ASSERT_TRUE(fake.has_listened());
  const ShmOptions options = exclusive(kPatience);
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_QUOTA, ShmOpen(L"MapName", &options, &channel));
}

TEST(Reply, OfAnOlderServiceMayBeShorter) {
  FakeService fake(0, SHM_E_QUOTA, pipe::OpenReply::kFirstSize);
  ASSERT_TRUE(fake.has_listened());
  const ShmOptions options = exclusive(kPatience);
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_QUOTA, ShmOpen(L"MapName", &options, &channel));
}

TEST(Reply, ShorterThanAnyVersionGaveIsOfAnotherVersion) {
  FakeService fake(0, SHM_E_QUOTA, pipe::OpenReply::kFirstSize - 8);
  ASSERT_TRUE(fake.has_listened());
  const ShmOptions options = exclusive(kPatience);
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_VERSION, ShmOpen(L"MapName", &options, &channel));
}

TEST(Reply, WithAStatusThatNoCallerKnowsIsOneOfAnotherVersion) {
  FakeService fake(0, -999);
  ASSERT_TRUE(fake.has_listened());
  const ShmOptions options = exclusive(kPatience);
  ShmChannel channel = 0;
  EXPECT_SHM(SHM_E_VERSION, ShmOpen(L"MapName", &options, &channel));
}

}  // namespace
}  // namespace shmbroker::tests
