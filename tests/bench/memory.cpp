#include "tests/bench/memory.h"

#include <windows.h>

#include "win/text.h"

namespace shmbroker::bench {

std::runtime_error win32_failure(const std::string& what) {
  return std::runtime_error(what + ": " + win::display_utf8(win::error_text(GetLastError())));
}

std::wstring wide(const std::string& utf8) { return win::to_utf16(utf8).value_or(L""); }

SharedMemory::SharedMemory(const std::string& name, uint64_t size) {
  SECURITY_ATTRIBUTES security{sizeof security, nullptr, FALSE};
  section_ = win::create_section(wide("Local\\" + name).c_str(), size, security);
  if (!section_) throw win32_failure("cannot create a section");
  view_ = win::View::map(section_.get(), FILE_MAP_WRITE);
  if (!view_) throw win32_failure("cannot map a section");
}

}  // namespace shmbroker::bench
