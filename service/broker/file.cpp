#include "service/broker/file.h"

#include <windows.h>

#include <algorithm>

#include "core/crash_point.h"
#include "service/support/error.h"

namespace shmbroker::service {
namespace {

// Bytes of one ReadFile or WriteFile.
#ifdef SHM_CRASH_POINTS
constexpr DWORD kMostAtOnce = 5;  // the tests cut a write off anywhere
#else
constexpr DWORD kMostAtOnce = 1 << 20;
#endif

OVERLAPPED place(uint64_t offset) {
  OVERLAPPED at{};
  at.Offset = static_cast<DWORD>(offset);
  at.OffsetHigh = static_cast<DWORD>(offset >> 32);
  return at;
}

}  // namespace

uint64_t File::size() const {
  LARGE_INTEGER size;
  if (!GetFileSizeEx(handle_.get(), &size)) throw win32_error("cannot ask for the size of " + name_);
  return static_cast<uint64_t>(size.QuadPart);
}

void File::resize(uint64_t size) {
  FILE_END_OF_FILE_INFO end;
  end.EndOfFile.QuadPart = static_cast<LONGLONG>(size);
  SHM_CRASH_POINT("file.resize");
  if (!SetFileInformationByHandle(handle_.get(), FileEndOfFileInfo, &end, sizeof end)) {
    throw win32_error("cannot make the file " + name_ + " " + std::to_string(size) + " bytes long");
  }
}

void File::read(uint64_t at, std::span<std::byte> to) const {
  while (!to.empty()) {
    OVERLAPPED where = place(at);
    DWORD bytes = 0;
    const auto wanted = static_cast<DWORD>(std::min<size_t>(to.size(), kMostAtOnce));
    if (!ReadFile(handle_.get(), to.data(), wanted, &bytes, &where) || bytes == 0) {
      throw win32_error("cannot read the file " + name_);
    }
    to = to.subspan(bytes);
    at += bytes;
  }
}

void File::write(uint64_t at, std::span<const std::byte> from) {
  while (!from.empty()) {
    SHM_CRASH_POINT("file.write");
    OVERLAPPED where = place(at);
    DWORD bytes = 0;
    const auto wanted = static_cast<DWORD>(std::min<size_t>(from.size(), kMostAtOnce));
    if (!WriteFile(handle_.get(), from.data(), wanted, &bytes, &where) || bytes == 0) {
      throw win32_error("cannot write the file " + name_);
    }
    from = from.subspan(bytes);
    at += bytes;
  }
}

void File::flush() {
  SHM_CRASH_POINT("file.flush");
  if (!FlushFileBuffers(handle_.get())) throw win32_error("cannot bring the file " + name_ + " to the disk");
}

std::wstring final_path(HANDLE file, const std::string& name) {
  std::wstring path(MAX_PATH, L'\0');
  for (;;) {
    const DWORD length =
        GetFinalPathNameByHandleW(file, path.data(), static_cast<DWORD>(path.size()), FILE_NAME_NORMALIZED);
    if (length == 0) throw win32_error("cannot find out where " + name + " is");
    const bool enough = length < path.size();
    path.resize(length);
    if (enough) return path;
  }
}

}  // namespace shmbroker::service
