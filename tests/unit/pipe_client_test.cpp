// Who is at the other end of a pipe, where a process id comes to mean another process.
#include "service/broker/pipe_client.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "win/security.h"

namespace shmbroker::service {
namespace {

constexpr DWORD kTick = 50;  // milliseconds: more than Windows rounds the time of a process's creation by

// A process that has begun just now, and does nothing.
class LaterProcess {
 public:
  LaterProcess() {
    Sleep(kTick);
    wchar_t path[MAX_PATH];
    GetModuleFileNameW(nullptr, path, MAX_PATH);
    STARTUPINFOW startup{};
    startup.cb = sizeof startup;
    PROCESS_INFORMATION made{};
    EXPECT_TRUE(CreateProcessW(path, nullptr, nullptr, nullptr, FALSE, CREATE_SUSPENDED, nullptr, nullptr,
                               &startup, &made));
    process_ = win::Handle(made.hProcess);
    CloseHandle(made.hThread);
    pid_ = made.dwProcessId;
    Sleep(kTick);
  }
  ~LaterProcess() { TerminateProcess(process_.get(), 0); }
  win::Handle open() const { return open_client(pid_); }

 private:
  win::Handle process_;
  DWORD pid_ = 0;
};

class PipeClientTest : public testing::Test {
 protected:
  PipeClientTest() {
    const std::wstring name = L"\\\\.\\pipe\\shmbroker-test." + std::to_wstring(GetCurrentProcessId());
    server_ = win::Handle(
        CreateNamedPipeW(name.c_str(), PIPE_ACCESS_DUPLEX, PIPE_TYPE_MESSAGE, 1, 0, 0, 0, nullptr));
    client_ = win::Handle(CreateFileW(name.c_str(), GENERIC_READ | GENERIC_WRITE, 0, nullptr, OPEN_EXISTING,
                                      SECURITY_SQOS_PRESENT | SECURITY_IDENTIFICATION, nullptr));
    EXPECT_TRUE(server_ && client_);
    ConnectNamedPipe(server_.get(), nullptr);
  }

  static win::Handle open_none(DWORD) { return {}; }
  static void expect_ended(PipeClient& client) {
    for (int i = 0; i < 2; ++i) {
      try {
        client.process();
        ADD_FAILURE() << "process " << client.identity().pid << " was taken for the client";
      } catch (const Error& error) {
        EXPECT_EQ(error.win32(), DWORD{ERROR_PROCESS_ABORTED}) << error.what();
      }
    }
  }

  win::Handle server_;
  win::Handle client_;
};

TEST_F(PipeClientTest, IsTheProcessThatHasConnected) {
  PipeClient client(server_.get());
  EXPECT_NE(client.process(), nullptr);
  EXPECT_EQ(client.identity(), (Client{GetCurrentProcessId(), creation_time(GetCurrentProcess())}));
  EXPECT_EQ(client.account(), win::process_user());
}

TEST_F(PipeClientTest, MayBeOpenedWhenItHasLetUs) {
  bool lets_us = false;
  PipeClient client(server_.get(), [&](DWORD pid) { return lets_us ? open_client(pid) : win::Handle(); });
  EXPECT_THROW(client.process(), Error);
  lets_us = true;
  EXPECT_NE(client.process(), nullptr);
  EXPECT_EQ(client.identity().created, creation_time(GetCurrentProcess()));
}

// The client ends after it has connected and before it lets us open it, and its id is another process's.
TEST_F(PipeClientTest, IsNoProcessThatHasBegunAfterItConnected) {
  const LaterProcess* later = nullptr;
  PipeClient client(server_.get(), [&](DWORD) { return later != nullptr ? later->open() : win::Handle(); });
  const LaterProcess begun;
  later = &begun;
  expect_ended(client);
}

// The same before we have looked at it at all.
TEST_F(PipeClientTest, ThatHasLeftBeforeItWasLookedAtIsNoProcessThatHasItsId) {
  client_.reset();
  const LaterProcess later;
  bool lets_us = true;
  const auto open = [&](DWORD) { return lets_us ? later.open() : win::Handle(); };
  PipeClient seen(server_.get(), open);
  expect_ended(seen);
  lets_us = false;
  PipeClient unseen(server_.get(), open);
  lets_us = true;
  expect_ended(unseen);
}

// After a restart of the service: the channel's memory names processes by id and time of creation.
TEST(ClientWatchTest, KnowsAProcessByItsTimeOfCreationToo) {
  EventLoop loop;
  ClientWatch watch(loop, [](const Client&) {});
  const Client own{GetCurrentProcessId(), creation_time(GetCurrentProcess())};
  EXPECT_TRUE(watch.add_known(own, L"channel"));
  EXPECT_FALSE(watch.add_known({own.pid, own.created - 1}, L"channel"));
  EXPECT_EQ(watch.slots(), 1u);
}

}  // namespace
}  // namespace shmbroker::service
