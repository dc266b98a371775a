// Processes and threads that end in the midst of everything, and nobody waits for them.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/rings.h"
#include "tests/support/stopped_process.h"

namespace shmbroker::tests {
namespace {

using testing::HasSubstr;

class Leaver {
 public:
  explicit Leaver(const std::wstring& how)
      : child_(L"\"" + (program_folder() / L"leaver.exe").wstring() + L"\" " + how) {
    EXPECT_EQ(child_.receive(), "ready");
  }

  // Has it return from main, and waits for its end. Returns what it said meanwhile. Throws if it does not
  // end.
  std::string leave() {
    child_.send("leave");
    DWORD exit_code = 0;
    const std::string said = child_.rest(exit_code);
    EXPECT_EQ(exit_code, 7u);
    return said;
  }
  DWORD pid() const { return child_.pid(); }

 private:
  Child child_;
};

class ProcessEnd : public Rings {};

// Its callback may run at that moment, or wait for a thread that is gone.
TEST_F(ProcessEnd, IsNotHeldUpByAWindowThatIsNotified) {
  std::atomic<bool> over = false;
  std::thread writer([&] {
    const Opened out(L"overwrite", SHM_WRITE);
    while (!over) write(out, "x");
  });
  const Opened waiting(L"wait", SHM_WRITE);
  for (int round = 0; round < 30; ++round) {
    Leaver leaver(L"window");
    EXPECT_EQ(leaver.leave(), "");
    for (uint64_t i = 0; i < 200; ++i) EXPECT_SHM(SHM_OK, write(waiting, numbered(i), kPatience));
    if (HasFailure()) break;
  }
  over = true;
  writer.join();
}

TEST_F(ProcessEnd, AsksNothingOfAServiceThatDoesNotAnswer) {
  Leaver leaver(L"many");
  EXPECT_EQ(info_of(Opened(L"wait", SHM_WRITE)).readers, 10u);
  {
    const Stopped stopped(service.status().dwProcessId);
    const ULONGLONG begin = GetTickCount64();
    EXPECT_EQ(leaver.leave(), "");
    EXPECT_LT(GetTickCount64() - begin, 10'000u) << "asked for each channel it would take 20 seconds";
  }
  const Opened out(L"wait", SHM_WRITE);
  EXPECT_TRUE(eventually([&] { return info_of(out).readers == 0; })) << "the service buries the process";
}

TEST_F(ProcessEnd, EndsWhatOtherDllsWaitForThen) {
  Leaver leaver(L"plug-in");
  const ChannelMemory memory(L"queue");
  EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  EXPECT_EQ(leaver.leave(), "right");
}

// ---- threads

// A thread that waits in a read of "queue".
class WaitingReader {
 public:
  explicit WaitingReader(ShmChannel channel) : channel_(channel) {
    const ChannelMemory memory(L"queue");
    EXPECT_TRUE(eventually([&] { return memory.reader_waits(); }));
  }
  WaitingReader(const WaitingReader&) = delete;
  WaitingReader& operator=(const WaitingReader&) = delete;

  HANDLE thread() const { return thread_.get(); }
  void terminate() const {
    TerminateThread(thread(), 0);
    EXPECT_EQ(WaitForSingleObject(thread(), kPatience), WAIT_OBJECT_0);
  }
  // What its read returns.
  int32_t finish() const {
    EXPECT_EQ(WaitForSingleObject(thread(), kPatience), WAIT_OBJECT_0);
    DWORD status = 0;
    GetExitCodeThread(thread(), &status);
    return static_cast<int32_t>(status);
  }

 private:
  static DWORD WINAPI run(void* self) {
    return static_cast<DWORD>(read(static_cast<const WaitingReader*>(self)->channel_, SHM_INFINITE).status);
  }

  const ShmChannel channel_;
  const win::Handle thread_{CreateThread(nullptr, 0, run, this, 0, nullptr)};
};

class ThreadEnd : public Rings {};

TEST_F(ThreadEnd, InAWaitHoldsUpNoClose) {
  const Opened out(L"queue", SHM_WRITE);
  Opened in(L"queue", SHM_READ);
  WaitingReader reader(in);
  reader.terminate();
  in.close();
  EXPECT_EQ(info_of(out).readers, 0u) << "its place is free";
}

TEST_F(ThreadEnd, IsNotTakenForGrantedOfASuspendedThreadWhichCloseTells) {
  Opened in(L"queue", SHM_READ);
  WaitingReader reader(in);
  SuspendThread(reader.thread());
  EXPECT_SHM(SHM_E_TIMEOUT, ShmClose(in));
  EXPECT_THAT(ShmLastErrorTextUtf8(), HasSubstr("does not come back from a call on this handle"));
  EXPECT_EQ(info_of(in).readers, 1u) << "it is not closed";
  ResumeThread(reader.thread());
  EXPECT_SHM(SHM_E_CLOSED, reader.finish());
  in.close();
}

}  // namespace
}  // namespace shmbroker::tests
