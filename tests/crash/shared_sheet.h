// The sheet of load.h and its workers, as the test that starts them has them.
#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "tests/crash/load.h"
#include "tests/support/peer_process.h"
#include "tests/support/service_fixture.h"
#include "tests/support/widths.h"
#include "win/section.h"

namespace shmbroker::tests {

// A channel's Sheet in a named section that the workers open.
class SharedSheet {
 public:
  explicit SharedSheet(const std::string& channel)
      : name_("Local\\shmbroker-kills-" + std::to_string(GetCurrentProcessId()) + "-" + channel),
        section_(CreateFileMappingA(INVALID_HANDLE_VALUE, nullptr, PAGE_READWRITE, 0, sizeof(Sheet),
                                    name_.c_str())),
        view_(win::View::map(section_.get(), FILE_MAP_WRITE)) {
    if (!view_) throw std::runtime_error("cannot make a sheet");
  }
  const std::string& name() const { return name_; }
  Sheet* operator->() const { return reinterpret_cast<Sheet*>(view_.memory()); }
  uint32_t tickets() const {
    const uint32_t taken = (*this)->next;
    return taken < kTickets ? taken : kTickets;
  }

 private:
  std::string name_;
  win::Handle section_;
  win::View view_;
};

// role: see worker.cpp. Where there are 32-bit programs, every other worker is one.
inline std::unique_ptr<Child> start_worker(const std::string& role, const std::string& channel,
                                           const SharedSheet& sheet) {
  static uint32_t started = 0;
  const std::filesystem::path x86 = x86_programs();
  const bool is_x86 = !x86.empty() && started++ % 2 == 1;
  const std::filesystem::path program = (is_x86 ? x86 : program_folder()) / L"worker.exe";
  const std::string arguments = role + " " + channel + " " + sheet.name();
  return std::make_unique<Child>(L"\"" + program.wstring() + L"\" " +
                                 std::wstring(arguments.begin(), arguments.end()));
}

}  // namespace shmbroker::tests
