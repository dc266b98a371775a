// A channel's memory as no client sees it: a test looks here whether another thread really waits by now.
#pragma once

#include <windows.h>

#include <stdexcept>
#include <string>

#include "core/layout.h"
#include "core/win/section.h"

namespace shmbroker::tests {

class ChannelMemory {
 public:
  explicit ChannelMemory(const std::wstring& channel)
      : data_section_(open(channel, L".data")),
        readers_section_(open(channel, L".readers")),
        data_(map(data_section_)),
        readers_(map(readers_section_)) {}

  // A reader waits for a message.
  bool reader_waits() const {
    return reinterpret_cast<core::ReadersSection*>(readers_.memory())->waiting.load() != 0;
  }

  // As many readers wait as there can be.
  bool all_readers_wait() const {
    return reinterpret_cast<core::ReadersSection*>(readers_.memory())->waiting.load() == UINT64_MAX;
  }

  // A writer waits for the lock that another one holds: the upper bit of the lock's word.
  bool writer_waits() const {
    return (reinterpret_cast<core::DataSection*>(data_.memory())->lock.word.load() & 0x80000000u) != 0;
  }

  // A writer waits until there is room.
  bool writer_waits_for_room() const {
    return reinterpret_cast<core::ReadersSection*>(readers_.memory())->waiting_writers.load() != 0;
  }

  HANDLE data_section() const { return data_section_.get(); }
  HANDLE readers_section() const { return readers_section_.get(); }

 private:
  static win::Handle open(const std::wstring& channel, const wchar_t* part) {
    win::Handle section(
        OpenFileMappingW(FILE_MAP_READ, FALSE, (L"Global\\ShmBroker." + channel + part).c_str()));
    if (!section) throw std::runtime_error("cannot open the channel's section");
    return section;
  }
  static win::View map(const win::Handle& section) {
    win::View view = win::View::map(section.get(), FILE_MAP_READ);
    if (!view) throw std::runtime_error("cannot map the channel's section");
    return view;
  }

  win::Handle data_section_;
  win::Handle readers_section_;
  win::View data_;
  win::View readers_;
};

}  // namespace shmbroker::tests
