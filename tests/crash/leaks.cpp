#include "tests/crash/leaks.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "tests/support/service_fixture.h"
#include "tests/support/shm_testing.h"

namespace shmbroker::tests {
namespace {

struct OpenHandle {
  void* object;
  ULONG_PTR pid;
  ULONG_PTR handle;
  ULONG access;
  USHORT trace;
  USHORT type;
  ULONG attributes;
  ULONG reserved;
};
struct OpenHandles {
  ULONG_PTR count;
  ULONG_PTR reserved;
  OpenHandle handles[1];
};
using QuerySystemInformation = LONG(WINAPI*)(ULONG, void*, ULONG, ULONG*);
constexpr ULONG kSystemExtendedHandleInformation = 64;

ShmInfo listed(const std::wstring& channel) {
  ShmInfo list[16] = {};
  list[0].size = sizeof(ShmInfo);
  uint32_t count = 0;
  EXPECT_SHM(SHM_OK, ShmListChannels(list, 16, &count));
  const auto* found =
      std::find_if(list, list + count, [&](const ShmInfo& info) { return channel == info.name; });
  EXPECT_NE(found, list + count);
  return found == list + count ? ShmInfo{} : *found;
}

}  // namespace

size_t handle_count(DWORD pid) {
  std::vector<std::byte> memory(4 << 20);
  const auto query = reinterpret_cast<QuerySystemInformation>(
      reinterpret_cast<void*>(GetProcAddress(GetModuleHandleW(L"ntdll"), "NtQuerySystemInformation")));
  if (query == nullptr || query(kSystemExtendedHandleInformation, memory.data(),
                                static_cast<ULONG>(memory.size()), nullptr) != 0) {
    ADD_FAILURE() << "cannot list the open handles";
    return 0;
  }
  const auto& all = *reinterpret_cast<const OpenHandles*>(memory.data());
  return static_cast<size_t>(std::count_if(all.handles, all.handles + all.count,
                                           [pid](const OpenHandle& each) { return each.pid == pid; }));
}

void expect_places(const std::wstring& channel, uint32_t readers, uint32_t writers) {
  ShmInfo last{};
  const bool right = eventually([&] {
    last = listed(channel);
    return last.readers == readers && last.writers == writers;
  });
  EXPECT_TRUE(right) << "the service has " << last.readers << " readers and " << last.writers << " writers";
  const Opened witness(channel.c_str());
  const uint32_t reads = last.kind == SHM_SERVICE ? 0 : 1;  // it calls, and does not serve as well
  EXPECT_EQ(info_of(witness).readers, readers + reads);
  EXPECT_EQ(info_of(witness).writers, writers + 1);
}

void expect_every_place(const std::wstring& channel) {
  std::vector<std::unique_ptr<Opened>> all;
  for (int i = 0; i < 64; ++i) all.push_back(std::make_unique<Opened>(channel.c_str()));
  ShmChannel one_more = 0;
  EXPECT_SHM(SHM_E_BUSY, ShmOpen(channel.c_str(), nullptr, &one_more));
}

}  // namespace shmbroker::tests
