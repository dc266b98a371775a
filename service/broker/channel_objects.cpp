#include "service/broker/channel_objects.h"

#include "service/support/error.h"

namespace shmbroker::service {
namespace {

Error taken(const std::wstring& name, const std::string& why) {
  return Error("the name " + win::display_utf8(name) + " is taken: " + why + ". End the program that made it",
               ERROR_ALREADY_EXISTS);
}

// Somebody else may have made an object of our name first, and be waiting for us to use it.
bool belongs_to(HANDLE object, const Identity& identity) {
  return object != nullptr && win::object_owner(object) == identity.owner;
}

// What is made for one client has its slot's generation in its name.
std::wstring part_of(const wchar_t* object, uint32_t slot, uint32_t generation) {
  return object + (L"." + std::to_wstring(slot)) + L"." + std::to_wstring(generation);
}

win::Handle open_section(const std::wstring& name, const Identity& identity) {
  win::Handle section(OpenFileMappingW(FILE_MAP_ALL_ACCESS, FALSE, name.c_str()));
  return belongs_to(section.get(), identity) ? std::move(section) : win::Handle();
}

win::Handle open_event(const std::wstring& name, const Identity& identity) {
  win::Handle event(OpenEventW(EVENT_ALL_ACCESS, FALSE, name.c_str()));
  return belongs_to(event.get(), identity) ? std::move(event) : win::Handle();
}

}  // namespace

ChannelObjects::ChannelObjects(const std::wstring& prefix, const Identity& identity, const Access& access)
    : prefix_(prefix),
      identity_(identity),
      access_(access),
      rights_(describe(Object::channel, access_, identity)) {}

ChannelObjects ChannelObjects::make(const std::wstring& prefix, const Identity& identity,
                                    const Access& access, const SectionSizes& sizes) {
  ChannelObjects objects(prefix, identity, access);
  if (sizes.clients != 0)
    objects.clients_section_ = objects.make_section(Object::clients, L"clients", sizes.clients);
  objects.data_section_ = objects.make_section(objects.data_object(), L"data", sizes.data);
  objects.readers_section_ = objects.make_section(Object::readers, L"readers", sizes.readers);
  objects.mutex_ = objects.make_named(Object::writer_mutex, L"mutex", false);
  objects.lock_event_ = objects.make_named(Object::lock_event, L"lock", false);
  objects.space_event_ = objects.make_named(Object::space_event, L"space", false);
  objects.map();
  return objects;
}

std::optional<ChannelObjects> ChannelObjects::find(const std::wstring& prefix, const Identity& identity,
                                                   const Access& access, const SectionSizes& sizes) {
  ChannelObjects objects(prefix, identity, access);
  objects.data_section_ = open_section(prefix + L"data", identity);
  objects.readers_section_ = open_section(prefix + L"readers", identity);
  if (sizes.clients != 0) objects.clients_section_ = open_section(prefix + L"clients", identity);
  if (!objects.data_section_ || !objects.readers_section_) return std::nullopt;
  if (sizes.clients != 0 && !objects.clients_section_) return std::nullopt;
  try {
    // Only writers have these two open: where there are none, they are made again.
    objects.mutex_ = objects.make_named(Object::writer_mutex, L"mutex", true);
    objects.lock_event_ = objects.make_named(Object::lock_event, L"lock", true);
    objects.space_event_ = objects.make_named(Object::space_event, L"space", true);
  } catch (const Error&) {
    return std::nullopt;
  }
  objects.map();
  if (objects.data_.size() < sizes.data || objects.readers_.size() < sizes.readers ||
      objects.clients_.size() < sizes.clients)
    return std::nullopt;
  return objects;
}

void ChannelObjects::end(const std::wstring& prefix, const Identity& identity, uint32_t layout) {
  const win::Handle section = open_section(prefix + L"data", identity);
  const win::View view = section ? win::View::map(section.get(), FILE_MAP_WRITE) : win::View();
  if (!view || view.size() < sizeof(core::DataSection)) return;
  auto& data = *reinterpret_cast<core::DataSection*>(view.memory());
  // release: pairs with the acquire in the DLL before each wait.
  data.ended.store(1, std::memory_order_release);
  const auto wake = [&](const std::wstring& part) {
    if (const win::Handle event = open_event(prefix + part, identity)) SetEvent(event.get());
  };
  wake(L"lock");
  wake(L"space");
  if (layout != core::kLayoutVersion) return;
  for (uint32_t slot = 0; slot < core::kMaxReaders; ++slot) {
    // relaxed: it is read once, and just tried.
    const uint32_t generation = data.reader_records[slot].generation.load(std::memory_order_relaxed);
    if (generation != 0) wake(part_of(L"reader", slot, generation));
  }
}

void ChannelObjects::map() {
  data_ = win::View::map(data_section_.get(), FILE_MAP_WRITE);
  readers_ = win::View::map(readers_section_.get(), FILE_MAP_WRITE);
  if (clients_section_) clients_ = win::View::map(clients_section_.get(), FILE_MAP_WRITE);
  if (!data_ || !readers_ || (clients_section_ && !clients_)) throw win32_error("cannot map the memory");
}

bool ChannelObjects::exist(const std::wstring& prefix) {
  const auto is_there = [&](const wchar_t* part) {
    return win::Handle(OpenFileMappingW(FILE_MAP_READ, FALSE, (prefix + part).c_str())).get() != nullptr;
  };
  return is_there(L"data") || is_there(L"readers");
}

// Makes an event, or the mutex. One that may be there already is taken over if it belongs to this broker's
// account: it has no content that could deceive.
win::Handle ChannelObjects::make_named(Object object, const wchar_t* part, bool may_be_there) const {
  const auto descriptor = describe(object, access_, identity_);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const std::wstring full = name(part);
  win::Handle handle(object == Object::writer_mutex ? CreateMutexW(&security, FALSE, full.c_str())
                                                    : CreateEventW(&security, FALSE, FALSE, full.c_str()));
  const DWORD error = GetLastError();
  if (!handle) throw taken(full, win::display_utf8(win::error_text(error)));
  if (error != ERROR_ALREADY_EXISTS) return handle;
  if (!may_be_there || !belongs_to(handle.get(), identity_)) {
    // Not by its name: to ask for that may take long, and others wait meanwhile.
    throw taken(full, "it belongs to " + win::display_utf8(win::object_owner(handle.get())));
  }
  return handle;
}

win::Handle ChannelObjects::make_section(Object object, const std::wstring& part, uint64_t size,
                                         const AttachedClients& attached) const {
  const auto descriptor = describe(object, access_, identity_, attached);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  const std::wstring full = prefix_ + part;
  win::Handle handle = win::create_section(full.c_str(), size, security);
  const DWORD error = GetLastError();
  if (error == ERROR_ALREADY_EXISTS ||
      (!handle && (error == ERROR_ACCESS_DENIED || error == ERROR_INVALID_HANDLE)))
    throw taken(full, win::display_utf8(win::error_text(error)));
  if (!handle) throw win32_error("cannot create " + std::to_string(size) + " bytes of memory", error);
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
  change(data_section_.get(), describe(data_object(), access, identity_));
  if (is_service()) change(clients_section_.get(), describe(Object::clients, access, identity_));
  change(readers_section_.get(), describe(Object::readers, access, identity_));
  change(mutex_.get(), describe(Object::writer_mutex, access, identity_));
  change(lock_event_.get(), describe(Object::lock_event, access, identity_));
  change(space_event_.get(), describe(Object::space_event, access, identity_));
  rights_ = describe(Object::channel, access, identity_);
  access_ = access;
}

void ChannelObjects::set_access(HANDLE reader_event, const AttachedClients& attached) const {
  change(reader_event, describe(Object::reader_event, access_, identity_, attached));
}

win::Handle ChannelObjects::make_event(Object object, const std::wstring& part,
                                       const AttachedClients& attached) const {
  const std::wstring full = prefix_ + part;
  const auto descriptor = describe(object, access_, identity_, attached);
  SECURITY_ATTRIBUTES security = descriptor.attributes();
  win::Handle event(CreateEventW(&security, FALSE, FALSE, full.c_str()));
  const DWORD error = GetLastError();
  if (error == ERROR_ALREADY_EXISTS || error == ERROR_ACCESS_DENIED || error == ERROR_INVALID_HANDLE) {
    throw taken(full, win::display_utf8(win::error_text(error)));
  }
  if (!event) throw win32_error("cannot make the event " + win::display_utf8(full), error);
  return event;
}

win::Handle ChannelObjects::make_reader_event(uint32_t slot, uint32_t generation,
                                              const AttachedClients& attached) const {
  return make_event(Object::reader_event, part_of(L"reader", slot, generation), attached);
}

DeskObjects ChannelObjects::make_desk(uint32_t slot, uint32_t generation, uint64_t size,
                                      const AttachedClients& attached) const {
  DeskObjects desk;
  desk.section = make_section(Object::desk, part_of(L"desk", slot, generation), size, attached);
  desk.event = make_event(Object::answer_event, part_of(L"answer", slot, generation), attached);
  desk.view = win::View::map(desk.section.get(), FILE_MAP_WRITE);
  if (!desk.view) throw win32_error("cannot map a client's requests and answers");
  return desk;
}

DeskObjects ChannelObjects::find_desk(uint32_t slot, uint32_t generation, uint64_t size) const {
  DeskObjects desk;
  desk.section = open_section(prefix_ + part_of(L"desk", slot, generation), identity_);
  desk.event = open_event(prefix_ + part_of(L"answer", slot, generation), identity_);
  if (!desk.section || !desk.event) return {};
  desk.view = win::View::map(desk.section.get(), FILE_MAP_WRITE);
  if (!desk.view || desk.view.size() < size) return {};
  return desk;
}

void ChannelObjects::set_access(const DeskObjects& desk, const AttachedClients& attached) const {
  change(desk.section.get(), describe(Object::desk, access_, identity_, attached));
  change(desk.event.get(), describe(Object::answer_event, access_, identity_, attached));
}

win::Handle ChannelObjects::find_reader_event(uint32_t slot, uint32_t generation) const {
  return open_event(prefix_ + part_of(L"reader", slot, generation), identity_);
}

}  // namespace shmbroker::service
