// The DLL as plug-ins use it: loaded and unloaded, several times and several of it in one process.
#include <windows.h>

#include <psapi.h>

#include <thread>

#include "tests/support/rings.h"
#include "tests/support/stopped_process.h"
#include "win/handle.h"

namespace shmbroker::tests {
namespace {

// A copy of shmclient.dll, which to Windows is another DLL.
class Copy {
 public:
  explicit Copy(const wchar_t* name) : path_(folder_.path() / name) {
    std::filesystem::copy_file(program_folder() / L"shmclient.dll", path_);
  }
  ~Copy() {
    while (GetModuleHandleW(path_.c_str()) != nullptr) unload();
  }

  void load() { ASSERT_NE(LoadLibraryW(path_.c_str()), nullptr) << GetLastError(); }
  void unload() const { FreeLibrary(GetModuleHandleW(path_.c_str())); }
  bool is_loaded() const { return GetModuleHandleW(path_.c_str()) != nullptr; }

  template <class Function>
  Function* function(Function&, const char* name) const {
    return reinterpret_cast<Function*>(
        reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(path_.c_str()), name)));
  }

  ShmChannel open(const wchar_t* name, uint32_t access) const {
    const ShmOptions options = options_for(access);
    ShmChannel channel = 0;
    EXPECT_SHM(SHM_OK, function(ShmOpen, "ShmOpen")(name, &options, &channel));
    return channel;
  }
  int32_t close(ShmChannel channel) const { return function(ShmClose, "ShmClose")(channel); }
  int32_t notify(ShmChannel channel, HWND window) const {
    return function(ShmNotifyWindow, "ShmNotifyWindow")(channel, window, WM_APP, 0);
  }

 private:
  TempFolder folder_;
  std::filesystem::path path_;
};

// What a process has only so many of.
struct Used {
  DWORD thread_local_index;
  DWORD fiber_local_index;
  DWORD handles;
  size_t memory;
};
Used used_now() {
  Used used{};
  used.thread_local_index = TlsAlloc();
  TlsFree(used.thread_local_index);
  used.fiber_local_index = FlsAlloc(nullptr);
  FlsFree(used.fiber_local_index);
  GetProcessHandleCount(GetCurrentProcess(), &used.handles);
  PROCESS_MEMORY_COUNTERS counters{};
  GetProcessMemoryInfo(GetCurrentProcess(), &counters, sizeof counters);
  used.memory = counters.PagefileUsage;
  return used;
}

class Unload : public Rings {
 protected:
  Unload() : copy_(L"copy.dll") {}

  uint32_t readers(const wchar_t* name) { return info_of(Opened(name, SHM_WRITE)).readers; }

  Copy copy_;
};

// Each round on a thread that lives on, and on one that ends before.
TEST_F(Unload, LeavesNothingBehindHoweverOften) {
  const auto use = [&] {
    EXPECT_SHM(SHM_E_HANDLE, copy_.close(5));  // with a text for ShmLastErrorText
    const ShmChannel channel = copy_.open(L"queue", SHM_READ | SHM_WRITE);
    char text[16];
    size_t size = 0;
    EXPECT_SHM(SHM_E_EMPTY, copy_.function(ShmRead, "ShmRead")(channel, text, sizeof text, &size, 1));
    EXPECT_SHM(SHM_OK, copy_.close(channel));
  };
  const auto round = [&] {
    copy_.load();
    std::thread(use).join();
    use();
    copy_.unload();
    ASSERT_FALSE(copy_.is_loaded());
  };
  for (int i = 0; i < 5; ++i) round();
  const Used before = used_now();
  constexpr int kRounds = 100;
  for (int i = 0; i < kRounds; ++i) round();
  const Used after = used_now();
  EXPECT_EQ(after.thread_local_index, before.thread_local_index);
  EXPECT_EQ(after.fiber_local_index, before.fiber_local_index);
  EXPECT_LE(after.handles, before.handles + 5);
  EXPECT_LE(after.memory, before.memory + kRounds * 1024) << "a thread's text alone would be twice that";
}

TEST_F(Unload, ClosesWhatIsOpen) {
  copy_.load();
  copy_.open(L"queue", SHM_READ | SHM_WRITE);
  copy_.open(L"block", SHM_READ);
  EXPECT_EQ(readers(L"queue"), 1u);
  copy_.unload();
  EXPECT_FALSE(copy_.is_loaded());
  EXPECT_EQ(readers(L"queue"), 0u);
  EXPECT_EQ(readers(L"block"), 0u);
}

TEST_F(Unload, DoesNotWaitLongForAServiceThatDoesNotAnswer) {
  copy_.load();
  for (int i = 0; i < 10; ++i) copy_.open(L"queue", SHM_READ);
  const Stopped stopped(service.status().dwProcessId);
  const ULONGLONG begin = GetTickCount64();
  copy_.unload();
  EXPECT_LT(GetTickCount64() - begin, 10'000u) << "2 seconds for each channel would be 20";
  EXPECT_FALSE(copy_.is_loaded());
}

TEST_F(Unload, ComesWhenNoWindowIsNotifiedAnyMore) {
  const HWND window =
      CreateWindowExW(0, L"STATIC", L"", 0, 0, 0, 0, 0, HWND_MESSAGE, nullptr, nullptr, nullptr);
  copy_.load();
  const ShmChannel channel = copy_.open(L"queue", SHM_READ);
  EXPECT_SHM(SHM_OK, copy_.notify(channel, window));
  copy_.unload();
  ASSERT_TRUE(copy_.is_loaded());
  write(Opened(L"queue", SHM_WRITE), "x");
  MSG message;
  EXPECT_TRUE(eventually([&] { return PeekMessageW(&message, window, WM_APP, WM_APP, PM_REMOVE) != FALSE; }));
  copy_.load();
  EXPECT_SHM(SHM_OK, copy_.notify(channel, nullptr));
  copy_.unload();
  EXPECT_TRUE(eventually([&] { return !copy_.is_loaded(); }));
  DestroyWindow(window);
}

TEST_F(Unload, CopiesOfTheDllHaveHandlesOfTheirOwn) {
  Copy other(L"other.dll");
  copy_.load();
  other.load();
  for (int i = 0; i < 20; ++i) {
    const ShmChannel ours = copy_.open(L"queue", SHM_READ);
    const ShmChannel theirs = other.open(L"queue", SHM_READ);
    EXPECT_SHM(SHM_E_HANDLE, copy_.close(theirs));
    EXPECT_SHM(SHM_E_HANDLE, other.close(ours));
    EXPECT_SHM(SHM_E_HANDLE, ShmClose(ours));
  }
}

}  // namespace
}  // namespace shmbroker::tests
