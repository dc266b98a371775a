#include "win/section.h"

namespace shmbroker::win {

View View::map(HANDLE section, DWORD access) {
  View view;
  void* memory = MapViewOfFile(section, access, 0, 0, 0);
  if (memory == nullptr) return view;
  view.memory_ = static_cast<std::byte*>(memory);
  MEMORY_BASIC_INFORMATION info{};
  if (VirtualQuery(memory, &info, sizeof info) == sizeof info) view.size_ = info.RegionSize;
  return view;
}

void View::reset() {
  if (memory_ == nullptr) return;
  KeepLastError keep;
  UnmapViewOfFile(std::exchange(memory_, nullptr));
  size_ = 0;
}

Handle create_section(const wchar_t* name, uint64_t size, SECURITY_ATTRIBUTES& security) {
  return Handle(CreateFileMappingW(INVALID_HANDLE_VALUE, &security, PAGE_READWRITE,
                                   static_cast<DWORD>(size >> 32), static_cast<DWORD>(size), name));
}

}  // namespace shmbroker::win
