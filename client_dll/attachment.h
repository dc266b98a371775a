// A channel's memory and events in this process: opened by the names that the broker gave, with the rights
// that it granted, and given back at the end.
#pragma once

#include <memory>
#include <string>

#include "client_dll/broker_link.h"
#include "client_dll/closes.h"
#include "core/events.h"
#include "core/geometry.h"
#include "shmbroker/shmbroker.h"
#include "win/section.h"

namespace shmbroker::client {

// What a client or a server of a service opens besides: the names that the broker gave, and whose the objects
// are.
struct ServiceNames {
  std::wstring clients;
  std::wstring desk;  // prefixes: ".<slot>.<generation>" follows
  std::wstring answer_event;
  std::wstring owner;
  uint32_t generation = 0;  // of this handle's own desk
};

class Attachment final : public core::ChannelEvents {
 public:
  Attachment() = default;
  Attachment(const Attachment&) = delete;
  Attachment& operator=(const Attachment&) = delete;
  // Gives the slots back to the broker.
  ~Attachment();

  // Asks the broker for the channel, opens its objects and maps it. Returns SHM_OK, or a failed status after
  // fail().
  int32_t open(const std::wstring& name, const ShmOptions& options);

  const std::wstring& name() const { return name_; }
  // SID of the account that created the channel; "": the configuration did.
  const std::wstring& creator() const { return creator_; }
  // The service has granted what Windows then refused. Returns SHM_E_ACCESS after fail().
  int32_t refused_by_windows() const;
  const core::Geometry& geometry() const { return geometry_; }
  bool is_service() const { return geometry_.kind == core::Kind::service; }
  const ServiceNames& service() const { return service_; }
  bool can_read() const { return reader_ != pipe::kNoSlot; }
  bool can_write() const { return writer_ != pipe::kNoSlot; }
  uint32_t reader() const { return reader_; }
  uint32_t writer() const { return writer_; }

  core::DataSection& data() const { return *reinterpret_cast<core::DataSection*>(data_.memory()); }
  core::ReadersSection& readers() const {
    return *reinterpret_cast<core::ReadersSection*>(readers_.memory());
  }
  core::ReaderSlot& reader_slot() const { return readers().readers[reader_]; }
  core::WriterSlot& writer_slot() const { return data().writers[writer_]; }

  HANDLE mutex() const { return mutex_.get(); }
  HANDLE lock_event() const { return lock_event_.get(); }
  HANDLE space_event() const { return space_event_.get(); }
  HANDLE reader_event() const { return reader_event_.get(); }

  // SetEvent. Of other readers: for a writer, one thread at a time.
  void set_reader_event(uint32_t slot) override;
  void set_space_event() override { SetEvent(space_event_.get()); }
  void set_lock_event() override { SetEvent(lock_event_.get()); }

  // The process that has a slot.
  uint32_t pid_of_reader(uint32_t slot) const { return pid_of(data().reader_records[slot]); }
  uint32_t pid_of_writer(uint32_t slot) const { return pid_of(data().writer_records[slot]); }

  // What ShmFlush asks the broker.
  pipe::FlushRequest flush_request() const;

  // How many milliseconds the destructor gives the broker to answer.
  void limit_close(DWORD timeout_ms) { close_timeout_ = timeout_ms; }

 private:
  int32_t attach(const pipe::OpenReply& reply, const BrokerIdentity& identity);
  int32_t cannot_map(DWORD error) const;
  int32_t map(const pipe::OpenReply& reply, const BrokerIdentity& identity);
  int32_t open_reader_objects(const pipe::OpenReply& reply, const BrokerIdentity& identity);
  int32_t open_writer_objects(const pipe::OpenReply& reply, const BrokerIdentity& identity);
  // A reader's event changes with the client that has the slot; the generation tells.
  struct Target {
    uint32_t generation = 0;
    win::Handle event;        // none: it could not be opened
    ULONGLONG try_again = 0;  // then; in GetTickCount64's time
  };
  HANDLE event_of(uint32_t reader);
  void open_target(Target& target, uint32_t reader, uint32_t generation) const;
  // relaxed: diagnostic only.
  static uint32_t pid_of(const core::SlotRecord& slot) { return slot.pid.load(std::memory_order_relaxed); }

  std::wstring name_;
  std::wstring creator_;
  std::unique_ptr<Close> close_;  // what gives the slots back
  core::Geometry geometry_;
  ServiceNames service_;
  uint32_t reader_ = pipe::kNoSlot;
  uint32_t writer_ = pipe::kNoSlot;
  DWORD close_timeout_ = 2000;
  // A view alone keeps the memory, and not its name: a broker that starts again finds what somebody has a
  // handle to.
  win::Handle data_section_;
  win::Handle readers_section_;
  win::View data_;
  win::View readers_;
  win::Handle mutex_;
  win::Handle lock_event_;
  win::Handle space_event_;
  win::Handle reader_event_;

  Target targets_[core::kMaxReaders];
  std::wstring reader_event_prefix_;
  std::wstring owner_;  // of all objects that the broker makes
};

}  // namespace shmbroker::client
