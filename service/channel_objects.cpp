#include "service/channel_objects.h"

#include "service/error.h"

namespace shmbroker::service {
namespace {

Error taken(const std::wstring& name, const std::string& why) {
  return Error("the name " + win::display_utf8(name) + " is taken: " + why +
                   ". End the program that made it, or give the channel another name",
               ERROR_ALREADY_EXISTS);
}

// Somebody else may have made an object of our name first, and be waiting for us to use it.
void check_owner(HANDLE object, const std::wstring& name, const std::wstring& owner) {
  const std::wstring found = win::object_owner(object);
  if (found == owner) return;
  throw taken(name, "it belongs to " + win::display_utf8(win::account_name(found)) + ", not to the service");
}

std::wstring reader_part(uint32_t slot, uint32_t generation) {
  return L"reader." + std::to_wstring(slot) + L"." + std::to_wstring(generation);
}

}  // namespace

ChannelObjects::ChannelObjects(const std::wstring& prefix, const Identity& identity,
                               const AccessConfig& access, uint64_t data_size, uint64_t readers_size)
    : prefix_(prefix),
      identity_(identity),
      access_(resolve_access(access)),
      rights_(describe(Object::channel, access_, identity)),
      mutex_(named(Object::writer_mutex, L"mutex")),
      lock_event_(named(Object::lock_event, L"lock")),
      space_event_(named(Object::space_event, L"space")) {
  bool data_was_there = false;
  bool readers_were_there = false;
  data_section_ = section(Object::data, L"data", data_size, data_was_there);
  readers_section_ = section(Object::readers, L"readers", readers_size, readers_were_there);
  found_ = data_was_there && readers_were_there   ? Found::both
           : data_was_there || readers_were_there ? Found::one
                                                  : Found::none;
  data_ = win::View::map(data_section_.get(), FILE_MAP_WRITE);
  readers_ = win::View::map(readers_section_.get(), FILE_MAP_WRITE);
  if (!data_ || !readers_) throw win32_error("cannot map the memory");
}

bool ChannelObjects::exist(const std::wstring& prefix) {
  return win::Handle(OpenFileMappingW(FILE_MAP_READ, FALSE, (prefix + L"data").c_str())).get() != nullptr;
}

// Creates a mutex or an event. One that is there already is taken over if it belongs to this broker's
// account: it has no content that could deceive.
win::Handle ChannelObjects::named(Object object, const wchar_t* part) const {
  const auto descriptor = describe(object, access_, identity_);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const std::wstring full = name(part);
  win::Handle handle(object == Object::writer_mutex ? CreateMutexW(&security, FALSE, full.c_str())
                                                    : CreateEventW(&security, FALSE, FALSE, full.c_str()));
  const DWORD error = GetLastError();
  if (!handle) throw taken(full, win::display_utf8(win::error_text(error)));
  if (error == ERROR_ALREADY_EXISTS) check_owner(handle.get(), full, identity_.owner);
  return handle;
}

win::Handle ChannelObjects::section(Object object, const wchar_t* part, uint64_t size,
                                    bool& was_there) const {
  const auto descriptor = describe(object, access_, identity_);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const std::wstring full = name(part);
  win::Handle handle = win::create_section(full.c_str(), size, security);
  const DWORD error = GetLastError();
  if (!handle && (error == ERROR_ACCESS_DENIED || error == ERROR_INVALID_HANDLE)) {
    throw taken(full, win::display_utf8(win::error_text(error)));
  }
  if (!handle) throw win32_error("cannot create " + std::to_string(size) + " bytes of memory", error);
  was_there = error == ERROR_ALREADY_EXISTS;
  if (was_there) check_owner(handle.get(), full, identity_.owner);
  return handle;
}

// Its DACL, and the label that lets programs of low integrity in or keeps them out.
void ChannelObjects::change(HANDLE handle, const win::SecurityDescriptor& descriptor) const {
  if (!SetKernelObjectSecurity(handle, DACL_SECURITY_INFORMATION | LABEL_SECURITY_INFORMATION,
                               descriptor.get())) {
    throw win32_error("cannot change who may use " + win::display_utf8(prefix_));
  }
}

void ChannelObjects::set_access(const Access& access) {
  change(data_section_.get(), describe(Object::data, access, identity_));
  change(readers_section_.get(), describe(Object::readers, access, identity_));
  change(mutex_.get(), describe(Object::writer_mutex, access, identity_));
  change(lock_event_.get(), describe(Object::lock_event, access, identity_));
  change(space_event_.get(), describe(Object::space_event, access, identity_));
  rights_ = describe(Object::channel, access, identity_);
  access_ = access;
}

void ChannelObjects::set_access(HANDLE reader_event, const Present& present) const {
  change(reader_event, describe(Object::reader_event, access_, identity_, present));
}

win::Handle ChannelObjects::make_reader_event(uint32_t slot, uint32_t generation,
                                              const Present& present) const {
  const std::wstring full = prefix_ + reader_part(slot, generation);
  const auto descriptor = describe(Object::reader_event, access_, identity_, present);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  win::Handle event(CreateEventW(&security, FALSE, FALSE, full.c_str()));
  const DWORD error = GetLastError();
  if (error == ERROR_ALREADY_EXISTS || error == ERROR_ACCESS_DENIED || error == ERROR_INVALID_HANDLE) {
    throw taken(full, win::display_utf8(win::error_text(error)));
  }
  if (!event) throw win32_error("cannot make the event " + win::display_utf8(full), error);
  return event;
}

win::Handle ChannelObjects::find_reader_event(uint32_t slot, uint32_t generation) const {
  const std::wstring full = prefix_ + reader_part(slot, generation);
  return win::Handle(OpenEventW(EVENT_ALL_ACCESS, FALSE, full.c_str()));
}

}  // namespace shmbroker::service
