// The kernel objects of a channel: two sections, a mutex, events. Made by the broker, or taken over from its
// last run.
#pragma once

#include <string>
#include <vector>

#include "core/layout.h"
#include "core/win/section.h"
#include "service/access.h"
#include "service/config.h"

namespace shmbroker::service {

class ChannelObjects {
 public:
  // prefix: how the objects' names begin. identity: the broker's. Throws Error, also where
  // somebody else has a name.
  ChannelObjects(const std::wstring& prefix, const Identity& identity, const AccessConfig& access,
                 uint64_t data_size, uint64_t readers_size);

  // Sections that were there already. They belong to the broker's account; nothing else about them is known.
  enum class Found { none, one, both };
  Found found() const { return found_; }

  // Whether there are sections of these names at all.
  static bool exist(const std::wstring& prefix);

  const Access& access() const { return access_; }

  // Handles that are open keep the rights that they have. The second: of a reader's event, to the access that the first
  // has set. Throws Error.
  void set_access(const Access& access);
  void set_access(HANDLE reader_event, const Present& present) const;

  uint32_t rights_of(HANDLE token) const { return service::rights_of(token, rights_); }
  const win::SecurityDescriptor& rights() const { return rights_; }

  // A reader's event has a name of its own for each client that its place ever had. Throws Error.
  win::Handle make_reader_event(uint32_t slot, uint32_t generation, const Present& present) const;
  win::Handle find_reader_event(uint32_t slot, uint32_t generation) const;

  std::wstring name(const wchar_t* part) const { return prefix_ + part; }
  core::DataSection& data() const { return *reinterpret_cast<core::DataSection*>(data_.memory()); }
  core::ReadersSection& readers() const {
    return *reinterpret_cast<core::ReadersSection*>(readers_.memory());
  }
  uint64_t data_size() const { return data_.size(); }
  uint64_t readers_size() const { return readers_.size(); }
  HANDLE data_section() const { return data_section_.get(); }
  HANDLE readers_section() const { return readers_section_.get(); }
  HANDLE lock_event() const { return lock_event_.get(); }
  HANDLE space_event() const { return space_event_.get(); }

 private:
  void change(HANDLE handle, const win::SecurityDescriptor& descriptor) const;
  win::Handle named(Object object, const wchar_t* part) const;
  win::Handle section(Object object, const wchar_t* part, uint64_t size, bool& was_there) const;

  std::wstring prefix_;
  Identity identity_;
  Access access_;
  win::SecurityDescriptor rights_;
  Found found_ = Found::none;
  win::Handle mutex_;
  win::Handle lock_event_;
  win::Handle space_event_;
  win::Handle data_section_;
  win::Handle readers_section_;
  win::View data_;
  win::View readers_;
};

}  // namespace shmbroker::service
