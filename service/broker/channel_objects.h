// The kernel objects of a channel: two sections, of a service a third one, a mutex, events. Made by the
// broker, or found again after its last run.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/call_layout.h"
#include "service/broker/access.h"
#include "service/config/config.h"
#include "win/section.h"

namespace shmbroker::service {

// Bytes of a channel's sections. clients: 0 unless it is a service.
struct SectionSizes {
  uint64_t data = 0;
  uint64_t readers = 0;
  uint64_t clients = 0;
};

// What is made for one client of a service: its requests and answers, and what it waits for.
struct DeskObjects {
  win::Handle section;
  win::Handle event;
  win::View view;
};

class ChannelObjects {
 public:
  // Makes them. prefix: how the objects' names begin. identity: the broker's. Throws Error; win32() is
  // ERROR_ALREADY_EXISTS where something has one of the names.
  static ChannelObjects make(const std::wstring& prefix, const Identity& identity, const Access& access,
                             const SectionSizes& sizes);

  // Finds those of an earlier run of the broker. Nothing: they are not all there, too small, or not the
  // broker's.
  static std::optional<ChannelObjects> find(const std::wstring& prefix, const Identity& identity,
                                            const Access& access, const SectionSizes& sizes);

  // Tells those who still use what find() does not, or what is damaged, that the channel has ended, as far as
  // it can be done. layout: the version that the memory has.
  static void end(const std::wstring& prefix, const Identity& identity, uint32_t layout);

  // Whether there is one of the two sections.
  static bool exist(const std::wstring& prefix);

  const Access& access() const { return access_; }

  // Handles that are open keep the rights that they have. The second: of a reader's event, to the access that
  // the first has set. Throws Error.
  void set_access(const Access& access);
  void set_access(HANDLE reader_event, const AttachedClients& attached) const;

  uint32_t rights_of(HANDLE token) const { return service::rights_of(token, rights_); }
  const win::SecurityDescriptor& rights() const { return rights_; }

  // The event's name has the slot's generation: each client of a slot gets another event. Throws Error.
  win::Handle make_reader_event(uint32_t slot, uint32_t generation, const AttachedClients& attached) const;
  // The event of a reader that an earlier run admitted. Empty: there is none that the broker has made.
  win::Handle find_reader_event(uint32_t slot, uint32_t generation) const;

  // The same for a client of a service. Throws Error.
  DeskObjects make_desk(uint32_t slot, uint32_t generation, uint64_t size,
                        const AttachedClients& attached) const;
  // Nothing in it: they are not all there, or not the broker's.
  DeskObjects find_desk(uint32_t slot, uint32_t generation, uint64_t size) const;
  void set_access(const DeskObjects& desk, const AttachedClients& attached) const;

  std::wstring name(const wchar_t* part) const { return prefix_ + part; }
  core::DataSection& data() const { return *reinterpret_cast<core::DataSection*>(data_.memory()); }
  core::ReadersSection& readers() const {
    return *reinterpret_cast<core::ReadersSection*>(readers_.memory());
  }
  core::ServiceHints& hints() const { return core::service_hints(readers()); }
  core::ClientsSection& clients() const {
    return *reinterpret_cast<core::ClientsSection*>(clients_.memory());
  }
  core::ClientRecord& client_record(uint32_t slot) const {
    return reinterpret_cast<core::ClientRecord*>(&clients() + 1)[slot];
  }
  // As long as somebody has these, nobody else can have their names. Null: there is no such object.
  std::array<HANDLE, 6> named() const {
    return {data_section_.get(), readers_section_.get(), mutex_.get(),
            lock_event_.get(),   space_event_.get(),     clients_section_.get()};
  }
  HANDLE lock_event() const { return lock_event_.get(); }
  HANDLE space_event() const { return space_event_.get(); }

 private:
  ChannelObjects(const std::wstring& prefix, const Identity& identity, const Access& access);
  void map();
  bool is_service() const { return clients_section_.get() != nullptr; }
  Object data_object() const { return is_service() ? Object::service_data : Object::data; }
  void change(HANDLE handle, const win::SecurityDescriptor& descriptor) const;
  win::Handle make_section(Object object, const std::wstring& part, uint64_t size,
                           const AttachedClients& attached = {}) const;
  win::Handle make_named(Object object, const wchar_t* part, bool may_be_there) const;
  win::Handle make_event(Object object, const std::wstring& part, const AttachedClients& attached) const;

  std::wstring prefix_;
  Identity identity_;
  Access access_;
  win::SecurityDescriptor rights_;
  win::Handle mutex_;
  win::Handle lock_event_;
  win::Handle space_event_;
  win::Handle data_section_;
  win::Handle readers_section_;
  win::Handle clients_section_;
  win::View data_;
  win::View readers_;
  win::View clients_;
};

}  // namespace shmbroker::service
