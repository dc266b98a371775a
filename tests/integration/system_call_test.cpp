// A write with nobody waiting, and a read of what is there, enter the kernel not once: while they run,
// whatever the DLL imports from Windows is replaced by a function that tells its name and ends the test.
#include <gmock/gmock.h>

#include <cstdio>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/channel_memory.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

constexpr size_t kMostImports = 256;
constexpr UINT kTrapped = 3;
const char* names[kMostImports];

template <size_t I>
void forbidden() {
  std::fprintf(stderr, "the DLL called %s\n", names[I]);
  std::fflush(stderr);
  TerminateProcess(GetCurrentProcess(), kTrapped);
}

template <size_t... I>
std::vector<void (*)()> make_all(std::index_sequence<I...>) {
  return {forbidden<I>...};
}

// These work within the process.
bool is_harmless(const std::string& name) {
  for (const char* harmless : {"AcquireSRWLockExclusive", "AcquireSRWLockShared", "ReleaseSRWLockExclusive",
                               "ReleaseSRWLockShared", "GetLastError", "SetLastError", "TlsGetValue",
                               "GetCurrentThreadId", "WakeByAddressAll", "WakeByAddressSingle"}) {
    if (name == harmless) return true;
  }
  return false;
}

// The imports of shmclient.dll from Windows, out of reach for as long as this lives. Of the C runtime, which
// copies memory for it, nothing is taken away.
class NoSystemCalls {
 public:
  NoSystemCalls() {
    auto* base = reinterpret_cast<std::byte*>(GetModuleHandleW(L"shmclient.dll"));
    const auto* dos = reinterpret_cast<IMAGE_DOS_HEADER*>(base);
    const auto* headers = reinterpret_cast<IMAGE_NT_HEADERS*>(base + dos->e_lfanew);
    const auto& directory = headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT];
    for (auto* dll = reinterpret_cast<IMAGE_IMPORT_DESCRIPTOR*>(base + directory.VirtualAddress);
         dll->Name != 0; ++dll) {
      const char* dll_name = reinterpret_cast<const char*>(base + dll->Name);
      if (_stricmp(dll_name, "msvcrt.dll") != 0 && _strnicmp(dll_name, "api-ms-win-crt", 14) != 0) {
        collect(base, *dll);
      }
    }
    static const std::vector<void (*)()> traps = make_all(std::make_index_sequence<kMostImports>());
    for (size_t i = 0; i < slots_.size(); ++i) set(slots_[i].first, reinterpret_cast<void*>(traps[i]));
  }
  ~NoSystemCalls() {
    for (const auto& [slot, original] : slots_) set(slot, original);
  }
  NoSystemCalls(const NoSystemCalls&) = delete;
  NoSystemCalls& operator=(const NoSystemCalls&) = delete;

  size_t count() const { return slots_.size(); }

 private:
  void collect(std::byte* base, const IMAGE_IMPORT_DESCRIPTOR& dll) {
    auto* name = reinterpret_cast<IMAGE_THUNK_DATA*>(base + dll.OriginalFirstThunk);
    auto* slot = reinterpret_cast<void**>(base + dll.FirstThunk);
    for (; name->u1.AddressOfData != 0; ++name, ++slot) {
      const auto* import = reinterpret_cast<IMAGE_IMPORT_BY_NAME*>(base + name->u1.AddressOfData);
      const char* text = reinterpret_cast<const char*>(import->Name);
      if (is_harmless(text) || slots_.size() == kMostImports) continue;
      names[slots_.size()] = text;
      slots_.emplace_back(slot, *slot);
    }
  }
  static void set(void** slot, void* function) {
    DWORD before = 0;
    VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &before);
    *slot = function;
    VirtualProtect(slot, sizeof *slot, before, &before);
  }

  std::vector<std::pair<void**, void*>> slots_;
};

class SystemCalls : public ServiceTest, public testing::WithParamInterface<const wchar_t*> {
 protected:
  SystemCalls()
      : ServiceTest(config_of(
            {block("block"), topic("wait", "wait"), topic("overwrite", "overwrite"), queue("queue")})) {}
};

