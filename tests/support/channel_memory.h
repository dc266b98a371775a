// A channel's memory as no client sees it: a test looks here whether another thread really waits by now, or
// writes what somebody hostile might.
#pragma once

#include <windows.h>

#include <stdexcept>
#include <string>

#include "core/layout.h"
#include "tests/support/service_fixture.h"
#include "win/section.h"

namespace shmbroker::tests {

class ChannelMemory {
 public:
  // access: FILE_MAP_READ or FILE_MAP_WRITE.
  explicit ChannelMemory(const std::wstring& channel, DWORD access = FILE_MAP_READ)
      : access_(access),
        data_section_(open(channel, L"data")),
        readers_section_(open(channel, L"readers")),
        data_(map(data_section_)),
        readers_(map(readers_section_)) {}

  core::DataSection& data() const { return *reinterpret_cast<core::DataSection*>(data_.memory()); }
  core::ReadersSection& readers() const {
    return *reinterpret_cast<core::ReadersSection*>(readers_.memory());
  }

  // A reader waits for a message.
  bool reader_waits() const { return marks() != 0; }

  // As many readers wait as there can be.
  bool all_readers_wait() const { return marks() == UINT64_MAX; }

  // Readers that wait for a message, a bit each.
  uint64_t marks() const { return readers().waiting.load() | readers().waiting_takers.load(); }
  void clear_marks() const {
    readers().waiting.store(0);
    readers().waiting_takers.store(0);
  }

  // A writer waits for the lock that another one holds.
  bool writer_waits() const { return data().lock.awaited.load() != 0; }

  // A writer waits until there is room.
  bool writer_waits_for_room() const { return readers().waiting_writers.load() != 0; }

  HANDLE data_section() const { return data_section_.get(); }
  HANDLE readers_section() const { return readers_section_.get(); }

 private:
  win::Handle open(const std::wstring& channel, const wchar_t* part) const {
    win::Handle section(OpenFileMappingW(access_, FALSE, (object_prefix(channel) + part).c_str()));
    if (!section) throw std::runtime_error("cannot open the channel's section");
    return section;
  }
  win::View map(const win::Handle& section) const {
    win::View view = win::View::map(section.get(), access_);
    if (!view) throw std::runtime_error("cannot map the channel's section");
    return view;
  }

  DWORD access_;
  win::Handle data_section_;
  win::Handle readers_section_;
  win::View data_;
  win::View readers_;
};

}  // namespace shmbroker::tests
