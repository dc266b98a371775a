// A service's memory in hostile hands: a client writes anything into what it may write, its own desk and the
// hints that all share, and then a server does, into the desks of its clients. SHM_STRESS_SECONDS: how long.
#include <windows.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "core/call_layout.h"
#include "tests/integration/calls.h"
#include "tests/support/seed.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"
#include "win/section.h"

namespace shmbroker::tests {
namespace {

constexpr uint32_t kOften = 50;  // milliseconds: a mark or a bell may have been taken off

class HostileCalls : public ServiceTest {
 protected:
  HostileCalls() : ServiceTest(config_of({service_channel("called", R"("max_calls": 4, )")})) {}

  static win::View map(const std::wstring& part, DWORD access) {
    const win::Handle section(OpenFileMappingW(access, FALSE, (object_prefix(L"called") + part).c_str()));
    win::View view = win::View::map(section.get(), access);
    EXPECT_TRUE(view) << GetLastError();
    return view;
  }
  static win::View map_desk(uint32_t slot) {
    const win::View list = map(L"clients", FILE_MAP_READ);
    const auto& clients = *reinterpret_cast<const core::ClientsSection*>(list.memory());
    const auto* records = reinterpret_cast<const core::ClientRecord*>(&clients + 1);
    return map(L"desk." + std::to_wstring(slot) + L"." + std::to_wstring(records[slot].generation.load()),
               FILE_MAP_WRITE);
  }
  static void let_pass() { Sleep(static_cast<DWORD>(stress::duration() / std::chrono::milliseconds(1))); }
};

// Writes words of all sorts into the memory, mostly where it begins.
class Scribbler {
 public:
  explicit Scribbler(win::View memory) : memory_(std::move(memory)) {
    thread_ = std::thread([this] {
      while (!over_) {
        for (int i = 0; i < 1000; ++i) scribble();
        Sleep(1);  // the others work, too
      }
    });
  }
  ~Scribbler() {
    over_ = true;
    thread_.join();
  }

 private:
  void scribble() {
    const uint64_t words = memory_.size() / 8;
    const uint64_t at = random_.below(random_.one_in(4) ? words : std::min<uint64_t>(words, 128));
    const uint64_t word =
        random_.one_in(3) ? random_.below(8) | random_.below(4) << 32 : random_.below(UINT64_MAX);
    std::atomic_ref(reinterpret_cast<uint64_t*>(memory_.memory())[at]).store(word, std::memory_order_relaxed);
  }

  win::View memory_;
  stress::Random random_{7};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

// Answers whatever it gets with the same and "!".
class EchoServer {
 public:
  EchoServer() {
    thread_ = std::thread([this] {
      while (!over_) {
        const Taken taken = serve(channel_, kOften);
        if (taken.status == SHM_OK) give(channel_, taken.token, taken.request + "!");
      }
    });
  }
  ~EchoServer() {
    over_ = true;
    thread_.join();
  }

 private:
  const Opened channel_{L"called", SHM_SERVER};
  std::atomic<bool> over_{false};
  std::thread thread_;
};

TEST_F(HostileCalls, AClientThatDamagesWhatItMayHarmsNoOther) {
  const EchoServer server;
  const Opened hostile(L"called", SHM_CLIENT);  // has the first desk
  const Opened honest(L"called", SHM_CLIENT);
  std::atomic<bool> over{false};
  int calls = 0;
  std::thread caller([&] {
    for (; !over; ++calls) {
      const std::string text = "honest " + std::to_string(calls);
      ASSERT_EQ(answer_of(honest, text), (Answer{SHM_OK, text + "!"}));
    }
  });
  {
    const Scribbler on_desk(map_desk(0));
    const Scribbler on_hints(map(L"readers", FILE_MAP_WRITE));
    let_pass();
  }
  over = true;
  caller.join();
  EXPECT_GT(calls, 10);
  EXPECT_EQ(answer_of(Opened(L"called", SHM_CLIENT), "next"), (Answer{SHM_OK, "next!"}))
      << "the service lives";
}

TEST_F(HostileCalls, AServerThatDamagesADeskCrashesNoClient) {
  std::optional<EchoServer> server;
  server.emplace();
  {
    const Opened client(L"called", SHM_CLIENT);
    const Scribbler scribbler(map_desk(0));
    const auto end = std::chrono::steady_clock::now() + stress::duration();
    while (std::chrono::steady_clock::now() < end) {
      const Answer answer = answer_of(client, "any", kOften);
      EXPECT_LE(answer.text.size(), kCallBytes);
      const void* seen = nullptr;
      size_t size = 0;
      ShmToken token = 0;
      if (ShmCallBegin(client, "any", 3, &token, 0) != SHM_OK) continue;
      if (ShmCallPeek(client, token, &seen, &size, kOften) == SHM_OK) {
        EXPECT_LE(size, kCallBytes);
      }
      ShmCallCancel(client, token);
    }
  }
  const Opened next(L"called", SHM_CLIENT);
  EXPECT_EQ(answer_of(next, "whole"), (Answer{SHM_OK, "whole!"}));
}

}  // namespace
}  // namespace shmbroker::tests