TEST_P(SystemCalls, AreNoneInAWriteThatNobodyWaitsForAndInARead) {
  const Opened out(GetParam(), SHM_WRITE);
  const Opened in(GetParam(), SHM_READ);
  uint64_t wrong = 0;
  {
    const NoSystemCalls none;
    EXPECT_GT(none.count(), 50u);
    for (uint64_t number = 1; number <= 10'000; ++number) {
      uint64_t got = 0;
      size_t size = 0;
      const int32_t written = ShmWrite(out, &number, sizeof number, SHM_INFINITE);
      const int32_t read = ShmRead(in, &got, sizeof got, &size, SHM_INFINITE);
      if (written != SHM_OK || read != SHM_OK || size != sizeof got || got != number) ++wrong;
    }
  }
  EXPECT_EQ(wrong, 0u);
}

TEST_P(SystemCalls, AreNoneInPlaceAndInBatches) {
  const Opened out(GetParam(), SHM_WRITE);
  const Opened in(GetParam(), SHM_READ);
  const bool is_block = GetParam() == std::wstring(L"block");
  const char text[] = "in place";
  uint64_t wrong = 0;
  const auto must = [&](bool is_so) { wrong += is_so ? 0 : 1; };
  {
    const NoSystemCalls none;
    for (int round = 0; round < 1'000; ++round) {
      void* memory = nullptr;
      must((is_block ? ShmLock(out, &memory, nullptr, 0) : ShmLoan(out, sizeof text, &memory, 0)) == SHM_OK);
      std::memcpy(memory, text, sizeof text);
      must((is_block ? ShmUnlock(out, sizeof text) : ShmCommit(out, sizeof text)) == SHM_OK);
      const void* data = nullptr;
      size_t size = 0;
      must(ShmPeek(in, &data, &size, 0) == SHM_OK && std::memcmp(data, text, sizeof text) == 0);
      must(ShmRelease(in) == SHM_OK);

      ShmMessage messages[4] = {};
      for (ShmMessage& each : messages) {
        each.size = sizeof each;
        each.data = const_cast<char*>(text);
        each.length = sizeof text;
      }
      uint32_t count = 0;
      must(ShmWriteBatch(out, messages, 4, &count, 0) == SHM_OK && count == 4);
      char buffer[256];
      const int32_t status = ShmReadBatch(in, messages, 4, buffer, sizeof buffer, &count, 0);
      must(status >= 0 && count == (is_block ? 1u : 4u));
    }
  }
  EXPECT_EQ(wrong, 0u);
}

// Any reader can mark any slot. Opening an event for each mark made a writer ten thousand times slower.
TEST_P(SystemCalls, AreNoneForReadersThatAreMarkedAndNotThere) {
  const Opened out(GetParam(), SHM_WRITE);
  const ChannelMemory memory(GetParam(), FILE_MAP_WRITE);
  uint64_t wrong = 0;
  {
    const NoSystemCalls none;
    for (uint64_t number = 1; number <= 400; ++number) {  // a queue that nobody reads takes so many
      memory.readers().waiting.store(UINT64_MAX);
      memory.readers().waiting_takers.store(UINT64_MAX);
      if (ShmWrite(out, &number, sizeof number, 0) != SHM_OK) ++wrong;
    }
  }
  EXPECT_EQ(wrong, 0u);
}

INSTANTIATE_TEST_SUITE_P(Of, SystemCalls, testing::Values(L"block", L"wait", L"overwrite", L"queue"),
                         [](const auto& each) {
                           const std::wstring name = each.param;
                           return std::string(name.begin(), name.end());
                         });

class Trap : public ServiceTest {
 protected:
  Trap() : ServiceTest(config_of({block("block")})) {}
};

// Run by the test below, in a process of its own.
TEST(DISABLED_Trap, IsSteppedInto) {
  const Opened in(L"block", SHM_READ);
  const NoSystemCalls none;
  read(in, 1);
}

TEST_F(Trap, Springs) {
  const std::wstring program = (program_folder() / L"system_call_test.exe").wstring();
  Child child(L"\"" + program +
              L"\" --gtest_also_run_disabled_tests --gtest_filter=DISABLED_Trap.IsSteppedInto");
  DWORD exit_code = 0;
  EXPECT_THAT(child.rest(exit_code), testing::HasSubstr("the DLL called "));
  EXPECT_EQ(exit_code, kTrapped);
}

}  // namespace
}  // namespace shmbroker::tests
